import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { Client } from "pg";
import { openDatabase } from "../../db/database.ts";
import { withFolder } from "./for_each_database.ts";
import { findRollupFaults, readRows } from "./oracle.ts";
import { startPostgres } from "./postgres_server.ts";
import { makeEntry, NOON } from "./records.ts";

function run(command: string, ...args: string[]): boolean {
  return spawnSync(command, args).status === 0;
}

/** Whether this account may mount a small file system. */
function findWhetherCanMount(): boolean {
  if (Deno.uid() !== 0) return false;
  const folder = Deno.makeTempDirSync();
  const has = run("mount", "-t", "tmpfs", "-o", "size=1m", "none", folder);
  if (has) run("umount", folder);
  Deno.removeSync(folder);
  return has;
}

const CAN_MOUNT = findWhetherCanMount();

Deno.test({
  name: CAN_MOUNT
    ? "append() on a Postgres server with a full disk says storage_full, reads on, and writes again when there is room"
    : "append() on a Postgres server with a full disk says storage_full, and writes again (needs root that may mount)",
  ignore: !CAN_MOUNT,
  fn: () =>
    withFolder(async (folder) => {
      // A folder of its own for the tables: were the server's log of changes on it, the server would end.
      assert.ok(run("mount", "-t", "tmpfs", "-o", "size=32m,mode=777", "none", folder));
      const server = await startPostgres({ isInMemory: true });
      try {
        await fillAndFree(server.url, folder);
      } finally {
        await server.dispose();
        assert.ok(run("umount", folder));
      }
    }),
});

async function fillAndFree(serverUrl: string, folder: string): Promise<void> {
  await Deno.mkdir(`${folder}/space`);
  await Deno.chown(`${folder}/space`, 65534, 65534);
  const client = new Client(serverUrl);
  await client.connect();
  await client.query(`create tablespace small location '${folder}/space'`);
  await client.query("create database small tablespace small");
  await client.end();
  const url = new URL(serverUrl);
  url.pathname = "/small";
  const database = await openDatabase(url.href);
  try {
    const append = (from: number) =>
      database.append(
        Array.from({ length: 500 }, (_, at) =>
          makeEntry({ id: `r${from + at}`, timestamp: NOON + at, extra: { text: "x".repeat(1_000) } })),
      );
    await append(0);
    await Deno.writeFile(`${folder}/ballast`, new Uint8Array(4 * 1024 ** 2));
    let stored = 500;
    const fill = async () => {
      for (; stored < 100_000; stored += 500) await append(stored);
    };
    const full = { kind: "storage_full", message: `Cannot write to "${url.href}": the server's disk is full` };
    await assert.rejects(fill, full);
    await assert.rejects(fill, full);
    assert.equal((await readRows(database)).length, stored);
    await Deno.remove(`${folder}/ballast`);
    assert.equal((await append(stored)).filter(({ outcome }) => outcome === "inserted").length, 500);
    assert.equal((await readRows(database)).length, stored + 500);
    assert.deepEqual(await findRollupFaults(database), []);
  } finally {
    await database.close();
  }
}
