import assert from "node:assert/strict";
import { Client } from "pg";
import { CostopsError, type ErrorKind } from "../../core/error.ts";
import { type Database, openDatabase } from "../../db/database.ts";
import { deleteUsage } from "../../db/usage.ts";
import { readRows } from "./oracle.ts";
import { type PostgresOptions, type PostgresServer, startPostgres } from "./postgres_server.ts";
import { makeEntry, NOON } from "./records.ts";

const SECRET = "hunter2";

async function withServer(options: PostgresOptions, test: (server: PostgresServer) => Promise<void>): Promise<void> {
  const server = await startPostgres({ isInMemory: true, ...options });
  try {
    await test(server);
  } finally {
    await server.dispose();
  }
}

/** Why a database cannot be opened; what is said has no password in it, in whatever words. */
async function refusal(url: string): Promise<[ErrorKind, string]> {
  try {
    await (await openDatabase(url)).close();
  } catch (error) {
    assert.ok(error instanceof CostopsError, String(error));
    const password = URL.canParse(url) ? new URL(url).password : "";
    for (const secret of [SECRET, ...(password === "" ? [] : [password])]) {
      assert.ok(!error.message.includes(secret), error.message);
    }
    return [error.kind, error.message];
  }
  throw new Error(`it was opened at ${url}`);
}

/** A server's address with something else in it. */
function vary({ url }: { url: string }, change: (url: URL) => void): string {
  const changed = new URL(url);
  change(changed);
  return changed.href;
}

async function opens(url: string): Promise<void> {
  await (await openDatabase(url)).close();
}

Deno.test("openDatabase() says what is wrong with an address, a user, a password or a certificate, and no password", async () => {
  await withServer({ hasTls: true, hasPassword: true }, async (server) => {
    await opens(server.url);
    const at = `127.0.0.1:${server.port}/postgres`;
    const shown = `postgres://postgres:***@${at}`;
    assert.deepEqual(await refusal(vary(server, (url) => url.password = SECRET)), [
      "failure",
      `Cannot connect to "${shown}": password authentication failed for user "postgres"; check user and password`,
    ]);
    assert.deepEqual(await refusal(vary(server, (url) => url.password = "")), [
      "failure",
      `Cannot connect to "postgres://postgres@${at}": it asks for a password and the address has none`,
    ]);
    assert.deepEqual(await refusal(vary(server, (url) => url.username = "nobody")), [
      "failure",
      `Cannot connect to "postgres://nobody:***@${at}": password authentication failed for user "nobody"; ` +
      "check user and password",
    ]);
    assert.deepEqual(await refusal(vary(server, (url) => url.pathname = "/a%20b")), [
      "failure",
      `Cannot connect to "postgres://postgres:***@127.0.0.1:${server.port}/a%20b": database "a b" does not exist; ` +
      "create it first with createdb",
    ]);
    assert.deepEqual(await refusal(vary(server, (url) => url.hostname = "nowhere.invalid")), [
      "temporary",
      `Cannot connect to "postgres://postgres:***@nowhere.invalid:${server.port}/postgres": no such host is known`,
    ]);
    assert.deepEqual(await refusal(vary(server, (url) => url.port = "9")), [
      "temporary",
      'Cannot connect to "postgres://postgres:***@127.0.0.1:9/postgres": nobody answers there; is the server running?',
    ]);
    const howTo =
      "write postgres://USER:PASSWORD@HOST:PORT/DATABASE, and signs like / # ? @ in the password as %2F %23 %3F %40";
    assert.deepEqual(await refusal(`postgres://postgres:${SECRET}/x@${at}`), [
      "usage",
      `Cannot read the address "${shown}": ${howTo}`,
    ]);
    assert.deepEqual(await refusal(`postgres://postgres:${SECRET}@127.0.0.1:99999/postgres`), [
      "usage",
      `Cannot read the address "postgres://postgres:***@127.0.0.1:99999/postgres": ${howTo}`,
    ]);
    assert.deepEqual(await refusal(`${server.url}?sslmode=verify-full`), [
      "failure",
      `Cannot connect to "${shown}?sslmode=verify-full": TLS failed: self-signed certificate; see sslmode in the address`,
    ]);
    assert.deepEqual(await refusal(`${server.url}?sslmode=verify-full&sslrootcert=/nowhere.pem`), [
      "failure",
      `Cannot connect to "${shown}?sslmode=verify-full&sslrootcert=/nowhere.pem": a file that the address names cannot ` +
      "be read: ENOENT: no such file or directory, open '/nowhere.pem'",
    ]);
    await opens(`${server.url}?sslmode=verify-full&sslrootcert=${server.certificatePath}`);
    await opens(`${server.url}?sslmode=require`);
  });
});

