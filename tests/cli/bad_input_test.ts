import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { gzipSync } from "node:zlib";
import { type Finished, inPlace, type Place } from "./program.ts";

const JANUARY = ["report", "cost", "--since", "2026-01-01", "--until", "2026-01-31", "--format", "csv"];
const TWO_GOOD = "gpt-4,2,2000,0,0,0,2000,0.060000000,0";

/** One thousand tokens of gpt-4: 0.030000000. */
function good(id: string): string {
  return `{"id":"${id}","timestamp":"2026-01-05T10:00:00Z","provider":"openai","model":"gpt-4","prompt_tokens":1000,"completion_tokens":0}`;
}

/** A record with other fields, as they stand in JSON. */
function with_(fields: string): string {
  return `{"timestamp":"2026-01-05T10:00:00Z","provider":"openai",${fields}}`;
}

/** The program never shows its insides, whatever it is given. */
function assertNoTrace({ out, err }: Finished): void {
  assert.doesNotMatch(out + err, /^\s+at |Uncaught|\.ts:\d|Stack backtrace|panicked/m);
}

async function assertTwoGood({ run }: Place): Promise<void> {
  assert.equal((await run(JANUARY)).out.split("\n")[1], TWO_GOOD);
}

const NEXT_YEAR = new Date().getUTCFullYear() + 1;
const USED = '"prompt_tokens":5';

/** Lines that are refused, with the code and the words they are refused with. */
const BAD_LINES: readonly (readonly [string | Uint8Array, string, RegExp])[] = [
  ['{"id":"x","model":"gpt-4","prompt_tokens":10', "unreadable_json", /Cannot read it as JSON/],
  ["not json at all", "unreadable_json", /Cannot read it as JSON/],
  ["[1,2,3]", "not_an_object", /Cannot take an array as a record/],
  ["null", "not_an_object", /Cannot take null as a record/],
  ["42", "not_an_object", /Cannot take a number as a record/],
  [notUtf8(`{"id":"x","model":"gpt-4","project":"?",${USED}}`), "invalid_utf8", /its bytes are not UTF-8/],
  [`{"id":"x","model":"gpt-4","project":"a\0b",${USED}}`, "unreadable_json", /Cannot read it as JSON/],
  [with_(`"model":"gpt-4","project":"a\\u0000b",${USED}`), "invalid_text", /"a\\u0000b": it has NUL or broken/],
  [with_(`"model":"gpt-4","user":"a\\ud800",${USED}`), "invalid_text", /"a\\ud800": it has NUL or broken/],
  [with_(`"id":"a\\ud800","model":"gpt-4",${USED}`), "invalid_id", /it has control or broken characters/],
  [with_(`"id":"a\\u0000","model":"gpt-4",${USED}`), "invalid_id", /it has control or broken characters/],
  [with_(`"id":"${"x".repeat(129)}","model":"gpt-4",${USED}`), "invalid_id", /use 1 to 128 characters/],
  [with_(`"id":9007199254740993,"model":"gpt-4",${USED}`), "invalid_id", /give a text/],
  [with_('"model":"gpt-4","prompt_tokens":-1'), "negative_tokens", /prompt_tokens -1: give 0 or more/],
  [with_('"model":"gpt-4","prompt_tokens":1e30'), "tokens_out_of_range", /1e\+30: give at most 100000000000/],
  [with_('"model":"gpt-4","prompt_tokens":1e400'), "tokens_out_of_range", /Infinity: give at most 100000000000/],
  [with_('"model":"gpt-4","prompt_tokens":9007199254740993'), "tokens_out_of_range", /give at most 100000000000/],
  [with_('"model":"gpt-4","prompt_tokens":1.5'), "invalid_field", /prompt_tokens 1.5: give a whole number/],
  [with_('"model":"gpt-4","prompt_tokens":"many"'), "invalid_field", /prompt_tokens "many": give a whole number/],
  [with_(USED), "missing_model", /Cannot take a record without a model/],
  [with_(`"model":"gpt-4","timestamp":"1970-01-01T00:00:00Z",${USED}`), "timestamp_out_of_range", /before 2015/],
  [
    with_(`"model":"gpt-4","timestamp":"${NEXT_YEAR}-12-31T00:00:00Z",${USED}`),
    "timestamp_out_of_range",
    /more than 24 hours in the future/,
  ],
  [
    with_(`"model":"gpt-4","timestamp":"31/12/2025",${USED}`),
    "invalid_timestamp",
    /"31\/12\/2025": give 2026-01-05T10:00:00Z/,
  ],
  ['{"hello":"world"}', "unknown_format", /Cannot tell what this is/],
  [with_(`"model":"gpt-4","deep":${"[".repeat(50_000)}${"]".repeat(50_000)},${USED}`), "unreadable_json", /nested/],
  [with_(`"model":${'{"a":'.repeat(50_000)}1${"}".repeat(50_000)},${USED}`), "unreadable_json", /nested/],
];

