import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { DatabaseSync } from "node:sqlite";
import { type Database, openDatabase } from "../../db/database.ts";
import { SqliteConnection } from "../../db/sqlite.ts";
import { watchChild } from "./child.ts";
import { withFolder } from "./for_each_database.ts";
import { makeEntry } from "./records.ts";

/** What makes a path unfit, and how the refusal ends. */
const UNFIT: readonly { name: string; make: (path: string) => void; reason: (path: string) => string }[] = [
  {
    name: "a folder",
    make: (path) => Deno.mkdirSync(path),
    reason: (path) => `Cannot open the database "${path}": it is a folder`,
  },
  {
    name: "a text file",
    make: (path) => Deno.writeTextFileSync(path, "id,model\n".repeat(200)),
    reason: (path) => `Cannot open the database "${path}": it is not a SQLite database`,
  },
  {
    name: "another program's database",
    make: (path) => change(path, "create table songs (title text)"),
    reason: (path) => `Cannot use "${path}": it is a SQLite database of another program`,
  },
  {
    name: "another program's database without tables",
    make: (path) => change(path, "pragma application_id = 7; create table t (a); drop table t"),
    reason: (path) => `Cannot use "${path}": it is a SQLite database of another program`,
  },
  {
    name: "a newer schema",
    make: (path) => change(path, "insert into schema_migrations values (99, 'later', 'x', 0)", { isOurs: true }),
    reason: (path) => `Cannot use "${path}": it is at schema version 99, this program knows `,
  },
  {
    name: "a migration that was another",
    make: (path) => change(path, "update schema_migrations set checksum = 'x' where number = 1", { isOurs: true }),
    reason: (path) => `Cannot use "${path}": its migration 1 is not this program's`,
  },
];

for (const { name, make, reason } of UNFIT) {
  Deno.test(`openDatabase() refuses ${name} and leaves it as it was`, async () => {
    await withFolder(async (folder) => {
      const path = `${folder}/x.db`;
      if (name.startsWith("a newer") || name.startsWith("a migration")) await (await openDatabase(path)).close();
      make(path);
      const before = readBytes(path);
      await assert.rejects(() => openDatabase(path), (error: Error & { kind?: string }) => {
        assert.equal(error.message.slice(0, reason(path).length), reason(path));
        return error.kind === "failure";
      });
      assert.deepEqual(readBytes(path), before);
    });
  });
}

/** Places where nobody can make a file, root neither. */
for (const name of ["/proc/costops/x.db", "/sys/x.db", "/dev/null/x.db"]) {
  Deno.test(`openDatabase() refuses ${name} in words`, async () => {
    await assert.rejects(() => openDatabase(name), {
      kind: "failure",
      message: new RegExp(`^Cannot open the database "${name}": `),
    });
  });
}

Deno.test("openDatabase() refuses a path below a file", async () => {
  await withFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/file`, "");
    const path = `${folder}/file/x.db`;
    await assert.rejects(() => openDatabase(path), {
      kind: "failure",
      message: new RegExp(`^Cannot open .*"${path}"`),
    });
  });
});

Deno.test("openDatabase() refuses a folder and a file that this user may not write", async () => {
  await withFolder(async (folder) => {
    const closed = `${folder}/closed`;
    await (await openDatabase(`${closed}/here.db`)).close();
    await Deno.chmod(`${closed}/here.db`, 0o400);
    await Deno.chmod(closed, 0o500);
    for (const name of ["new.db", "here.db"]) {
      const said = await openUnprivileged(`${closed}/${name}`);
      assert.match(said, new RegExp(`CostopsError: Cannot (open the database|write to) "${closed}/${name}": `));
    }
    await Deno.chmod(closed, 0o700);
  });
});

Deno.test("openDatabase() refuses addresses of another kind, and masks their passwords", async () => {
  const refusal = (shown: string) => ({
    kind: "usage",
    message: `Cannot open the database "${shown}": write a path, sqlite:PATH, or postgres://USER@HOST/DATABASE`,
  });
  await assert.rejects(() => openDatabase(""), refusal(""));
  await assert.rejects(() => openDatabase(":memory:"), refusal(":memory:"));
  await assert.rejects(() => openDatabase("sqlite:"), refusal("sqlite:"));
  await assert.rejects(() => openDatabase("mysql://ann:secret@host/x"), refusal("mysql://ann:***@host/x"));
});

Deno.test("openDatabase() takes a path, sqlite:PATH and a path with spaces and signs in it as the same file", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/my costs 100%?#é.db`;
    const outcomes: string[] = [];
    for (const url of [path, `sqlite:${path}`, `sqlite://${path}`]) {
      const database = await openDatabase(url);
      outcomes.push(...(await database.append([makeEntry()])).map(({ outcome }) => outcome));
      await database.close();
    }
    assert.deepEqual(outcomes, ["inserted", "duplicate", "duplicate"]);
  });
});

Deno.test("openDatabase() makes folders of 0700 and files of 0600, WAL included", async () => {
  await withFolder(async (folder) => {
    const database = await openDatabase(`${folder}/a/b/costops.db`);
    await database.append([makeEntry()]);
    for (const name of ["a", "a/b"]) assert.equal(modeOf(`${folder}/${name}`), 0o700, name);
    for (const suffix of ["", "-wal", "-shm"]) assert.equal(modeOf(`${folder}/a/b/costops.db${suffix}`), 0o600, suffix);
    await database.close();
  });
});