Deno.test("openDatabase() says that a server wants TLS, and encrypts with sslmode=require", async () => {
  await withServer({ hasTls: true }, async (server) => {
    await opens(server.url);
    await Deno.writeTextFile(`${server.data}/pg_hba.conf`, "hostssl all all all trust\n");
    await server.stop("fast");
    await server.start();
    assert.deepEqual(await refusal(server.url), [
      "failure",
      `Cannot connect to "${server.url}": the server wants TLS: add sslmode=verify-full or require to the address`,
    ]);
    await opens(`${server.url}?sslmode=require`);
  });
});

Deno.test("openDatabase() refuses a server that does not sync to disk", async () => {
  await withServer({ settings: { fsync: "off" } }, async (server) => {
    assert.deepEqual(await refusal(server.url), [
      "failure",
      `Cannot use 127.0.0.1:${server.port}: it runs with fsync=off and would lose acknowledged records; set fsync=on`,
    ]);
  });
});

Deno.test("a server without a connection left is temporary, for who opens it and for who has it open", async () => {
  const settings = { max_connections: "4", superuser_reserved_connections: "0", max_wal_senders: "0" };
  await withServer({ settings }, async (server) => {
    const database = await openDatabase(server.url);
    const others = Array.from({ length: 3 }, () => new Client(server.url));
    try {
      await database.append([makeEntry()]);
      for (const other of others) await other.connect();
      const full = `Cannot connect to "${server.url}": the server has no connection left; try again`;
      assert.deepEqual(await refusal(server.url), ["temporary", full]);
      const held = database.reader.transaction().execute(async (queries) => {
        await queries.selectFrom("organizations").selectAll().execute();
        await assert.rejects(() => readRows(database), { kind: "temporary", message: full });
      });
      await held;
    } finally {
      for (const other of others) await other.end();
      await database.close();
    }
  });
});

/** Reading works, writing says why not. */
async function assertReadOnly(database: Database, url: string): Promise<void> {
  const readOnly = {
    kind: "temporary",
    message: `Cannot write to "${url}": it is read-only, perhaps a replica; name the primary server`,
  };
  assert.deepEqual((await readRows(database)).map(({ id }) => id), ["r1"]);
  await assert.rejects(() => database.append([makeEntry({ id: "r2" })]), readOnly);
  await assert.rejects(() => database.append([makeEntry({ id: "r2" })], { is_preview: true }), readOnly);
  const remove = () => deleteUsage(database, { organization_id: "default", id: "r1" }, { actor: "test", now: NOON });
  await assert.rejects(remove, readOnly);
  assert.deepEqual((await readRows(database)).map(({ id }) => id), ["r1"]);
}

Deno.test("a database that is set read-only can be read; writing says so", async () => {
  await withServer({}, async (server) => {
    const first = await openDatabase(server.url);
    await first.append([makeEntry()]);
    await first.close();
    const client = new Client(server.url);
    await client.connect();
    await client.query("alter database postgres set default_transaction_read_only = on");
    await client.end();
    const database = await openDatabase(server.url);
    try {
      await assertReadOnly(database, server.url);
    } finally {
      await database.close();
    }
  });
});

Deno.test("a replica can be read; writing says so", async () => {
  await withServer({}, async (server) => {
    const first = await openDatabase(server.url);
    await first.append([makeEntry()]);
    await first.close();
    await server.stop("fast");
    // A server that waits for what its primary sends is a replica, whether or not any comes.
    await Deno.writeTextFile(`${server.data}/standby.signal`, "");
    await server.start();
    const database = await openDatabase(server.url);
    try {
      await assertReadOnly(database, server.url);
    } finally {
      await database.close();
    }
  });
});