function notUtf8(text: string): Uint8Array {
  return new TextEncoder().encode(text).map((byte) => byte === "?".charCodeAt(0) ? 0xff : byte);
}

Deno.test("costops ingest: each bad line is refused in clear words, and every good neighbour is stored", async () => {
  await inPlace(async (place) => {
    const encoder = new TextEncoder();
    const parts: Uint8Array[] = [encoder.encode(`${good("g0")}\n`)];
    BAD_LINES.forEach(([line], at) => {
      parts.push(typeof line === "string" ? encoder.encode(line) : line, encoder.encode(`\n${good(`g${at + 1}`)}\n`));
    });
    const input = new Uint8Array(await new Blob(parts as Uint8Array<ArrayBuffer>[]).arrayBuffer());
    const ingested = await place.run(["ingest", "--json"], input);
    assertNoTrace(ingested);
    assert.equal(ingested.code, 7);
    const { results, summary } = JSON.parse(ingested.out);
    BAD_LINES.forEach(([, code, words], at) => {
      const { outcome, ...said } = results[2 * at + 1];
      assert.equal(outcome, "rejected", `${at}: ${words}`);
      assert.equal(said.code, code, `${at}: ${said.detail}`);
      assert.match(said.detail, words);
    });
    assert.deepEqual([summary.read, summary.inserted, summary.rejected], [53, 27, 26]);
    assert.equal(ingested.err.split("\n").filter((line) => line.startsWith("stdin:")).length, 20);
    assert.match(ingested.err, /^stdin:2: rejected unreadable_json: Cannot read it as JSON/);
    assert.match(ingested.err, /… and 6 more \(--rejects FILE keeps them all\)/);
    // 27 x 0.03
    assert.equal((await place.run(JANUARY)).out.split("\n")[1], "gpt-4,27,27000,0,0,0,27000,0.810000000,0");
  });
});

Deno.test("costops ingest: a line of 100 MB costs that line alone, in bounded memory", async () => {
  await inPlace(async (place) => {
    const child = place.startPiped(["ingest"]);
    const finished = Promise.all([child.status, new Response(child.stderr).text(), child.stdout.cancel()]);
    const writer = child.stdin.getWriter();
    const write = (text: string) => writer.write(new TextEncoder().encode(text));
    await write(`${good("a")}\n{"id":"long","model":"`);
    const megabyte = "x".repeat(1_000_000);
    for (let written = 0; written < 100; written++) await write(megabyte);
    await write(`"}\n${good("b")}\n`);
    const status = await Deno.readTextFile(`/proc/${child.pid}/status`);
    await writer.close();
    const [{ code }, err] = await finished;
    assert.equal(code, 7);
    assert.match(err, /^stdin:2: rejected line_too_long: Cannot read a line of 100000024 bytes: at most 16777216\n/);
    const peakMegabytes = Number(/VmHWM:\s*(\d+) kB/.exec(status)![1]) / 1000;
    assert.ok(peakMegabytes < 400, `the program took ${peakMegabytes} MB`);
    await assertTwoGood(place);
  });
});

Deno.test("costops ingest: a JSON array with a bad element stores the others", async () => {
  await inPlace(async (place) => {
    const ingested = await place.run(["ingest"], `[${good("a")},\n{"id":"x","model":},\n${good("b")}]`);
    assertNoTrace(ingested);
    assert.equal(ingested.code, 7);
    assert.match(ingested.err, /stdin:2: rejected unreadable_json/);
    await assertTwoGood(place);
  });
});

Deno.test("costops ingest: a JSON array that breaks off stores what came before", async () => {
  await inPlace(async (place) => {
    const ingested = await place.run(["ingest"], `[${good("a")},\n${good("b")},\n{"id":"c","mod`);
    assertNoTrace(ingested);
    assert.equal(ingested.code, 7);
    assert.match(ingested.err, /stdin:3: rejected unreadable_json/);
    await assertTwoGood(place);
  });
});

const CSV = "id,timestamp,provider,model,prompt_tokens,completion_tokens";
const ROW = "2026-01-05T10:00:00Z,openai,gpt-4,1000,0";

