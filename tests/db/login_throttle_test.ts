import assert from "node:assert/strict";
import type { Database } from "../../db/database.ts";
import { type LoginSubject, noteLogin, readLoginDelay } from "../../db/login_throttle.ts";
import { forEachDatabase } from "./for_each_database.ts";
import { NOON } from "./records.ts";
import { openTwo } from "./two_handles.ts";

const ANN: LoginSubject = { kind: "account", name: "ann" };
const OFFICE: LoginSubject = { kind: "address", name: "192.0.2.1" };
const SECOND = 1_000;
const MINUTE = 60 * SECOND;

async function fail(database: Database, times: number, now: number, subjects = [ANN]): Promise<number[]> {
  const delays = [];
  for (let time = 0; time < times; time += 1) {
    delays.push(await noteLogin(database, subjects, { hasFailed: true, now }));
  }
  return delays;
}

forEachDatabase(
  "five failures make an account wait, longer each time, and never more than five minutes",
  async ({ open }) => {
    const database = await open();
    assert.deepEqual(await fail(database, 4, NOON), [0, 0, 0, 0]);
    assert.equal(await readLoginDelay(database, [ANN], NOON), 0);
    let now = NOON;
    const delays: number[] = [];
    for (let time = 0; time < 7; time += 1) {
      await fail(database, 1, now);
      delays.push(await readLoginDelay(database, [ANN], now));
      now += delays.at(-1)!;
    }
    assert.deepEqual(delays, [30, 60, 120, 240, 300, 300, 300].map((seconds) => seconds * SECOND));
  },
);

forEachDatabase("what is tried while it should wait is not counted, and success does not help it", async ({ open }) => {
  const database = await open();
  assert.deepEqual(await fail(database, 7, NOON), [0, 0, 0, 0, 0, 30 * SECOND, 30 * SECOND]);
  assert.equal(await noteLogin(database, [ANN], { hasFailed: false, now: NOON + 1 }), 30 * SECOND - 1);
  assert.equal(await readLoginDelay(database, [ANN], NOON + 30 * SECOND), 0);
  assert.equal(await noteLogin(database, [ANN], { hasFailed: false, now: NOON + 30 * SECOND }), 0);
  assert.deepEqual(await fail(database, 4, NOON + 30 * SECOND), [0, 0, 0, 0]);
});

forEachDatabase("failures are forgotten fifteen minutes after the last", async ({ open }) => {
  const database = await open();
  await fail(database, 4, NOON);
  assert.deepEqual(await fail(database, 1, NOON + 15 * MINUTE), [0]);
  assert.equal(await readLoginDelay(database, [ANN], NOON + 15 * MINUTE), 0);
  const rows = await database.reader.selectFrom("login_failures").select("failures").execute();
  assert.deepEqual(rows.map(({ failures }) => failures), [1n]);
});

forEachDatabase(
  "an address waits after fifty failures, of whichever accounts, and success does not clear it",
  async ({ open }) => {
    const database = await open();
    const tryOne = (index: number, hasFailed: boolean) =>
      noteLogin(database, [{ kind: "account", name: `a${index}` }, OFFICE], { hasFailed, now: NOON });
    for (let index = 0; index < 49; index += 1) assert.equal(await tryOne(index, true), 0);
    assert.equal(await tryOne(49, false), 0);
    assert.equal(await tryOne(50, true), 0);
    assert.equal(await tryOne(51, false), 30 * SECOND);
  },
);

forEachDatabase("of twenty failures at once in two processes five are counted", async (place) => {
  const databases = await openTwo(place);
  const delays = await Promise.all(
    Array.from({ length: 20 }, (_, index) => noteLogin(databases[index % 2]!, [ANN], { hasFailed: true, now: NOON })),
  );
  assert.equal(delays.filter((delay) => delay === 0).length, 5);
  assert.equal(await readLoginDelay(databases[0]!, [ANN], NOON), 30 * SECOND);
});
