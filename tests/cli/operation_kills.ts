/**
 * Operations that are killed at some moment of their work: what was there before, or what should come, and nothing else.
 */

import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { killAfter, type Place } from "./program.ts";

const MONTH = ["report", "cost", "--since", "2026-01-01", "--until", "2026-01-31", "--format", "csv"];
const RECORDS = 10_000;

/** One operation: how it is begun, and what tells whether it happened. */
export interface KilledOperation {
  readonly name: string;
  /** Brings the database of the place to where the operation begins. */
  prepare(place: Place): Promise<void>;
  readonly args: readonly string[];
  /** What is to be seen in the place: one text before the operation, another after it. */
  look(place: Place): Promise<string>;
  /** Whether the database is sound before the operation. */
  readonly is_sound_before: boolean;
}

const seeMonth = async ({ run }: Place) => (await run(MONTH)).out;

/** Every operation that rewrites much. */
export const OPERATIONS: readonly KilledOperation[] = [
  {
    name: "db backup",
    prepare: async () => {},
    args: ["db", "backup", "copy.db"],
    look: async ({ folder, run }) => {
      const isThere = await Deno.stat(`${folder}/copy.db`).then(() => true, () => false);
      if (!isThere) return "no copy";
      const doctor = await run(["db", "doctor", "--database", "copy.db"]);
      assert.equal(doctor.code, 0, doctor.out + doctor.err);
      return (await run([...MONTH, "--database", "copy.db"])).out;
    },
    is_sound_before: true,
  },
  {
    name: "db restore",
    prepare: async ({ run }) => {
      assert.equal((await run(["db", "backup", "old.db"])).code, 0);
      const more =
        '{"id":"new","timestamp":"2026-01-07T10:00:00Z","provider":"openai","model":"gpt-4","prompt_tokens":9}';
      assert.equal((await run(["ingest"], more)).code, 0);
    },
    args: ["db", "restore", "old.db", "--yes"],
    look: seeMonth,
    is_sound_before: true,
  },
  {
    name: "db prune",
    prepare: async () => {},
    args: ["db", "prune", "--before", "2026-01-16", "--yes"],
    look: async ({ run }) => {
      const [sums, rows] = [await run(MONTH), await run([...MONTH, "--group-by", "session"])];
      return `${sums.out}${rows.out}${rows.code}`;
    },
    is_sound_before: true,
  },
  {
    name: "reprice",
    prepare: async ({ run }) => {
      const price = ["--provider", "openai", "--input", "20", "--output", "40", "--from", "2026-01-01"];
      assert.equal((await run(["prices", "set", "gpt-4", ...price])).code, 0);
    },
    args: ["reprice", "--yes"],
    look: seeMonth,
    is_sound_before: true,
  },
  {
    name: "db doctor --repair",
    prepare: ({ database }) => {
      using file = new DatabaseSync(database);
      file.exec(
        "update usage_by_day set cost_nanos = cost_nanos + 1; delete from usage_by_quarter_hour where start % 7 = 0",
      );
      return Promise.resolve();
    },
    args: ["db", "doctor", "--repair"],
    look: seeMonth,
    is_sound_before: false,
  },
];

/** Fills the database of a place with a month of usage. */
export async function fillMonth({ write, run }: Place): Promise<void> {
  const lines = Array.from({ length: RECORDS }, (_, at) => {
    const day = String(at % 28 + 1).padStart(2, "0");
    return `{"id":"r${at}","timestamp":"2026-01-${day}T10:00:00Z","provider":"openai","model":"gpt-4","project":"p${
      at % 10
    }","prompt_tokens":7,"completion_tokens":3}\n`;
  });
  await write("usage.ndjson", lines.join(""));
  const { code, err } = await run(["import", "usage.ndjson"]);
  assert.equal(code, 0, err);
}

/**
 * Kills an operation at each fraction of the time it takes, each time from the same beginning, and checks that all of it
 * or nothing of it happened, and that it can be done after that. Gives how many kills came while it ran.
 */
export async function killOperation(
  place: Place,
  { operation, fractions }: { readonly operation: KilledOperation; readonly fractions: readonly number[] },
): Promise<number> {
  await operation.prepare(place);
  const begin = await keepFiles(place);
  const before = await operation.look(place);
  const started = performance.now();
  const whole = await place.run(operation.args);
  const milliseconds = performance.now() - started;
  assert.equal(whole.code, 0, whole.out + whole.err);
  const after = await operation.look(place);
  assert.notEqual(before, after);
  let kills = 0;
  for (const fraction of fractions) {
    await begin();
    if (await runAndKill(place, operation.args, milliseconds * fraction)) kills++;
    await checkAllOrNothing(place, { operation, before, after });
  }
  return kills;
}

async function checkAllOrNothing(
  place: Place,
  { operation, before, after }: { operation: KilledOperation; before: string; after: string },
): Promise<void> {
  const seen = await operation.look(place);
  assert.ok(seen === before || seen === after, `neither before nor after:\n${seen}`);
  const doctor = await place.run(["db", "doctor"]);
  if (operation.is_sound_before || seen === after) assert.equal(doctor.code, 0, doctor.out + doctor.err);
  if (seen === before) {
    const again = await place.run(operation.args);
    assert.equal(again.code, 0, again.out + again.err);
    assert.equal(await operation.look(place), after);
  }
}

/** Keeps the files of the place; what it gives brings them back as they are now. */
async function keepFiles({ folder }: Place): Promise<() => Promise<void>> {
  const kept = new Map<string, Uint8Array>();
  for await (const { name, isFile } of Deno.readDir(folder)) {
    if (isFile) kept.set(name, await Deno.readFile(`${folder}/${name}`));
  }
  return async () => {
    for await (const { name, isFile } of Deno.readDir(folder)) if (isFile) await Deno.remove(`${folder}/${name}`);
    for (const [name, bytes] of kept) await Deno.writeFile(`${folder}/${name}`, bytes);
  };
}

/** Whether the program was killed before it had ended. */
async function runAndKill(place: Place, args: readonly string[], milliseconds: number): Promise<boolean> {
  const { signal } = await killAfter(place.start(args), milliseconds);
  return signal === "SIGKILL";
}
