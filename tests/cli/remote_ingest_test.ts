import assert from "node:assert/strict";
import { basename, join } from "node:path";
import { type RemotePlace, TODAY, withServer } from "./remote_place.ts";

const FORMATS = new URL("../fixtures/formats/", import.meta.url).pathname;

/** Every stored record of both sides, without when it came in. */
async function records({ place, server }: RemotePlace) {
  const args = ["query", "records", "--since", "2015-01-01", "--until", "2035-12-31", "--limit", "1000", "--json"];
  const hide = (text: string) => text.replace(/"ingested_at": "[^"]*"/g, '"ingested_at": "…"');
  const local = await place.run(args);
  // The server's own rows, not what its API says of them.
  await server.stop();
  const remote = await place.run([...args, "--database", join(place.folder, "server.db")]);
  return { local: sort(withoutNow(hide(local.out))), remote: sort(withoutNow(hide(remote.out))) };
}

/** What came in at the same moment has no order that both sides share. */
function sort(list: string): string[] {
  const { data } = JSON.parse(list) as { data: unknown[] };
  return data.map((record) => JSON.stringify(record)).sort();
}

/** What there is no time of takes the time it comes in; it is known by the id that is given to it. */
function withoutNow(text: string): string {
  return text.replaceAll(new RegExp(`"${TODAY}T[\\d:.]+Z"`, "g"), '"<now>"')
    .replace(/"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}"/g, '"<id>"');
}

async function fixtures(): Promise<string[]> {
  const names = (await Array.fromAsync(Deno.readDir(FORMATS))).map(({ name }) => name).sort();
  return names.map((name) => join(FORMATS, name));
}

Deno.test("import --server stores every format as import stores it", async () => {
  await withServer(async (remote) => {
    const paths = await fixtures();
    const { local, remote: there } = await remote.both(["import", ...paths, "--json", "--project", "fallback"]);
    assert.deepEqual(withoutNow(there.out), withoutNow(local.out));
    assert.deepEqual([there.err, there.code], [local.err, local.code]);
    const stored = await records(remote);
    assert.deepEqual(stored.remote, stored.local);
    assert.ok(stored.local.length > 30, `${stored.local.length}`);
  }, {
    seed: async (place) => {
      for (const id of ["org-123"]) await place.run(["admin", "org", "create", id]);
    },
  });
});

const call = (fields: object) =>
  JSON.stringify({ model: "gpt-4o", prompt_tokens: 10, completion_tokens: 5, ...fields });

/** Equal lines, conflicts, what has no id, no time or neither, refused and unknown lines, a large unknown field. */
const MIXED = [
  call({ id: "m1", timestamp: "2026-01-05T10:00:00Z" }),
  call({ id: "m1", timestamp: "2026-01-05T10:00:00Z" }),
  call({ id: "m1", timestamp: "2026-01-05T10:00:00Z", completion_tokens: 6 }),
  call({ timestamp: "2026-01-05T10:00:00Z" }),
  call({ timestamp: "2026-01-05T10:00:00Z" }),
  call({ id: "later" }),
  call({ id: "m2", timestamp: "1999-01-05T10:00:00Z" }),
  call({ id: "m3", timestamp: "2026-01-05T10:00:00Z", organization_id: "nobody" }),
  call({ id: "m4", timestamp: "2026-01-05T10:00:00Z", organization_id: "acme" }),
  call({ id: "m5", timestamp: "2026-01-05T10:00:00Z", model: "who-knows" }),
  call({ id: "m10", timestamp: "2026-01-05T10:00:00Z", provider: "in-house", model: "house-1" }),
  call({ id: "m6", timestamp: "2026-01-05T10:00:00Z", model: "x".repeat(2000) }),
  call({ id: "m7", timestamp: "2026-01-05T10:00:00Z", model: "x".repeat(500_000) }),
  call({ id: "m8", timestamp: "2026-01-05T10:00:00Z", big: "y".repeat(9000), latency_ms: -5 }),
  call({ timestamp: "2026-01-05T10:00:00Z", bigger: "y".repeat(400_000) }),
  call({ id: "stats", timestamp: "2026-01-05T10:00:00Z" }),
  call({ id: "m9", timestamp: "2026-01-05T10:00:00Z", modle: "kept" }),
  "{ not json",
  "[1]",
  '{"hello":"world"}',
].join("\n");

const asAcme = ["admin", "org", "create", "acme"];

Deno.test("ingest --server says of every record what ingest says, and stores what it stores", async () => {
  await withServer(async (remote) => {
    for (
      const args of [["ingest", "--dry-run", "--json"], ["ingest", "--json", "--tag", "team=core"], ["ingest", "-v"]]
    ) {
      const { local, remote: there } = await remote.both(args, MIXED);
      assert.deepEqual(withoutNow(there.out), withoutNow(local.out), args.join(" "));
      assert.deepEqual([there.err, there.code], [local.err, local.code], args.join(" "));
      assert.equal(local.code, 7);
    }
    const stored = await records(remote);
    assert.deepEqual(stored.remote, stored.local);
    assert.ok(stored.local.some((record) => record.includes('"extra_dropped"')));
  }, { seed: async (place) => void await place.run(asAcme) });
});

Deno.test("ingest --server keeps refused lines as ingest keeps them", async () => {
  await withServer(async ({ place, remote }) => {
    const [here, there] = [join(place.folder, "here"), join(place.folder, "there")];
    await place.run(["ingest", "--rejects", here], MIXED);
    await remote(["ingest", "--rejects", there], MIXED);
    const kept = await Deno.readTextFile(here);
    assert.equal(await Deno.readTextFile(there), kept);
    assert.equal(kept.split("\n").length, 11);
  }, { seed: async (place) => void await place.run(asAcme) });
});

Deno.test("a session log that grew takes the place of what was stored of it on a server too", async () => {
  await withServer(async (remote) => {
    const text = await Deno.readTextFile(join(FORMATS, "claude-code--assistant.json"));
    const path = await remote.place.write("log.jsonl", JSON.stringify(JSON.parse(text)));
    const line = JSON.parse(text);
    line.message.usage.output_tokens += 100;
    await remote.both(["import", path]);
    const grown = await remote.place.write("grown.jsonl", JSON.stringify(line));
    const { local, remote: there } = await remote.both(["import", grown]);
    assert.deepEqual(there, local);
    assert.match(there.err, new RegExp(`read 1 / inserted 0 / updated 1 /`), basename(grown));
    const stored = await records(remote);
    assert.deepEqual(stored.remote, stored.local);
    assert.equal(stored.local.length, 1);
  });
});