Deno.test("openDatabase() marks the file as ours and keeps it in WAL", async () => {
  await withFolder(async (folder) => {
    const database = await openDatabase(`${folder}/x.db`);
    assert.deepEqual(await readPragma(database, "application_id"), 0x434f5354n);
    assert.deepEqual(await readPragma(database, "journal_mode"), "wal");
    assert.ok(Number(await readPragma(database, "user_version")) >= 1);
    await database.close();
  });
});

Deno.test("SqliteConnection keeps records: each setting is in force", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/x.db`;
    await (await openDatabase(path)).close();
    const common = { foreign_keys: 1n, trusted_schema: 0n, cell_size_check: 1n, journal_mode: "wal", timeout: 5_000n };
    const settings = {
      writer: {
        ...common,
        synchronous: 2n,
        wal_autocheckpoint: 4_000n,
        journal_size_limit: 67_108_864n,
        cache_size: -16_384n,
        query_only: 0n,
      },
      reader: { ...common, cache_size: -65_536n, query_only: 1n },
    };
    for (const [name, wanted] of Object.entries(settings)) {
      const connection = new SqliteConnection(path, { isReader: name === "reader" });
      for (const [pragma, value] of Object.entries(wanted)) {
        const query = pragma === "timeout" ? "busy_timeout" : pragma;
        assert.equal(Object.values(connection.all(`pragma ${query}`)[0]!)[0], value, `${name} ${pragma}`);
      }
      connection.close();
    }
  });
});

Deno.test("SqliteConnection takes the SQLite that is built in, which is 3.51.3 or newer", async () => {
  await withFolder((folder) => {
    const connection = new SqliteConnection(`${folder}/x.db`, { isReader: false });
    const version = String(connection.all("select sqlite_version() as version")[0]?.version).split(".").map(Number);
    assert.ok(version[0]! * 1e6 + version[1]! * 1e3 + version[2]! >= 3_051_003, version.join("."));
    connection.close();
    return Promise.resolve();
  });
});

Deno.test("openDatabase() never lets its reader write", async () => {
  await withFolder(async (folder) => {
    const database = await openDatabase(`${folder}/x.db`);
    await assert.rejects(() => database.reader.deleteFrom("usage").execute(), { kind: "failure" });
    await database.close();
  });
});

Deno.test("append() waits for another program's transaction", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/x.db`;
    const database = await openDatabase(path);
    // The write lock is held by a process of its own, since this one stands still while it waits.
    const script = `import { DatabaseSync } from "node:sqlite"; const d = new DatabaseSync(Deno.args[0]);
      d.exec("begin immediate"); console.log("held"); setTimeout(() => d.exec("commit"), 700);`;
    const child = new Deno.Command(Deno.execPath(), {
      args: ["eval", "--quiet", script, path],
      stdout: "piped",
    }).spawn();
    const reader = child.stdout.getReader();
    await reader.read();
    assert.deepEqual(await database.append([makeEntry()]), [{ outcome: "inserted" }]);
    await reader.cancel();
    assert.equal((await child.status).code, 0);
    await database.close();
  });
});

Deno.test("SqliteConnection.beginWhenFree() begins when another has ended, and fails with temporary when that takes too long", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/x.db`;
    await (await openDatabase(path)).close();
    const [one, other] = [1, 2].map(() => new SqliteConnection(path, { isReader: false })) as [
      SqliteConnection,
      SqliteConnection,
    ];
    one.waitBriefly();
    other.begin();
    await assert.rejects(one.beginWhenFree(100), {
      kind: "temporary",
      message: `Cannot write to "${path}" now: another process is writing; try again`,
    });
    const begun = one.beginWhenFree();
    other.run("commit");
    await begun;
    one.run("commit");
    one.close();
    other.close();
  });
});

function change(path: string, sql: string, { isOurs = false } = {}): void {
  const database = new DatabaseSync(path);
  database.exec(sql);
  if (isOurs) database.exec("pragma wal_checkpoint(truncate)");
  database.close();
}

function readBytes(path: string): Uint8Array | null {
  return Deno.statSync(path).isDirectory ? null : Deno.readFileSync(path);
}

function modeOf(path: string): number {
  return Deno.statSync(path).mode! & 0o777;
}

async function readPragma(database: Database, name: string): Promise<unknown> {
  const { sql } = await import("kysely");
  const { rows } = await sql<Record<string, unknown>>`pragma ${sql.raw(name)}`.execute(database.reader);
  return rows[0]?.[name];
}

/** Opens a database in a process that permissions bind, which they do not do to root; what it says on stderr. */
async function openUnprivileged(path: string): Promise<string> {
  const script = fileURLToPath(new URL("open_only.ts", import.meta.url));
  const deno = [Deno.execPath(), "run", "--quiet", "--no-check", "--allow-all", script, path];
  const drop = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"];
  const [command, ...args] = Deno.uid() === 0 ? [...drop, ...deno] : deno;
  const { ended } = watchChild(
    new Deno.Command(command!, { args, env: { NO_COLOR: "1" }, stdout: "piped", stderr: "piped" }),
  );
  return (await ended).errors;
}
