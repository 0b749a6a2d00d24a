/**
 * Processes that take the same records in at the same time and are killed at random.
 */

import assert from "node:assert/strict";
import { kill, type Place } from "./program.ts";

const JANUARY = ["report", "cost", "--since", "2026-01-01", "--until", "2026-01-31", "--format", "csv"];
const PROCESSES = 4;

/** What is done: how many records, how often something is killed, and what all of it costs in the end. */
export interface ConcurrentKills {
  readonly records: number;
  readonly kills: number;
  /** The row of gpt-4, as CSV. */
  readonly total: string;
}

/** Kills processes that store the same records until it has been done often enough, and checks that each is there once. */
export async function killProcesses(place: Place, { records, kills, total }: ConcurrentKills): Promise<void> {
  await writeRecords(place, records);
  const start = (process: number) => place.startShell(`exec "$@" < usage${process}.ndjson`, ["ingest", "--quiet"]);
  let killed = 0;
  await Promise.all(Array.from({ length: PROCESSES }, async (_, process) => {
    while (killed < kills) if (await killSometime(start(process))) killed++;
  }));
  for (let process = 0; process < PROCESSES; process++) {
    const { code, stderr } = await start(process).output();
    assert.equal(code, 0, new TextDecoder().decode(stderr));
  }
  assert.equal((await place.run(JANUARY)).out.split("\n")[1], total);
  const bySession = await place.run([...JANUARY, "--group-by", "session"]);
  assert.equal(bySession.out.split("\n")[1], total.replace("gpt-4", ""));
  const doctor = await place.run(["db", "doctor"]);
  assert.equal(doctor.code, 0, doctor.out + doctor.err);
}

/** Each process begins elsewhere, so that they meet and pass each other. */
async function writeRecords({ write }: Place, records: number): Promise<void> {
  const lines = Array.from(
    { length: records },
    (_, at) =>
      `{"id":"r${at}","timestamp":"2026-01-${String(at % 28 + 1).padStart(2, "0")}T10:00:00Z","provider":"openai",` +
      `"model":"gpt-4","project":"p${at % 10}","user":"u${at % 100}","prompt_tokens":7,"completion_tokens":3}\n`,
  );
  for (let process = 0; process < PROCESSES; process++) {
    const from = process * records / PROCESSES;
    await write(`usage${process}.ndjson`, [...lines.slice(from), ...lines.slice(0, from)].join(""));
  }
}

/** Whether the process was killed before it had ended. */
async function killSometime(child: Deno.ChildProcess): Promise<boolean> {
  const ended = child.output();
  await new Promise((resolve) => setTimeout(resolve, 300 + Math.random() * 2_000));
  kill(child);
  const { signal, code, stderr } = await ended;
  if (signal === "SIGKILL") return true;
  assert.ok(code === 0 || code === 6, new TextDecoder().decode(stderr));
  return false;
}
