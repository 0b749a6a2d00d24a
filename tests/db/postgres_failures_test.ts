import assert from "node:assert/strict";
import { sql } from "kysely";
import { Client } from "pg";
import { openDatabase } from "../../db/database.ts";
import { readRows } from "./oracle.ts";
import { failAndStart, TERMINATE, withLoad } from "./postgres_load.ts";
import { withPostgresDatabase } from "./postgres_place.ts";
import { makeEntry } from "./records.ts";

/** Waits until a query of the program sleeps on the server. */
async function untilSleeping(url: string): Promise<void> {
  const client = new Client(url);
  await client.connect();
  try {
    const sleeping = "select 1 from pg_stat_activity where application_name = 'costops' and wait_event = 'PgSleep' " +
      "and datname = current_database()";
    while ((await client.query(sleeping)).rowCount === 0);
  } finally {
    await client.end();
  }
}

/** Runs statements on a connection of their own. */
async function onServer(url: string, statements: readonly string[]): Promise<void> {
  const client = new Client(url);
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

Deno.test("append() under load loses and doubles nothing when the server is stopped or killed, and starts again", async () => {
  await withLoad(async (place) => {
    for (const how of ["immediate", "fast", "kill"] as const) await failAndStart(place, { how, waits_ms: [0, 13, 40] });
  });
});

Deno.test("append() under load loses and doubles nothing when its connections are ended on the server", async () => {
  await withLoad(async ({ server, load }) => {
    for (let round = 0; round < 10; round++) {
      await load.untilAppended();
      await onServer(server.url, [TERMINATE]);
    }
  });
});

Deno.test("a server that is away for three seconds is temporary, and the open database works after it", async () => {
  await withLoad(async ({ server, load, database }) => {
    await server.stop("fast");
    const away = `Cannot connect to "${server.url}": nobody answers there; is the server running?`;
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    await assert.rejects(() => database.append([makeEntry()], { is_atomic: true }), {
      kind: "temporary",
      message: away,
    });
    await assert.rejects(() => readRows(database), { kind: "temporary", message: away });
    await assert.rejects(() => openDatabase(server.url), { kind: "temporary", message: away });
    await load.untilFailed();
    await server.start();
    await load.untilAppended();
  });
});

Deno.test("a report whose connection is ended on the server is temporary, and the next one is answered", async () => {
  await withPostgresDatabase(async (url) => {
    const database = await openDatabase(url);
    try {
      await database.append([makeEntry()]);
      // It answers when the processes are gone, and what they said last is on its way before its answer.
      const terminate = TERMINATE.replace("(pid)", "(pid, 60000)") + " and datname = current_database()";
      const whileItWorks = database.reader.transaction().execute(async (queries) => {
        await sql`select 1`.execute(queries);
        await onServer(url, [terminate]);
        await sql`select 1`.execute(queries);
      });
      await assert.rejects(whileItWorks, {
        kind: "temporary",
        message: `Cannot reach "${url}": the connection was lost; try again`,
      });
      const whileItWaits = assert.rejects(() => sql`select pg_sleep(10)`.execute(database.reader), {
        kind: "temporary",
        message: `Cannot use "${url}" now: terminating connection due to administrator command`,
      });
      await untilSleeping(url);
      await onServer(url, [terminate]);
      await whileItWaits;
      assert.equal((await readRows(database)).length, 1);
    } finally {
      await database.close();
    }
  });
});

Deno.test("append() is temporary when every connection of its process is busy for three seconds", async () => {
  await withPostgresDatabase(async (url) => {
    const database = await openDatabase(url, { max_connections: 2 });
    try {
      const held = Promise.withResolvers<void>();
      const busy = [1, 2].map(() => database.reader.connection().execute(() => held.promise));
      const message = `Cannot use "${url}" now: all connections of this process were busy for 3 s; try again`;
      await assert.rejects(() => database.append([makeEntry()]), { kind: "temporary", message });
      held.resolve();
      await Promise.all(busy);
      assert.deepEqual(await database.append([makeEntry()]), [{ outcome: "inserted" }]);
    } finally {
      await database.close();
    }
  });
});

Deno.test("append() and a report are temporary when another session holds the table", async () => {
  await withPostgresDatabase(async (url) => {
    const [database, holder] = [await openDatabase(url), new Client(url)];
    await holder.connect();
    try {
      await database.append([makeEntry()]);
      await holder.query("begin; lock table usage in access exclusive mode");
      const held = {
        kind: "temporary",
        message: `Cannot use "${url}" now: another process holds what is needed; try again`,
      };
      await Promise.all([
        assert.rejects(() => database.append([makeEntry({ id: "r2" })]), held),
        assert.rejects(() => readRows(database), held),
      ]);
      await holder.query("rollback");
      assert.deepEqual(await database.append([makeEntry({ id: "r2" })]), [{ outcome: "inserted" }]);
    } finally {
      await holder.end();
      await database.close();
    }
  });
});

Deno.test("a statement that takes longer than a service waits is temporary", async () => {
  await withPostgresDatabase(async (url) => {
    const database = await openDatabase(url);
    try {
      // The limit itself is a quarter of a minute; here it is set as a server may set it.
      const slow = database.reader.transaction().execute(async (queries) => {
        await sql`set local statement_timeout = 50`.execute(queries);
        await sql`select pg_sleep(10)`.execute(queries);
      });
      await assert.rejects(slow, {
        kind: "temporary",
        message: `Cannot get an answer of "${url}" in time; ask for a shorter period, or try again`,
      });
      const { rows } = await sql`select current_setting('statement_timeout') as statement,
        current_setting('lock_timeout') as lock, current_setting('idle_in_transaction_session_timeout') as idle`
        .execute(database.reader);
      assert.deepEqual(rows, [{ statement: "15s", lock: "5s", idle: "10s" }]);
    } finally {
      await database.close();
    }
  });
});
