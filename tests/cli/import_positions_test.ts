import assert from "node:assert/strict";
import { inPlace, type Place } from "./program.ts";

const JANUARY = ["report", "cost", "--since", "2026-01-01", "--until", "2026-01-31", "--format", "csv"];
const ALL_NEW = (count: number) => new RegExp(`^read ${count} / inserted ${count} /`, "m");

/** A record of 7 tokens of gpt-4: 7 x 0.00003. */
const record = (id: string, tokens = 7) =>
  `{"id":"${id}","timestamp":"2026-01-05T10:00:00Z","provider":"openai","model":"gpt-4","prompt_tokens":${tokens}}\n`;
const withoutId = (tokens: number) => record("x", tokens).replace('"id":"x",', "");

/** Makes a file look as if it had been written a minute ago, as files are that nobody is writing. */
async function age({ folder }: Place, name: string): Promise<void> {
  const then = new Date(Date.now() - 60_000);
  await Deno.utime(`${folder}/${name}`, then, then);
  // The time of the change itself cannot be set: it has to pass.
  await new Promise((resolve) => setTimeout(resolve, 2_100));
}

async function importFile({ run }: Place, ...args: string[]): Promise<string> {
  const { code, err } = await run(["import", ...args]);
  assert.equal(code, 0, err);
  return err.trimEnd();
}

Deno.test("costops import: reads a file that has grown on from the end of its last whole line", async () => {
  await inPlace(async (place) => {
    await place.write("u.ndjson", record("a") + record("b"));
    assert.match(await importFile(place, "u.ndjson"), ALL_NEW(2));
    await place.write("u.ndjson", record("a") + record("b") + record("c"));
    assert.match(await importFile(place, "u.ndjson"), ALL_NEW(1));
    // A last line without its end is taken in, and read again when it may have got longer.
    await place.write("u.ndjson", record("a") + record("b") + record("c") + record("d").trimEnd());
    assert.match(await importFile(place, "u.ndjson"), ALL_NEW(1));
    await place.write("u.ndjson", record("a") + record("b") + record("c") + record("d") + record("e"));
    assert.match(await importFile(place, "u.ndjson"), /^read 2 \/ inserted 1 \/ duplicate 1 /);
    // 5 x 7 x 0.00003
    assert.equal((await place.run(JANUARY)).out.split("\n")[1], "gpt-4,5,35,0,0,0,35,0.001050000,0");
  });
});

Deno.test("costops import: skips an unchanged file and says so, however it is named; --reread reads it", async () => {
  await inPlace(async (place) => {
    await place.write("u.ndjson", record("a"));
    await place.write("v.json", `[${record("b")},${record("c")}]`);
    await importFile(place, "u.ndjson", "v.json");
    const unchanged = "2 files unchanged since the last import (--reread reads all)\nread 0 / inserted 0 ";
    // At once by their bytes, later by what the file system says of them.
    assert.ok((await importFile(place, "u.ndjson", "v.json")).startsWith(unchanged));
    await age(place, "u.ndjson");
    await importFile(place, ".");
    await Deno.symlink("u.ndjson", `${place.folder}/link`);
    assert.ok((await importFile(place, "link", `${place.folder}/v.json`)).startsWith(unchanged));
    assert.match(await importFile(place, "u.ndjson", "--reread"), /^read 1 \/ inserted 0 \/ duplicate 1 /);
    assert.match(await importFile(place, "u.ndjson", "--dry-run"), /^read 1 \/ inserted 0 \/ duplicate 1 /);
  });
});

Deno.test("costops import: reads a file whole that was changed anywhere, though its size and its time are the same", async () => {
  await inPlace(async (place) => {
    await place.write("u.ndjson", record("a") + record("b"));
    await age(place, "u.ndjson");
    await importFile(place, "u.ndjson");
    await place.write("u.ndjson", record("c") + record("b"));
    await age(place, "u.ndjson");
    assert.match(await importFile(place, "u.ndjson"), /^read 2 \/ inserted 1 \/ duplicate 1 /);
    // Changed before its end, and grown.
    await place.write("u.ndjson", record("d") + record("b") + record("e"));
    assert.match(await importFile(place, "u.ndjson"), /^read 3 \/ inserted 2 \/ duplicate 1 /);
    // Shorter.
    await place.write("u.ndjson", record("d"));
    assert.match(await importFile(place, "u.ndjson"), /^read 1 \/ inserted 0 \/ duplicate 1 /);
  });
});