Deno.test("costops import: a CSV row with too few cells is refused alone", async () => {
  await inPlace(async (place) => {
    await place.write("usage.csv", `${CSV}\na,${ROW}\nshort,2026-01-05T10:00:00Z\nb,${ROW}\n`);
    const imported = await place.run(["import", "usage.csv"]);
    assertNoTrace(imported);
    assert.equal(imported.code, 7);
    assert.match(imported.err, /^usage.csv:3: rejected unreadable_csv: Cannot read it as CSV/);
    await assertTwoGood(place);
  });
});

Deno.test("costops import: a CSV with two columns of one name is not guessed at", async () => {
  await inPlace(async (place) => {
    await place.write("usage.csv", `${CSV},model\na,${ROW},gpt-4o\n`);
    await place.write("z.ndjson", `${good("a")}\n${good("b")}\n`);
    const imported = await place.run(["import", "usage.csv", "z.ndjson"]);
    assertNoTrace(imported);
    assert.equal(imported.code, 1);
    assert.match(imported.err, /Cannot read "usage.csv": .*two columns named "model": name each once/);
    await assertTwoGood(place);
  });
});

Deno.test("costops import: a gzip file that breaks off is said, and what it held before is stored", async () => {
  await inPlace(async (place) => {
    const lines = [good("a"), good("b")].join("\n");
    const whole = gzipSync(`${lines}\n${noise(200_000)}\n`);
    await place.write("usage.ndjson.gz", whole.subarray(0, whole.length - 50_000));
    const imported = await place.run(["import", "usage.ndjson.gz"]);
    assertNoTrace(imported);
    assert.equal(imported.code, 1);
    assert.match(imported.err, /Cannot read "usage.ndjson.gz": it is no whole gzip file/);
    await assertTwoGood(place);
  });
});

/** Text that does not compress away. */
function noise(length: number): string {
  let text = "";
  for (let at = 1; text.length < length; at++) text += Math.sin(at).toString(36).slice(3);
  return text;
}

Deno.test("costops import: what is no usage file is said with its name, and nothing else is lost", async () => {
  await inPlace(async (place) => {
    await Deno.mkdir(`${place.folder}/empty`);
    await place.write("nothing.ndjson", "");
    await place.write("good.ndjson", `${good("a")}\n${good("b")}\n`);
    const missing = await place.run(["import", "missing.json", "good.ndjson"]);
    assert.equal(missing.code, 3);
    assert.match(missing.err, /Cannot import "missing.json": there is no such file or folder/);
    const folder = await place.run(["import", "empty"]);
    assert.equal(folder.code, 3);
    assert.match(folder.err, /Cannot find a .json, .jsonl, .ndjson or .csv file in "empty"/);
    const empty = await place.run(["import", "nothing.ndjson", "good.ndjson"]);
    assert.equal(empty.code, 0, empty.err);
    assert.match(empty.err, /^read 2 \/ inserted 2 /m);
    [missing, folder, empty].forEach(assertNoTrace);
    await assertTwoGood(place);
  });
});

Deno.test("costops import: a file without permission is said, and the others are stored", async () => {
  await inPlace(async (place) => {
    await Deno.chmod(await place.write("closed.ndjson", good("x")), 0o000);
    await place.write("good.ndjson", `${good("a")}\n${good("b")}\n`);
    // Root reads everything, unless it gives up the capability to.
    const isRoot = Deno.uid() === 0;
    const line = isRoot ? 'exec setpriv --inh-caps=-all --bounding-set=-all "$@"' : 'exec "$@"';
    const imported = await place.shell(line, ["import", "closed.ndjson", "good.ndjson"]);
    assertNoTrace(imported);
    assert.equal(imported.code, 1, imported.err);
    assert.match(imported.err, /Cannot read "closed.ndjson": no permission/);
    await assertTwoGood(place);
  });
});

Deno.test("costops: a folder where a file is wanted is said in clear words", async () => {
  await inPlace(async (place) => {
    await Deno.mkdir(`${place.folder}/folder`);
    const stdin = await place.shell('"$@" < folder', ["ingest"]);
    assert.equal(stdin.code, 1);
    assert.match(stdin.err, /Cannot read "stdin": it is a folder/);
    const database = await place.run(["report", "--database", "folder"]);
    assert.equal(database.code, 1);
    assert.match(database.err, /Cannot open the database "folder": it is a folder/);
    const rejects = await place.run(["ingest", "--rejects", "folder"], good("a"));
    assert.equal(rejects.code, 2);
    assert.match(rejects.err, /Cannot write --rejects "folder": it is a folder/);
    const output = await place.run(["report", "-o", "folder"]);
    assert.equal(output.code, 2);
    assert.match(output.err, /Cannot write --output "folder": it is a folder/);
    [stdin, database, rejects, output].forEach(assertNoTrace);
  });
});

