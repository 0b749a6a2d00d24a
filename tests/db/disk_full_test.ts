import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { openDatabase } from "../../db/database.ts";
import { SqliteConnection } from "../../db/sqlite.ts";
import { SqliteAppender } from "../../db/sqlite_append.ts";
import { type Child, watchChild } from "./child.ts";
import { withFolder } from "./for_each_database.ts";
import { findRollupFaults, readRows } from "./oracle.ts";
import { makeEntry, NOON } from "./records.ts";

Deno.test("SqliteAppender.append() says storage_full on a full database, keeps what was there, and goes on", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/costops.db`;
    const database = await openDatabase(path);
    const connection = new SqliteConnection(path, { isReader: false });
    const appender = new SqliteAppender(connection);
    const append = (id: string, count: number) => {
      connection.begin();
      return appender.append(
        Array.from({ length: count }, (_, at) => makeEntry({ id: `${id}-${at}`, timestamp: NOON + at })),
        {},
      );
    };
    append("before", 10);
    connection.all("pragma max_page_count = 60");
    assert.throws(() => append("full", 5_000), {
      kind: "storage_full",
      message: `Cannot write to "${path}": the disk is full`,
    });
    assert.equal((await readRows(database)).length, 10);
    connection.all("pragma max_page_count = 1000000");
    assert.equal(append("full", 5_000).filter(({ outcome }) => outcome === "inserted").length, 5_000);
    assert.equal((await readRows(database)).length, 5_010);
    assert.deepEqual(await findRollupFaults(database), []);
    connection.close();
    await database.close();
  });
});

const NAMESPACE = ["-Urm", "bash", "-c"];
const canMount = await runs("unshare", [...NAMESPACE, "mount -t tmpfs none /mnt"]);

/** Where appends are made. */
const PLACES = [{ on: "the caller's thread", flags: [] }, { on: "a thread of its own", flags: ["thread"] }];

for (const { on, flags } of PLACES) {
  Deno.test({
    name: canMount
      ? `append() on ${on} and a full disk says storage_full, reads on, and writes again when there is room`
      : `append() on ${on} and a full disk says storage_full, reads on, and writes again (needs user namespaces)`,
    ignore: !canMount,
    fn: () =>
      withFolder(async (folder) => {
        // What the child acknowledged is copied out of its own file system before that goes.
        const script = `mkdir "$1/disk" && mount -t tmpfs -o size=4m none "$1/disk" || exit 1
        dd if=/dev/zero of="$1/disk/ballast" bs=1024 count=1024 status=none
        shift 1 && "$@" && cp "$(dirname "$BALLAST")"/costops.db* "$KEPT"`;
        const kept = `${folder}/kept`;
        await Deno.mkdir(kept);
        const [database, ballast] = [`${folder}/disk/costops.db`, `${folder}/disk/ballast`];
        const child = watchChild(
          new Deno.Command("unshare", {
            args: [...NAMESPACE, script, "bash", folder, ...denoRun(database, ballast, ...flags)],
            env: { BALLAST: ballast, KEPT: kept },
            stdout: "piped",
            stderr: "piped",
          }),
        );
        const stored = await expectLines(child, [
          "first: storage_full",
          "again: storage_full",
          // A delete of nothing has nothing to write.
          "write: undefined",
          "read: undefined",
          "with room: undefined",
        ]);
        await expectStored(`${kept}/costops.db`, stored + 100);
      }),
  });
}

for (const { on, flags } of PLACES) {
  Deno.test(`append() on ${on} after an error of the file system says storage_failure and takes nothing any more`, async () => {
    await withFolder(async (folder) => {
      const [database, ballast] = [`${folder}/costops.db`, `${folder}/ballast`];
      await Deno.writeTextFile(ballast, "");
      // A file may not grow beyond 1 MiB: writes fail with "file too large", which is no full disk.
      const child = watchChild(
        new Deno.Command("bash", {
          args: ["-c", `trap "" XFSZ; ulimit -f 1024; exec "$@"`, "bash", ...denoRun(database, ballast, ...flags)],
          stdout: "piped",
          stderr: "piped",
        }),
      );
      const stored = await expectLines(child, [
        "first: storage_failure",
        "again: storage_failure",
        "write: storage_failure",
        "read: undefined",
        "with room: storage_failure",
      ]);
      await expectStored(database, stored);
    });
  });
}

function denoRun(...args: string[]): string[] {
  const script = fileURLToPath(new URL("fill_disk.ts", import.meta.url));
  return [Deno.execPath(), "run", "--quiet", "--no-check", "--allow-all", script, ...args];
}

/** How many records the child says were acknowledged before the failure. */
async function expectLines(child: Child, lines: readonly string[]): Promise<number> {
  assert.deepEqual(await child.ended, { code: 0, errors: "" });
  assert.deepEqual(child.lines.slice(0, -1), lines);
  const stored = Number(child.lines.at(-1));
  assert.ok(stored >= 100, `${stored} records`);
  return stored;
}

async function expectStored(path: string, count: number): Promise<void> {
  const database = await openDatabase(path);
  assert.equal((await readRows(database)).length, count);
  assert.deepEqual(await findRollupFaults(database), []);
  assert.deepEqual((await database.checkIntegrity()).faults, []);
  await database.close();
}

async function runs(command: string, args: readonly string[]): Promise<boolean> {
  try {
    return (await new Deno.Command(command, { args: [...args], stdout: "null", stderr: "null" }).output()).success;
  } catch {
    return false;
  }
}