Deno.test("costops import: reads a grown file whole whose records have no ids of their own", async () => {
  await inPlace(async (place) => {
    await place.write("u.ndjson", record("a") + withoutId(9));
    assert.match(await importFile(place, "u.ndjson"), ALL_NEW(2));
    // The third line is a second call like the second.
    await place.write("u.ndjson", record("a") + withoutId(9) + withoutId(9));
    assert.match(await importFile(place, "u.ndjson"), /^read 3 \/ inserted 1 \/ duplicate 2 /);
    await place.write("u.csv", "id,timestamp,model,prompt_tokens\nz,2026-01-05T10:00:00Z,gpt-4,7\n");
    assert.match(await importFile(place, "u.csv"), ALL_NEW(1));
    await place.write(
      "u.csv",
      "id,timestamp,model,prompt_tokens\nz,2026-01-05T10:00:00Z,gpt-4,7\ny,2026-01-05T10:00:00Z,gpt-4,7\n",
    );
    assert.match(await importFile(place, "u.csv"), /^read 2 \/ inserted 1 \/ duplicate 1 /);
  });
});

Deno.test("costops import: reads again what was refused, what has no identity, and what other flags would place elsewhere", async () => {
  await inPlace(async (place) => {
    await place.write("bad.ndjson", record("a") + "broken\n");
    for (const inserted of [1, 0]) {
      const { code, err } = await place.run(["import", "bad.ndjson"]);
      assert.equal(code, 7);
      assert.match(err, /bad\.ndjson:2: rejected unreadable_json: /);
      assert.match(err, new RegExp(`^read 2 / inserted ${inserted} /`, "m"));
    }
    await place.write("bare.ndjson", '{"model":"gpt-4","prompt_tokens":1}\n');
    for (let time = 0; time < 2; time++) assert.match(await importFile(place, "bare.ndjson"), ALL_NEW(1));
    await place.write("u.ndjson", record("b"));
    assert.match(await importFile(place, "u.ndjson"), ALL_NEW(1));
    assert.match(await importFile(place, "u.ndjson", "--project", "p"), /^read 1 \/ inserted 0 \/ duplicate 1 /);
    await place.run(["admin", "org", "create", "acme"]);
    assert.match(await importFile(place, "u.ndjson", "--org", "acme"), ALL_NEW(1));
  });
});

Deno.test("costops import: says the line of the file where a grown part is refused", async () => {
  await inPlace(async (place) => {
    await place.write("u.ndjson", record("a") + "\n" + record("b"));
    await importFile(place, "u.ndjson");
    await place.write("u.ndjson", record("a") + "\n" + record("b") + record("c") + '{"model":"gpt-4"\n');
    const { code, err } = await place.run(["import", "u.ndjson"]);
    assert.equal(code, 7);
    assert.match(err, /^u\.ndjson:5: rejected unreadable_json: /);
    assert.match(err, /^read 2 \/ inserted 1 \/ duplicate 0 \/ conflict 0 \/ rejected 1 /m);
  });
});

Deno.test("costops import: packed files are skipped when unchanged, and read whole when grown", async () => {
  await inPlace(async (place) => {
    const pack = async (text: string) =>
      new Uint8Array(
        await new Response(new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"))).arrayBuffer(),
      );
    await place.write("u.ndjson.gz", await pack(record("a")));
    assert.match(await importFile(place, "u.ndjson.gz"), ALL_NEW(1));
    assert.match(await importFile(place, "u.ndjson.gz"), /^1 file unchanged /);
    await place.write("u.ndjson.gz", await pack(record("a") + record("b")));
    assert.match(await importFile(place, "u.ndjson.gz"), /^read 2 \/ inserted 1 \/ duplicate 1 /);
  });
});
