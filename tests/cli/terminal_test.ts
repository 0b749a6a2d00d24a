import assert from "node:assert/strict";
import { inPlace } from "./program.ts";

const JANUARY = ["report", "cost", "--since", "2026-01-01", "--until", "2026-01-31"];
const HEADER =
  "model,requests,input_tokens,cache_read_tokens,cache_write_tokens,output_tokens,total_tokens,cost_usd,unpriced_records";

/** Records of as many models as are asked for, none with a price. */
function records(count: number): string {
  return Array.from(
    { length: count },
    (_, at) =>
      `{"id":"r${at}","timestamp":"2026-01-05T10:00:00Z","provider":"nobody","model":"model-${at}","prompt_tokens":1}\n`,
  ).join("");
}

Deno.test("costops: a reader that goes away ends the program quietly", async () => {
  await inPlace(async ({ run, shell }) => {
    await run(["ingest"], records(5_000));
    for (const format of ["csv", "json", "ndjson", "md", "table", "html"]) {
      const { out, err } = await shell('{ "$@"; echo "code $?" >&2; } | head -1', [...JANUARY, "--format", format]);
      assert.equal(err, "code 0\n", format);
      assert.notEqual(out, "");
    }
    const help = await shell('{ "$@"; echo "code $?" >&2; } | true', ["--help"]);
    assert.equal(help.err, "code 0\n");
  });
});

Deno.test("costops ingest --json: a reader that goes away leaves no record out", async () => {
  await inPlace(async ({ run, shell, write }) => {
    await write("usage.ndjson", records(5_000));
    const { err } = await shell('{ "$@" < usage.ndjson; echo "code $?" >&2; } | head -1', ["ingest", "--json"]);
    assert.match(err, /^read 5000 \/ inserted 5000 .*\ncode 0\n$/);
    const { out } = await run([...JANUARY, "--group-by", "provider", "--format", "csv"]);
    assert.equal(out.split("\n")[1], "nobody,5000,5000,0,0,0,5000,,5000");
  });
});

Deno.test("costops: data goes to stdout, everything else to stderr, and --quiet leaves that out", async () => {
  await inPlace(async ({ run }) => {
    const ingested = await run(["ingest"], records(2));
    assert.equal(ingested.out, "");
    assert.match(ingested.err, /^read 2 \/ inserted 2 /);
    assert.deepEqual(await run(["ingest", "--quiet"], records(2)), { code: 0, out: "", err: "" });
    const asJson = await run(["ingest", "--json", "-q"], records(2));
    assert.equal(asJson.err, "");
    assert.equal(JSON.parse(asJson.out).summary.duplicate, 2);
    const report = await run([...JANUARY, "--format", "csv"]);
    assert.equal(report.err, "");
    assert.equal(report.out, `${HEADER}\nmodel-0,1,1,0,0,0,1,,1\nmodel-1,1,1,0,0,0,1,,1\n`);
    const refused = await run(["ingest", "--quiet"], '{"id":"x","prompt_tokens":1}');
    assert.equal(refused.out, "");
    assert.match(refused.err, /^stdin:1: rejected missing_model: /);
  });
});

Deno.test("costops: off a terminal and under NO_COLOR nothing is coloured", async () => {
  for (const variables of [{}, { NO_COLOR: "1" }] as Record<string, string>[]) {
    await inPlace(async ({ run }) => {
      await run(["ingest"], records(2));
      for (const args of [[...JANUARY, "--format", "table", "--chart"], [], ["--help"], ["reprot"]]) {
        const { out, err } = await run(args);
        // deno-lint-ignore no-control-regex -- the escape character is what must not be there.
        assert.doesNotMatch(out + err, /\x1b/, args.join(" "));
      }
    }, variables);
  }
});

Deno.test("costops: control characters from somebody's log reach no terminal", async () => {
  await inPlace(async ({ run }) => {
    const line =
      '{"id":"r","timestamp":"2026-01-05T10:00:00Z","provider":"nobody","model":"a\\u001b[2Jb","prompt_tokens":1}';
    await run(["ingest"], line);
    const conflict = await run(["ingest"], line.replace(":1}", ":2}"));
    const { out } = await run([...JANUARY, "--format", "table"]);
    // deno-lint-ignore no-control-regex -- the escape character is what must not be there.
    assert.doesNotMatch(out + conflict.err, /\x1b/);
    assert.match(out, /^a␛\[2Jb /m);
  });
});

Deno.test("costops -o: the file is there whole, and an error leaves the one before as it was", async () => {
  await inPlace(async ({ run, folder }) => {
    await run(["ingest"], records(1));
    const written = await run([...JANUARY, "--format", "csv", "-o", "report.csv"]);
    assert.equal(written.out, "");
    const expected = `${HEADER}\nmodel-0,1,1,0,0,0,1,,1\n`;
    assert.equal(await Deno.readTextFile(`${folder}/report.csv`), expected);
    assert.equal((await run([...JANUARY, "--group-by", "nothing", "-o", "report.csv"])).code, 2);
    assert.equal(await Deno.readTextFile(`${folder}/report.csv`), expected);
    const names = Array.from(Deno.readDirSync(folder), ({ name }) => name).filter((name) => name.includes("report"));
    assert.deepEqual(names, ["report.csv"]);
  });
});

Deno.test("costops help: every command's page exits 0 with an example that begins with the program or a pipe", async () => {
  await inPlace(async ({ run }) => {
    const pages: string[][] = [];
    const waiting: string[][] = [[]];
    for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
      const { code, out, err } = await run([...path, "--help"]);
      assert.equal(code, 0, path.join(" "));
      assert.equal(err, "", path.join(" "));
      assert.match(out, new RegExp(`Usage: costops( \\[options\\])?( ${path.join(" ")})?`));
      const below = listCommands(out).filter((name) => name !== "help").map((name) => [...path, name]);
      waiting.push(...below);
      if (below.length > 0) continue;
      pages.push(path);
      if (path[0] !== "version") assert.match(out, /Examples?:\n {2}\$ .*costops /, path.join(" "));
    }
    assert.ok(pages.length >= 15, `only ${pages.length} commands were found`);
  });
});

/** The commands that a help page lists. */
function listCommands(page: string): string[] {
  const list = /\nCommands:\n((?: {2}.*\n?)+)/.exec(page)?.[1] ?? "";
  return list.split("\n").flatMap((line) => /^ {2}([a-z][a-z-]*)/.exec(line)?.[1] ?? []);
}
