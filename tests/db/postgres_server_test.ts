import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { access, readFile, stat } from "node:fs/promises";
import { dirname } from "node:path";
import pg from "pg";
import { startChild, waitForLine } from "./child.ts";
import { type PostgresOptions, type PostgresServer, startPostgres } from "./postgres_server.ts";

async function withServer(options: PostgresOptions, test: (server: PostgresServer) => Promise<void>): Promise<void> {
  const server = await startPostgres(options);
  try {
    await test(server);
  } finally {
    await server.dispose();
  }
}

/** Runs one statement on a connection of its own; its rows, each as a list. */
async function query(config: string | pg.ClientConfig, text: string): Promise<unknown[][]> {
  const client = new pg.Client(config);
  await client.connect();
  try {
    return (await client.query({ text, rowMode: "array" })).rows;
  } finally {
    await client.end();
  }
}

Deno.test("startPostgres() starts a server that syncs to disk, and has its data after every way to end", async () => {
  await withServer({}, async (server) => {
    const settings = "select current_setting('fsync'), current_setting('synchronous_commit'), " +
      "current_setting('TimeZone'), current_setting('max_connections'), current_setting('full_page_writes'), " +
      "(select datcollate from pg_database where datname = 'postgres')";
    assert.deepEqual(await query(server.url, settings), [["on", "on", "UTC", "200", "on", "C"]]);
    await query(server.url, "create table kept (number int)");
    const { port } = server;
    const pids = new Set([server.pid]);
    const endings = [() => server.stop("immediate"), () => server.stop("fast"), () => server.kill()];
    for (const [number, end] of endings.entries()) {
      await query(server.url, `insert into kept values (${number})`);
      await end();
      await assert.rejects(query(server.url, "select 1"), { code: "ECONNREFUSED" });
      await server.start();
      pids.add(server.pid);
    }
    assert.deepEqual(await query(server.url, "select number from kept order by 1"), [[0], [1], [2]]);
    assert.deepEqual([server.port, pids.size], [port, 4]);
    await assert.rejects(server.start(), { message: "Cannot start a server that runs" });
  });
});

Deno.test("startPostgres() asks for a password, encrypts for who trusts its certificate, and is never root's", async () => {
  await withServer({ hasTls: true, hasPassword: true, settings: { max_connections: "20" } }, async (server) => {
    const ca = await readFile(server.certificatePath!, "utf8");
    const encrypted = { connectionString: server.url, ssl: { ca } };
    const text = "select ssl, current_setting('max_connections') from pg_stat_ssl where pid = pg_backend_pid()";
    assert.deepEqual(await query(encrypted, text), [[true, "20"]]);
    assert.deepEqual(await query(server.url, text), [[false, "20"]]);
    await assert.rejects(query({ connectionString: server.url, ssl: {} }, text), /self.signed certificate/i);
    const wrong = new URL(server.url);
    wrong.password = "wrong";
    await assert.rejects(query(wrong.href, text), { code: "28P01" });
    await checkOwner(server, Deno.uid() === 0 ? 65534 : Deno.uid()!);
  });
});

Deno.test("dispose() leaves nothing of a server", async () => {
  const server = await startPostgres({ hasTls: true, isInMemory: true });
  const folders = [dirname(server.certificatePath!), server.data];
  assert.deepEqual(await Promise.all(folders.map(isThere)), [true, true]);
  await server.dispose();
  assert.throws(() => Deno.kill(server.pid, "SIGCONT"), Deno.errors.NotFound);
  assert.deepEqual(await Promise.all(folders.map(isThere)), [false, false]);
});

Deno.test("startPostgres() says why a server does not start", async () => {
  await assert.rejects(startPostgres({ settings: { max_connections: "many" } }), /invalid value.*max_connections/);
});

Deno.test("a server ends, and its folders go, when kill -9 ends whoever started it", async () => {
  const child = startChild("postgres_hold.ts", []);
  await waitForLine(child, "ready");
  const [pid, ...folders] = [Number(child.lines[0]), child.lines[1]!, child.lines[2]!] as const;
  Deno.kill(pid, "SIGCONT");
  child.kill();
  await child.ended;
  const latest = Date.now() + 20_000;
  const isAnyThere = async () => (await Promise.all(folders.map(isThere))).includes(true);
  while (await isAnyThere() && Date.now() < latest) await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(await isAnyThere(), false);
  assert.throws(() => Deno.kill(pid, "SIGCONT"), Deno.errors.NotFound);
});

/** A container may well refuse a namespace to all but root, and the one that is tested runs as a number. */
const HAS_NAMESPACES = Deno.uid() === 0 &&
  spawnSync("unshare", ["--user", "--map-user=65534", "true"], { uid: 54321, gid: 54321 }).status === 0;

Deno.test({
  name: `startPostgres() runs the server as a number without a name${
    HAS_NAMESPACES ? "" : " (needs root and user namespaces)"
  }`,
  ignore: !HAS_NAMESPACES,
  fn: () => withServer({ hasTls: true, uid: 54321 }, (server) => checkOwner(server, 54321)),
});

/** Postgres wants its data folder to be its own process' account's. */
async function checkOwner(server: PostgresServer, uid: number): Promise<void> {
  assert.equal((await stat(server.data)).uid, uid);
  assert.deepEqual(await query(server.url, "select 1"), [[1]]);
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(() => true, () => false);
}
