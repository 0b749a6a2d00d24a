import assert from "node:assert/strict";
import { inPlace, type Place } from "./program.ts";

const JANUARY = ["report", "cost", "--since", "2026-01-01", "--until", "2026-01-31", "--format", "csv"];
const record = (id: string) =>
  `{"id":"${id}","timestamp":"2026-01-05T10:00:00Z","provider":"openai","model":"gpt-4","prompt_tokens":7}\n`;
const append = ({ folder }: Place, name: string, text: string) =>
  Deno.writeTextFile(`${folder}/${name}`, text, { append: true });

/** Requests that are stored now. */
async function countStored({ run }: Place): Promise<number> {
  return Number((await run(JANUARY)).out.split("\n")[1]?.split(",")[1] ?? 0);
}

/** Waits until so many are stored, for at most half a minute. */
async function untilStored(place: Place, count: number): Promise<void> {
  let stored = 0;
  for (let tries = 0; tries < 60; tries++) {
    stored = await countStored(place);
    if (stored === count) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`${stored} are stored, wanted are ${count}`);
}

/** Follows files while the test works, stops with a signal and gives what was said. */
async function following(place: Place, names: string[], work: () => Promise<void>, signal: "SIGINT" | "SIGTERM") {
  const child = place.start(["import", ...names, "--follow"]);
  const ended = child.output();
  try {
    await work();
  } finally {
    child.kill(signal);
  }
  const { code, stderr } = await ended;
  return { code, err: new TextDecoder().decode(stderr) };
}

Deno.test("costops import --follow: takes lines in as they come whole, of several files, until SIGTERM", async () => {
  await inPlace(async (place) => {
    await place.write("a.ndjson", record("a1") + record("a2"));
    // A row of CSV is whole when the next one begins: its last cell could be a quoted one that goes on.
    const row = (id: string) => `${id},2026-01-05T10:00:00Z,gpt-4,7\n`;
    await place.write("b.csv", "id,timestamp,model,prompt_tokens\n" + row("b1") + row("b2"));
    const { code, err } = await following(place, ["a.ndjson", "b.csv"], async () => {
      await untilStored(place, 3);
      const line = record("a3");
      await append(place, "a.ndjson", line.slice(0, 40));
      await append(place, "b.csv", row("b3") + row("b4").slice(0, -2));
      await untilStored(place, 4);
      await append(place, "a.ndjson", line.slice(40));
      await append(place, "b.csv", row("b4").slice(-2) + row("b5"));
      await untilStored(place, 7);
      await append(place, "a.ndjson", '{"half":');
    }, "SIGTERM");
    assert.equal(code, 143);
    assert.match(err, /^Following 2 files; Ctrl-C ends$/m);
    assert.match(err, /^read 7 \/ inserted 7 \/ duplicate 0 \/ conflict 0 \/ rejected 0 \/ unpriced 0$/m);
    assert.doesNotMatch(err, /^\s+at |Uncaught/m);
    // 7 x 7 x 0.00003
    assert.equal((await place.run(JANUARY)).out.split("\n")[1], "gpt-4,7,49,0,0,0,49,0.001470000,0");
  });
});

Deno.test("costops import --follow: goes on with the new file after one was moved away, and reads the old one to its end", async () => {
  await inPlace(async (place) => {
    await place.write("u.ndjson", record("a"));
    const { code, err } = await following(place, ["u.ndjson"], async () => {
      await untilStored(place, 1);
      await Deno.rename(`${place.folder}/u.ndjson`, `${place.folder}/u.ndjson.1`);
      // The writer still has the old one open.
      await append(place, "u.ndjson.1", record("b"));
      await place.write("u.ndjson", record("c"));
      await append(place, "u.ndjson.1", record("d").trimEnd());
      await untilStored(place, 4);
      await append(place, "u.ndjson", record("e"));
      await untilStored(place, 5);
    }, "SIGINT");
    assert.equal(code, 130);
    assert.match(err, /^read 5 \/ inserted 5 /m);
  });
});

Deno.test("costops import --follow: begins again when the file was emptied, also when it is longer by then", async () => {
  await inPlace(async (place) => {
    await place.write("u.ndjson", record("a") + record("b"));
    const { err } = await following(place, ["u.ndjson"], async () => {
      await untilStored(place, 2);
      await place.write("u.ndjson", record("c"));
      await untilStored(place, 3);
      await place.write("u.ndjson", record("d") + record("e") + record("f"));
      await untilStored(place, 6);
    }, "SIGINT");
    assert.match(err, /^read 6 \/ inserted 6 /m);
  });
});

Deno.test("costops import --follow: refuses packed files and JSON documents", async () => {
  await inPlace(async ({ run, write }) => {
    await write("u.json", `[\n${record("a")}]`);
    const document = await run(["import", "u.json", "--follow"]);
    assert.equal(document.code, 1);
    assert.match(document.err, /Cannot read "u\.json": it is a JSON document, which does not grow by lines/);
    await write("u.ndjson.gz", "");
    const packed = await run(["import", "u.ndjson.gz", "--follow"]);
    assert.equal(packed.code, 2);
    assert.match(packed.err, /Cannot follow "u\.ndjson\.gz": it is packed/);
  });
});
