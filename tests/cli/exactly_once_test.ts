import assert from "node:assert/strict";
import { Random } from "../../examples/random.ts";
import { inPlace } from "./program.ts";

const RECORDS = 3_000;
const PROCESSES = 8;
const MONTH = ["report", "cost", "--since", "2026-01-01", "--until", "2026-01-31", "--format", "csv"];

const record = (at: number) =>
  `{"id":"r${at}","timestamp":"2026-01-${String(at % 28 + 1).padStart(2, "0")}T10:00:00Z","provider":"openai",` +
  `"model":"gpt-4","user":"u${at % 3}","prompt_tokens":7,"completion_tokens":3}`;

/** Each record one to five times, shuffled. */
function shuffleCopies(random: Random): string[] {
  const lines: string[] = [];
  for (let at = 0; at < RECORDS; at++) {
    for (let copies = random.whole(1, 5); copies > 0; copies--) lines.push(record(at));
  }
  for (let at = lines.length - 1; at > 0; at--) {
    const other = random.whole(0, at);
    [lines[at], lines[other]] = [lines[other]!, lines[at]!];
  }
  return lines;
}

Deno.test("costops ingest and import: each record sent 1 to 5 times, shuffled, from eight processes at once, is stored once", async () => {
  await inPlace(async ({ run, write }) => {
    const lines = shuffleCopies(new Random(20_260_105));
    const parts = Array.from({ length: PROCESSES }, (_, part) => lines.filter((_, at) => at % PROCESSES === part));
    const ended = await Promise.all(parts.map(async (part, at) => {
      if (at % 2 === 0) return await run(["ingest"], part.join("\n"));
      // Half of the files are JSON documents.
      const text = at % 4 === 1 ? `[${part.join(",\n")}]` : part.join("\n") + "\n";
      return await run(["import", await write(`part${at}.json`, text)]);
    }));
    const counts = ended.map(({ code, err }) => {
      assert.equal(code, 0, err);
      const found = /^read (\d+) \/ inserted (\d+) \/ duplicate (\d+) \/ conflict 0 \/ rejected 0 \/ unpriced 0$/m.exec(
        err,
      );
      assert.ok(found !== null, err);
      return found.slice(1).map(Number);
    });
    const sum = (column: number) => counts.reduce((total, row) => total + row[column]!, 0);
    assert.deepEqual([sum(0), sum(1), sum(2)], [lines.length, RECORDS, lines.length - RECORDS]);
    // 3,000 x (7 x 0.00003 + 3 x 0.00006), in the roll-ups and, by session, in the rows.
    const total = "3000,21000,0,0,9000,30000,1.170000000,0";
    assert.equal((await run(MONTH)).out.split("\n")[1], `gpt-4,${total}`);
    assert.equal((await run([...MONTH, "--group-by", "session"])).out.split("\n")[1], `,${total}`);
    const third = "1000,7000,0,0,3000,10000,0.390000000,0";
    const byUser = await run([...MONTH, "--group-by", "user"]);
    assert.deepEqual(byUser.out.trimEnd().split("\n").slice(1), [`u0,${third}`, `u1,${third}`, `u2,${third}`]);
    const doctor = await run(["db", "doctor"]);
    assert.equal(doctor.code, 0, doctor.out + doctor.err);
  });
});
