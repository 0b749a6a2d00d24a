import assert from "node:assert/strict";
import { type Database, openDatabase } from "../../db/database.ts";
import { PostgresConnections } from "../../db/postgres.ts";
import { PostgresAppender } from "../../db/postgres_append.ts";
import { lockUsageForAppend } from "../../db/postgres_locks.ts";
import { findRollupFaults, readRows } from "./oracle.ts";
import { withPostgresDatabase } from "./postgres_place.ts";
import { hashText, makeEntry, NOON } from "./records.ts";

interface Place {
  readonly database: Database;
  readonly connections: PostgresConnections;
}

/** A database whose months are there, and connections to it besides. */
async function withPlace(test: (place: Place) => Promise<void>): Promise<void> {
  await withPostgresDatabase(async (url) => {
    const database = await openDatabase(url);
    const connections = new PostgresConnections(url, {});
    try {
      await database.append([makeEntry({ id: "first", timestamp: NOON, provider: "first" })]);
      await test({ database, connections });
    } finally {
      await connections.close();
      await database.close();
    }
  });
}

/** Of as many users, so that each has a roll-up line of its own. */
function makeEntries(count: number, from = 0) {
  return Array.from(
    { length: count },
    (_, at) => makeEntry({ id: `r${from + at}`, timestamp: NOON + at * 1_000, user: `user-${at}` }),
  );
}

Deno.test("appendNew() stores a batch whose ids and lines are new, and one whose lines it knows", async () => {
  await withPlace(async ({ database, connections }) => {
    const appender = new PostgresAppender();
    for (const from of [0, 2_000]) {
      const entries = makeEntries(2_000, from);
      assert.equal(await appender.isHopeful(entries), true);
      const appended = await connections.transact((client) => appender.appendNew(client, entries));
      assert.equal(appended.is_kept, true);
      assert.equal(appended.outcomes.length, 2_000);
      await appender.noteStored(entries);
    }
    assert.equal((await readRows(database)).length, 4_001);
    assert.deepEqual(await findRollupFaults(database), []);
  });
});

Deno.test("appendNew() keeps nothing of a batch with an id that is taken, wherever it stands, and tries fewer after it", async () => {
  await withPlace(async ({ database, connections }) => {
    const appender = new PostgresAppender();
    const ids = ["r0", "r2500", "r9999"];
    await database.append(ids.map((id, at) => makeEntry({ id, user: `user-${at}`, content_hash: hashText("other") })));
    const tries: boolean[] = [];
    for (const from of [0, 2_000, 9_000, 20_000, 24_000, 28_000, 32_000, 36_000]) {
      const entries = makeEntries(2_000, from);
      const isHopeful = await appender.isHopeful(entries);
      tries.push(isHopeful);
      if (!isHopeful) continue;
      const { is_kept } = await connections.transact((client) => appender.appendNew(client, entries), {
        isKept: ({ is_kept }) => is_kept,
      });
      assert.equal(is_kept, false);
    }
    // Its lines of roll-ups are there, and it does not know them: after one batch the next, then the second, the fourth.
    assert.deepEqual(tries, [true, true, false, true, false, false, false, true]);
    assert.equal((await readRows(database)).length, 4);
    assert.deepEqual(await findRollupFaults(database), []);
  });
});

Deno.test("appendNew() does not wait for others who append to the organization, nor enter with them", async () => {
  await withPlace(async ({ database, connections }) => {
    const appender = new PostgresAppender();
    const entries = makeEntries(2_000);
    await connections.transact(async (holder) => {
      await lockUsageForAppend(holder, entries);
      const attempt = await connections.transact((client) => appender.appendNew(client, entries), {
        isKept: ({ is_kept }) => is_kept,
      });
      assert.equal(attempt.is_kept, false);
    });
    // That says nothing of the batch: it is tried again at once.
    assert.equal(await appender.isHopeful(entries), true);
    assert.equal((await readRows(database)).length, 1);
  });
});

Deno.test("appendNew() is for large batches of one organization", async () => {
  const appender = new PostgresAppender();
  assert.equal(await appender.isHopeful(makeEntries(1_999)), false);
  assert.equal(await appender.isHopeful([...makeEntries(2_000), makeEntry({ organization_id: "other" })]), false);
  assert.equal(await appender.isHopeful(makeEntries(2_000)), true);
});

Deno.test("append() that finds a taken key in the first rows of a large batch leaves its connection usable", async () => {
  await withPlace(async ({ database }) => {
    const texts = "x".repeat(1_000);
    for (let round = 0; round < 5; round++) {
      const entries = makeEntries(4_000, 4_000 * round).map(({ record, cost }) => ({
        record: { ...record, session: texts, organization_id: "default" },
        cost,
      }));
      const outcomes = await database.append([makeEntry({ id: "first", provider: "first" }), ...entries]);
      assert.deepEqual(outcomes[0], { outcome: "duplicate" });
      assert.ok(outcomes.slice(1).every(({ outcome }) => outcome === "inserted"));
    }
    assert.equal((await readRows(database)).length, 20_001);
    assert.deepEqual(await findRollupFaults(database), []);
  });
});
