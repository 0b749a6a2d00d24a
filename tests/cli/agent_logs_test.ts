import assert from "node:assert/strict";
import { join } from "node:path";
import { inPlace, type Place } from "./program.ts";

const LOGS = new URL("../fixtures/logs/", import.meta.url).pathname;
const HEADER =
  "model,requests,input_tokens,cache_read_tokens,cache_write_tokens,output_tokens,total_tokens,cost_usd,unpriced_records\n";
const TOKENS = ["report", "cost", "--since", "2026-03-02", "--until", "2026-03-02", "--format", "csv"];

/** Copies fixtures into a folder of the place. */
async function copyLogs({ folder }: Place, { from, to }: { from: string; to: string }): Promise<void> {
  const target = join(folder, to);
  await Deno.mkdir(target, { recursive: true });
  for await (const entry of Deno.readDir(join(LOGS, from))) {
    const path = join(from, entry.name);
    if (entry.isDirectory) await copyLogs({ folder } as Place, { from: path, to: join(to, entry.name) });
    else await Deno.copyFile(join(LOGS, path), join(target, entry.name));
  }
}

/** The rows of the report without costs, which follow the price catalogue. */
function tokensOf(csv: string): string[] {
  assert.ok(csv.startsWith(HEADER), csv);
  return csv.slice(HEADER.length).trimEnd().split("\n").map((row) => row.split(",").slice(0, 7).join(",")).sort();
}

Deno.test("costops import codex: finds the logs in the home folder and counts forked sessions once", async () => {
  await inPlace(async (place) => {
    await copyLogs(place, { from: "codex", to: ".codex/sessions/2026/03/02" });
    await place.write(".codex/sessions/notes.json", '{"not":"usage"}');
    // 3 calls of the parent, 1 of each of its forks and of the fork of a fork, 2 of the agent; copies: 2, 2 and 3.
    const first = await place.run(["import", "codex"]);
    assert.equal(first.code, 0, first.err);
    assert.match(first.err, / inserted 8 \/ duplicate 7 \/ conflict 0 \/ rejected 0 \//);
    const rows = tokensOf((await place.run(TOKENS)).out);
    assert.deepEqual(rows, ["gpt-5.2,1,200,1800,0,75,2075", "gpt-5.2-codex,7,3750,19850,0,390,23990"]);
    await place.run(["import", "codex"]);
    assert.deepEqual(tokensOf((await place.run(TOKENS)).out), rows);
  });
});

Deno.test("costops import codex: reads live and archived sessions by their time, so that a fork comes after its parent", async () => {
  await inPlace(async (place) => {
    await copyLogs(place, { from: "codex", to: "live/sessions" });
    const parent = "rollout-2026-03-02T09-00-00-019cadc6-9a80-7000-8000-000000000001.jsonl";
    await Deno.mkdir(join(place.folder, "live", "archived_sessions"));
    await Deno.rename(
      join(place.folder, "live", "sessions", parent),
      join(place.folder, "live/archived_sessions", parent),
    );
    await place.run(["import", "codex"]);
    const { out } = await place.run([...TOKENS, "--group-by", "hour"]);
    assert.match(out, /^2026-03-02T09:00:00Z,2,1250,1250,0,225,/m);
  }, { CODEX_HOME: "live" });
});

Deno.test("costops import claude-code: finds the logs in either folder and skips what is no call", async () => {
  await inPlace(async (place) => {
    await copyLogs(place, { from: "claude-code", to: ".config/claude/projects" });
    await place.write(".config/claude/projects/sessions-index.json", '{"version":1,"entries":[]}');
    // Of 14 lines 5 are no calls; of 9 that are, 2 say more of a call before and 2 say one again.
    const { err } = await place.run(["import", "claude-code"]);
    assert.match(err, /^read 14 \/ inserted 5 \/ updated 2 \/ duplicate 2 \/ conflict 0 \/ rejected 0 \/ skipped 5 \//);
    assert.deepEqual(tokensOf((await place.run(TOKENS)).out), [
      "claude-haiku-4-5,2,300,50,0,100,450",
      "claude-opus-4-6,1,10,0,0,30,40",
      "claude-sonnet-4-5-20250929,2,12,129955,1253,270,131490",
    ]);
  });
});

Deno.test("costops import claude-code: says which folders it looked for", async () => {
  await inPlace(async ({ run, folder }) => {
    const { code, err } = await run(["import", "claude-code"]);
    assert.equal(code, 3);
    assert.equal(
      err.trimEnd(),
      `costops: Cannot find logs of Claude Code: there is no folder "${folder}/.claude/projects", ` +
        `"${folder}/.config/claude/projects"; set CLAUDE_CONFIG_DIR or name the folder`,
    );
  });
});

Deno.test("costops import codex: a file of that name is a file", async () => {
  await inPlace(async ({ run, write }) => {
    await write("codex", '{"id":"a","provider":"openai","model":"gpt-4","input_tokens":1}\n');
    assert.match((await run(["import", "codex"])).err, /^read 1 \/ inserted 1 /m);
  });
});
