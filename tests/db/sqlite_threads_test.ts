import assert from "node:assert/strict";
import { sql } from "kysely";
import { openDatabase } from "../../db/database.ts";
import { createOrganization } from "../../db/organizations.ts";
import { SqliteThreads } from "../../db/sqlite_threads.ts";
import { withFolder } from "./for_each_database.ts";

/** Counts up to so many, which takes a thread its time. */
const countTo = (most: number) =>
  sql<{ count: bigint }>`
    with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < ${most})
    select count(*) as count from numbers`;

/** Runs a test on threads of a database with one organization. */
async function onThreads(
  { count, query_ms }: { readonly count: number; readonly query_ms?: number },
  test: (threads: SqliteThreads, path: string) => Promise<void>,
): Promise<void> {
  await withFolder(async (folder) => {
    const path = `${folder}/costops.db`;
    await (await openDatabase(path)).close();
    const threads = new SqliteThreads(path, count, query_ms);
    try {
      await test(threads, path);
    } finally {
      await threads.close();
    }
  });
}

Deno.test("SqliteThreads: more callers than threads are all answered, with whole numbers as bigint", async () => {
  await onThreads({ count: 2 }, async ({ queries }) => {
    const answers = await Promise.all(Array.from({ length: 20 }, (_, at) => countTo(at + 1).execute(queries)));
    assert.deepEqual(answers.map(({ rows }) => rows[0]!.count), Array.from({ length: 20 }, (_, at) => BigInt(at + 1)));
  });
});

Deno.test("SqliteThreads: a transaction sees one moment of the database", async () => {
  await onThreads({ count: 1 }, async ({ queries }, path) => {
    const read = () => queries.selectFrom("organizations").select("id").orderBy("id").execute();
    await queries.transaction().execute(async (moment) => {
      const inMoment = () => moment.selectFrom("organizations").select("id").orderBy("id").execute();
      assert.deepEqual(await inMoment(), [{ id: "default" }]);
      const database = await openDatabase(path);
      await createOrganization(database, { id: "new", name: "new" }, { actor: "test", now: 0 });
      await database.close();
      assert.deepEqual(await inMoment(), [{ id: "default" }]);
    });
    assert.deepEqual(await read(), [{ id: "default" }, { id: "new" }]);
  });
});

Deno.test("SqliteThreads: a query that fails says why, and its thread goes on", async () => {
  await onThreads({ count: 1 }, async ({ queries }) => {
    await assert.rejects(sql`select * from absent`.execute(queries), { message: "no such table: absent" });
    await assert.rejects(queries.deleteFrom("organizations").execute(), {
      kind: "failure",
      message: /it is read-only/,
    });
    assert.equal((await countTo(3).execute(queries)).rows[0]!.count, 3n);
  });
});

Deno.test("SqliteThreads: a query beyond its time is given up, and whoever waits for its thread gets another", async () => {
  // Starting a thread has to end within this time too.
  await onThreads({ count: 1, query_ms: 2_000 }, async ({ queries }) => {
    const [endless, waiting] = await Promise.allSettled([countTo(1e15).execute(queries), countTo(5).execute(queries)]);
    assert.ok(endless.status === "rejected" && waiting.status === "fulfilled");
    assert.equal(endless.reason.kind, "temporary");
    assert.equal(endless.reason.message, "Cannot answer this in time: ask for a shorter period, or try again");
    assert.equal(waiting.value.rows[0]!.count, 5n);
  });
});

Deno.test("SqliteThreads: a query on one thread does not wait for another's", async () => {
  await onThreads({ count: 2 }, async (threads) => {
    const log: string[] = [];
    const endless = assert.rejects(countTo(1e15).execute(threads.queries), { kind: "temporary" })
      .then(() => log.push("long"));
    for (let at = 0; at < 3; at++) await countTo(5).execute(threads.queries);
    log.push("quick");
    await threads.close();
    await endless;
    assert.deepEqual(log, ["quick", "long"]);
  });
});

Deno.test("SqliteThreads: a database that was closed leaves its file alone, at once", async () => {
  for (let round = 0; round < 20; round++) {
    await withFolder(async (folder) => {
      const database = await openDatabase(`${folder}/costops.db`, { reader_threads: 2 });
      const answers = await Promise.all([1, 2, 3].map((most) => countTo(most).execute(database.scanner)));
      assert.deepEqual(answers.map(({ rows }) => rows[0]!.count), [1n, 2n, 3n]);
      await createOrganization(database, { id: "new", name: "new" }, { actor: "test", now: 0 });
      await database.close();
      assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["costops.db"]);
    });
  }
});

Deno.test("SqliteThreads: what runs when they are closed is answered, and whoever waits is told", async () => {
  await onThreads({ count: 1 }, async (threads) => {
    const thread = await threads.take();
    const running = thread.ask({ sql: "select 7 as number", parameters: [] });
    const waiting = assert.rejects(threads.take(), {
      kind: "temporary",
      message: "Cannot use the database: it is being closed",
    });
    await threads.close();
    assert.deepEqual(await running, [{ number: 7n }]);
    await waiting;
    await assert.rejects(countTo(5).execute(threads.queries), { kind: "temporary" });
  });
});

Deno.test("SqliteThreads: who asks a thread that opens its file while they are closed is told, and gets no other's answer", async () => {
  for (let round = 0; round < 5; round++) {
    await onThreads({ count: 1 }, async (threads) => {
      const asking = Promise.allSettled([countTo(5).execute(threads.queries)]);
      // By now the thread is there, and opens the file.
      while (threads.load.busy === 0) await Promise.resolve();
      await threads.close();
      const [asked] = await asking;
      assert.equal(asked.status === "rejected" && asked.reason.message, "Cannot use the database: it is being closed");
    });
  }
});

Deno.test("SqliteThreads: closing does not wait for a query without an end", async () => {
  await onThreads({ count: 1 }, async (threads) => {
    const thread = await threads.take();
    const { sql, parameters } = countTo(1e15).compile(threads.queries);
    const endless = assert.rejects(thread.ask({ sql, parameters }), { kind: "temporary" });
    await threads.close();
    await endless;
  });
});

Deno.test("SqliteThreads: whoever waits is told when no thread can open the file", async () => {
  await withFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/text.db`, "this is no database, but long enough to be looked at as one");
    const threads = new SqliteThreads(`${folder}/text.db`, 1);
    const answers = await Promise.allSettled([1, 2, 3].map((most) => countTo(most).execute(threads.queries)));
    await threads.close();
    assert.deepEqual(answers.map(({ status }) => status), ["rejected", "rejected", "rejected"]);
  });
});