Deno.test("costops: a file that is no database of this program is refused and not changed", async () => {
  await inPlace(async (place) => {
    const text = await place.write(
      "text.db",
      "this is text, and long enough to have been a database of SQLite\n".repeat(100),
    );
    const foreign = `${place.folder}/foreign.db`;
    const made = new DatabaseSync(foreign);
    made.exec("create table songs (name text)");
    made.close();
    const before = [await Deno.readFile(text), await Deno.readFile(foreign)];
    for (const args of [["ingest"], ["report"], ["db", "doctor"]]) {
      const noDatabase = await place.run([...args, "--database", text], good("a"));
      assert.equal(noDatabase.code, 1);
      assert.match(noDatabase.err, /Cannot open the database ".*text.db": it is not a SQLite database/);
      const another = await place.run([...args, "--database", foreign], good("a"));
      assert.equal(another.code, 1);
      assert.match(another.err, /Cannot use ".*foreign.db": it is a SQLite database of another program/);
      [noDatabase, another].forEach(assertNoTrace);
    }
    assert.deepEqual([await Deno.readFile(text), await Deno.readFile(foreign)], before);
  });
});

Deno.test("costops: a database of a newer version is refused and not changed", async () => {
  await inPlace(async (place) => {
    await place.run(["ingest"], good("a"));
    const opened = new DatabaseSync(place.database);
    opened.exec("insert into schema_migrations values (999, 'future', 'x', 0)");
    opened.close();
    for (const args of [["ingest"], JANUARY]) {
      const finished = await place.run(args, good("b"));
      assert.equal(finished.code, 1);
      assert.match(finished.err, /newer/);
      assertNoTrace(finished);
    }
    const again = new DatabaseSync(place.database);
    assert.equal(again.prepare("select count(*) as count from usage").get()!.count, 1);
    again.close();
  });
});

/** Arguments that are refused, with the exit code and the words they are refused with. */
const WRONG_ARGUMENTS: readonly (readonly [readonly string[], number, RegExp])[] = [
  [["reprot"], 2, /Cannot find the command "reprot": did you mean report\?/],
  [["report", "--fromat", "csv"], 2, /unknown option '--fromat'\s+\(Did you mean --format\?\)/],
  [["report", "--format", "cvs"], 2, /"cvs".*csv/],
  [["report", "--since", "31/12/2026"], 2, /"31\/12\/2026"/],
  [["report", "--until", "soon"], 2, /"soon"/],
  [["report", "--since", "2026-02-01", "--until", "2026-01-01"], 2, /2026-0/],
  [["report", "--tz", "Mars/Olympus"], 2, /"Mars\/Olympus"/],
  [["report", "--group-by", "modle"], 2, /"modle".*model/],
  [["report", "--filter", "model"], 2, /"model"/],
  [["report", "--org", "nobody"], 3, /"nobody".*costops admin org create/],
  [["report", "costs"], 2, /cost, usage/],
  [["ingest", "--format", "opanai"], 2, /Cannot find --format "opanai"/],
  [["ingest", "--timestamp", "noon"], 2, /Cannot read --timestamp "noon"/],
  [["ingest", "--tag", "team"], 2, /Cannot read --tag "team"/],
  [["ingest", "usage.json"], 2, /files go to costops import/],
  [["import"], 2, /missing required argument/],
  [["explain", "no-such-id"], 3, /"no-such-id"/],
  [["report", "--config", "missing.toml"], 2, /"missing.toml"/],
];

Deno.test("costops: wrong arguments exit with their code and say what is wanted", async () => {
  await inPlace(async ({ run }) => {
    assert.equal((await run(["db", "migrate"])).code, 0);
    for (const [args, code, words] of WRONG_ARGUMENTS) {
      const finished = await run(args, "");
      const shown = `costops ${args.join(" ")}: ${finished.code} ${finished.err}`;
      assert.equal(finished.code, code, shown);
      assert.match(finished.err, words, shown);
      assert.equal(finished.out, "", shown);
      assert.doesNotMatch(finished.err, /read 0/, shown);
      assertNoTrace(finished);
    }
  });
});
