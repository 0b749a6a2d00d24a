import assert from "node:assert/strict";
import { inPlace, type Place } from "./program.ts";

const JANUARY = ["report", "cost", "--since", "2026-01-01", "--until", "2026-01-31", "--format", "csv"];
const RECORDS = 60_000;
const PROCESSES = 4;
const KILLS = 30;

async function writeRecords({ write }: Place): Promise<void> {
  const lines = Array.from(
    { length: RECORDS },
    (_, at) =>
      `{"id":"r${at}","timestamp":"2026-01-${String(at % 28 + 1).padStart(2, "0")}T10:00:00Z","provider":"openai",` +
      `"model":"gpt-4","project":"p${at % 10}","user":"u${at % 100}","prompt_tokens":7,"completion_tokens":3}\n`,
  );
  for (let process = 0; process < PROCESSES; process++) {
    // Each process begins elsewhere, so that they meet and pass each other.
    const from = process * RECORDS / PROCESSES;
    await write(`usage${process}.ndjson`, [...lines.slice(from), ...lines.slice(0, from)].join(""));
  }
}

Deno.test("costops ingest: four processes with the same records, killed 30 times at random, store each once", async () => {
  await inPlace(async (place) => {
    await writeRecords(place);
    const start = (process: number) => place.startShell(`exec "$@" < usage${process}.ndjson`, ["ingest", "--quiet"]);
    let kills = 0;
    await Promise.all(Array.from({ length: PROCESSES }, async (_, process) => {
      while (kills < KILLS) {
        const child = start(process);
        const ended = child.output();
        await new Promise((resolve) => setTimeout(resolve, 300 + Math.random() * 2_000));
        try {
          child.kill("SIGKILL");
        } catch (error) {
          if (!(error instanceof TypeError)) throw error;
        }
        const { signal, code, stderr } = await ended;
        if (signal === "SIGKILL") kills++;
        else assert.ok(code === 0 || code === 6, new TextDecoder().decode(stderr));
      }
    }));
    for (let process = 0; process < PROCESSES; process++) {
      const { code, stderr } = await start(process).output();
      assert.equal(code, 0, new TextDecoder().decode(stderr));
    }
    // 60,000 x (7 x 0.00003 + 3 x 0.00006)
    const total = "gpt-4,60000,420000,0,0,180000,600000,23.400000000,0";
    assert.equal((await place.run(JANUARY)).out.split("\n")[1], total);
    const bySession = await place.run([...JANUARY, "--group-by", "session"]);
    assert.equal(bySession.out.split("\n")[1], total.replace("gpt-4", ""));
    const doctor = await place.run(["db", "doctor"]);
    assert.equal(doctor.code, 0, doctor.out + doctor.err);
  });
});
