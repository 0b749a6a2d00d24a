import assert from "node:assert/strict";
import { Client } from "pg";
import { type Database, openDatabase } from "../../db/database.ts";
import { deleteUsage } from "../../db/usage.ts";
import { findRollupFaults, readRows } from "./oracle.ts";
import { type Relay, startRelay } from "./postgres_relay.ts";
import { type PostgresServer, startPostgres } from "./postgres_server.ts";
import { makeEntry, NOON } from "./records.ts";
import { withPostgresDatabase } from "./postgres_place.ts";

const KEY = { organization_id: "default", id: "r1" };
const ACT = { actor: "test", now: NOON };

/** Runs a test on a database that is reached through a relay. */
async function withRelay(
  url: string,
  test: (place: { relay: Relay; database: Database }) => Promise<void>,
): Promise<void> {
  const relay = await startRelay(url);
  try {
    const database = await openDatabase(relay.url);
    try {
      await test({ relay, database });
    } finally {
      await database.close();
    }
  } finally {
    await relay.close();
  }
}

async function onServer(url: string, text: string): Promise<unknown[][]> {
  const client = new Client(url);
  await client.connect();
  try {
    return (await client.query({ text, rowMode: "array" })).rows;
  } finally {
    await client.end();
  }
}

async function assertStoredOnce(database: Database): Promise<void> {
  assert.deepEqual((await readRows(database)).map(({ id }) => id).sort(), ["r1", "r2"]);
  assert.deepEqual(await findRollupFaults(database), []);
}

for (const fate of ["loses its answer", "is lost"] as const) {
  Deno.test(`append() whose commit ${fate} says inserted, and stores its records once, on Postgres`, async () => {
    await withPostgresDatabase((url) =>
      withRelay(url, async ({ relay, database }) => {
        await database.append([makeEntry()]);
        relay.setNextCommit(fate);
        const outcomes = await database.append([makeEntry(), makeEntry({ id: "r2" })]);
        assert.deepEqual(outcomes, [{ outcome: "duplicate" }, { outcome: "inserted" }]);
        await assertStoredOnce(database);
      })
    );
  });

  Deno.test(`write() whose commit ${fate} is done once, on Postgres`, async () => {
    await withPostgresDatabase((url) =>
      withRelay(url, async ({ relay, database }) => {
        await database.append(["r1", "r2", "r3"].map((id) => makeEntry({ id })));
        relay.setNextCommit(fate);
        await deleteUsage(database, { ...KEY, id: "r3" }, ACT);
        await assertStoredOnce(database);
        const entries = await database.reader.selectFrom("audit_log").select("action").execute();
        assert.deepEqual(entries, [{ action: "usage.delete" }]);
      })
    );
  });
}

/** Takes the number that a transaction had before its server crashed and forgot it. */
async function takeNumber({ url }: PostgresServer, transaction: bigint): Promise<void> {
  const client = new Client(url);
  await client.connect();
  try {
    let taken = 0n;
    while (taken < transaction) {
      taken = BigInt((await client.query("select pg_current_xact_id()::text as number")).rows[0].number);
    }
    assert.equal(taken, transaction, "the server did not forget the number");
  } finally {
    await client.end();
  }
}

/**
 * Lets the server crash while what is done waits for its commit, and gives its transaction's number to another one that
 * commits, before the connection is lost.
 */
async function crashAtCommit<Result>(
  { server, relay }: { server: PostgresServer; relay: Relay },
  work: () => Promise<Result>,
): Promise<PromiseSettledResult<Result>> {
  relay.setNextCommit("waits");
  const settled = Promise.allSettled([work()]);
  await relay.untilCommitWaits();
  const numbers = await onServer(
    server.url,
    "select backend_xid::text from pg_stat_activity where backend_xid is not null",
  );
  assert.equal(numbers.length, 1);
  await server.stop("immediate");
  await server.start();
  await takeNumber(server, BigInt(numbers[0]![0] as string));
  relay.cut();
  return (await settled)[0]!;
}

Deno.test("a transaction that a crashed server forgot is never taken for another with its number", async () => {
  // What is written down waits in memory for a commit, or for this long.
  const server = await startPostgres({ isInMemory: true, settings: { wal_writer_delay: "10s" } });
  try {
    await withRelay(server.url, async ({ relay, database }) => {
      await database.append([makeEntry()]);
      const appended = await crashAtCommit({ server, relay }, () => database.append([makeEntry({ id: "r2" })]));
      assert.deepEqual(appended, { status: "fulfilled", value: [{ outcome: "inserted" }] });
      await assertStoredOnce(database);
      const deleted = await crashAtCommit({ server, relay }, () => deleteUsage(database, KEY, ACT));
      assert.equal(deleted.status, "rejected");
      assert.equal(deleted.reason.kind, "temporary");
      assert.equal(
        deleted.reason.message,
        `Cannot tell whether "${relay.url}" stored the last change: the connection was lost; look, or try again`,
      );
      await assertStoredOnce(database);
    });
  } finally {
    await server.dispose();
  }
});
