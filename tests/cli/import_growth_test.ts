import assert from "node:assert/strict";
import { Random } from "../../examples/random.ts";
import { inPlace, type Place } from "./program.ts";

const FIXTURE = new URL(
  "../fixtures/logs/codex/rollout-2026-03-02T09-00-00-019cadc6-9a80-7000-8000-000000000001.jsonl",
  import.meta.url,
);
const STEPS = 6;

/** A line with an id, one without, one that is refused, one of no call, or a call of Claude Code that goes on. */
function makeLine(random: Random): string {
  const tokens = random.whole(1, 3);
  const call = { timestamp: "2026-03-02T10:00:00Z", provider: "openai", model: "gpt-4", prompt_tokens: tokens };
  const usage = { input_tokens: 5, output_tokens: random.whole(1, 90) };
  const message = {
    id: `m${random.whole(1, 5)}`,
    type: "message",
    role: "assistant",
    model: "claude-haiku-4-5",
    usage,
  };
  const line = { type: "assistant", uuid: "u", sessionId: "s", timestamp: "2026-03-02T11:00:00Z" };
  const kind = random.whole(0, 19);
  if (kind === 0) return "broken";
  if (kind < 3) return JSON.stringify(call);
  if (kind < 10) return JSON.stringify({ ...line, message });
  if (kind < 12) return JSON.stringify({ ...line, type: "user" });
  return JSON.stringify({ ...call, id: `r${random.hex(6)}` });
}

/** What is stored, by everything that tells records apart. */
async function readAll({ run }: Place, database: string): Promise<string> {
  const range = ["--since", "2026-01-01", "--until", "2026-12-31", "--database", database, "--format", "csv"];
  const rows = await run(["report", "cost", ...range, "--group-by", "model,session,operation,hour"]);
  assert.equal(rows.code, 0, rows.err);
  return rows.out;
}

Deno.test("costops import: files that grow and change give the same, read on or read whole", async () => {
  await inPlace(async (place) => {
    const random = new Random(1);
    const fixture = await Deno.readTextFile(FIXTURE);
    const clean: string[] = [];
    const mixed: string[] = [];
    await Deno.mkdir(`${place.folder}/logs`);
    for (let step = 1; step <= STEPS; step++) {
      for (let lines = random.whole(0, 4); lines > 0; lines--) mixed.push(makeLine(random));
      for (let lines = random.whole(0, 4); lines > 0; lines--) clean.push(`{"id":"c${clean.length}",${REST}`);
      if (step === 5) clean[0] = `{"id":"changed",${REST}`;
      await place.write("logs/mixed.ndjson", mixed.join("\n"));
      await place.write("logs/clean.ndjson", clean.map((line) => `${line}\n`).join(""));
      await place.write("logs/codex.jsonl", fixture.slice(0, fixture.length * step / STEPS));
      await Promise.all([
        place.run(["import", "logs", "--database", "on.db"]),
        place.run(["import", "logs", "--database", "whole.db", "--reread"]),
      ]);
      const [on, whole] = await Promise.all([readAll(place, "on.db"), readAll(place, "whole.db")]);
      assert.equal(on, whole, `step ${step}`);
      assert.match(on, /^gpt-4,/m);
    }
  });
});

const REST = '"timestamp":"2026-03-02T12:00:00Z","provider":"openai","model":"gpt-4","prompt_tokens":2}';
