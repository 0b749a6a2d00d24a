/**
 * A real Postgres server for tests: from npm, in a folder of its own, for root and for anybody else.
 *
 * Linux and macOS. It syncs to disk as a server in earnest does: without that, no test of a crash would say anything.
 */

import { randomBytes, randomInt } from "node:crypto";
import { statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Account, prepareBinaries, runProgram } from "./postgres_binaries.ts";
import { makeCertificate } from "./postgres_certificate.ts";
import { ENVIRONMENT, type PostgresProcess, startProcess } from "./postgres_process.ts";

/** What a test may want of its server. */
export interface PostgresOptions {
  /** Settings besides, or instead of, those below, by their names in postgresql.conf. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Whether connections may be encrypted; then `certificatePath` is what a client trusts. */
  readonly hasTls?: boolean;
  /** Whether a password is asked for, by SCRAM-SHA-256; then `url` has it. */
  readonly hasPassword?: boolean;
  /**
   * Whether the data lies in memory where the machine has such a folder with room: creating a database takes a tenth of
   * the time then. It outlives the server's processes as on a disk, and so does what a test of kill -9 is about.
   */
  readonly isInMemory?: boolean;
  /** Whom a server runs as that root starts, as Postgres refuses root: 65534, nobody, unless said. */
  readonly uid?: number;
}

/** A server, running or not, until it is disposed of. */
export interface PostgresServer {
  /** The maintenance database's address, for its superuser. */
  readonly url: string;
  readonly port: number;
  /** The postmaster's; another one after each start. */
  readonly pid: number;
  /** The data folder. */
  readonly data: string;
  /** The certificate in PEM of a server with TLS. */
  readonly certificatePath: string | undefined;
  /** Starts the server again, on the same port and data. */
  start(): Promise<void>;
  /** Stops the server and keeps its data: `fast` lets it finish its writing, `immediate` leaves that to its next start. */
  stop(mode: "fast" | "immediate"): Promise<void>;
  /** kill -9 to every process of the server; its data is kept. */
  kill(): Promise<void>;
  /** Ends the server and removes its data. */
  dispose(): Promise<void>;
}

const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  fsync: "on",
  synchronous_commit: "on",
  max_connections: "200",
  shared_buffers: "128MB",
  max_wal_size: "256MB",
  timezone: "UTC",
};

/** Below the ports that systems give to outgoing connections, so that none takes it between a stop and a start. */
const PORTS = { from: 20_000, to: 30_000, attempts: 20 };

/** Linux' folder in memory. */
const MEMORY_FOLDER = "/dev/shm";
const MEMORY_BYTES = 2 * 1024 ** 3;

/** Makes a database cluster and starts a server on it. */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const account = findAccount(options.uid);
  const folder = await makeFolder(tmpdir(), account);
  // Apart from the programs, which a folder in memory often does not let run.
  const data = await makeFolder(options.isInMemory && await hasMemoryFolder() ? MEMORY_FOLDER : tmpdir(), account);
  const folders = [folder, data] as const;
  try {
    const binaries = await prepareBinaries({ place: folder, account });
    const password = options.hasPassword ? randomBytes(12).toString("hex") : undefined;
    await makeCluster({ binaries, folders, account, password });
    const tls = options.hasTls ? await writeCertificate(folder, account) : undefined;
    const settings = { ...SETTINGS, ...tls, ...options.settings };
    const start = (port: number) => {
      const pairs = Object.entries({ ...settings, port }).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
      const args = ["-D", data, ...pairs];
      return startProcess({ program: join(binaries, "bin", "postgres"), args, folders, account });
    };
    const { port, process } = await startOnFreePort(start);
    const user = password === undefined ? "postgres" : `postgres:${password}`;
    const url = `postgres://${user}@127.0.0.1:${port}/postgres`;
    return toServer(
      { url, port, data, folders, certificatePath: tls?.ssl_cert_file, start: () => start(port) },
      process,
    );
  } catch (error) {
    await removeFolders(folders);
    throw error;
  }
}

async function makeFolder(dir: string, account: Account): Promise<string> {
  const folder = await Deno.makeTempDir({ dir, prefix: "costops-postgres-" });
  if (account.uid !== undefined) await Deno.chown(folder, account.uid, account.gid!);
  return folder;
}

async function removeFolders(folders: readonly string[]): Promise<void> {
  for (const folder of folders) await Deno.remove(folder, { recursive: true });
}

/** Whether there is a folder in memory with room for a run of all tests. */
async function hasMemoryFolder(): Promise<boolean> {
  try {
    const { bavail, bsize } = await statfs(MEMORY_FOLDER);
    return bavail * bsize >= MEMORY_BYTES;
  } catch (error) {
    // Another system has no such folder; a permission that is missing would only be seen in how long all takes.
    if (error instanceof Deno.errors.NotCapable) throw error;
    return false;
  }
}

function findAccount(uid = 65534): Account {
  return Deno.uid() === 0 ? { uid, gid: uid } : {};
}

interface ClusterOptions {
  readonly binaries: string;
  readonly folders: readonly [string, string];
  readonly account: Account;
  readonly password: string | undefined;
}

async function makeCluster({ binaries, folders: [folder, data], account, password }: ClusterOptions): Promise<void> {
  const program = join(binaries, "bin", "initdb");
  const args = ["-D", data, "-U", "postgres", "-E", "UTF8", "--locale=C", "--no-sync"];
  if (password === undefined) args.push("-A", "trust");
  else args.push("-A", "scram-sha-256", "--pwfile", await writeOwn(join(folder, "password"), password, account));
  const options = { cwd: folder, ...ENVIRONMENT, ...account };
  try {
    await runProgram(program, args, options);
  } catch (error) {
    // A container may run as a number without a name; initdb wants one, which a user namespace of its own gives it.
    if (!/could not look up effective user ID/.test(String(error))) throw error;
    await runProgram("unshare", ["--user", "--map-user=65534", program, ...args], options);
  }
}

/** The settings of TLS. */
async function writeCertificate(folder: string, account: Account) {
  const { certificate, key } = await makeCertificate();
  return {
    ssl: "on",
    ssl_cert_file: await writeOwn(join(folder, "server.crt"), certificate, account),
    ssl_key_file: await writeOwn(join(folder, "server.key"), key, account),
  };
}

/** A file that the account alone reads; its path. */
async function writeOwn(path: string, text: string, account: Account): Promise<string> {
  await Deno.writeTextFile(path, text, { mode: 0o600 });
  if (account.uid !== undefined) await Deno.chown(path, account.uid, account.gid!);
  return path;
}

/** A port that another program has is seen as such only when the server tries it. */
async function startOnFreePort(start: (port: number) => Promise<PostgresProcess>) {
  for (let attempt = 1;; attempt++) {
    const port = randomInt(PORTS.from, PORTS.to);
    try {
      return { port, process: await start(port) };
    } catch (error) {
      if (attempt === PORTS.attempts || !/could not bind .* Address already in use/.test(String(error))) throw error;
    }
  }
}

interface ServerParts {
  readonly url: string;
  readonly port: number;
  readonly data: string;
  readonly folders: readonly string[];
  readonly certificatePath: string | undefined;
  readonly start: () => Promise<PostgresProcess>;
}

function toServer({ folders, start, ...parts }: ServerParts, first: PostgresProcess): PostgresServer {
  let last = first;
  let running: PostgresProcess | undefined = first;
  const end = async (how: (process: PostgresProcess) => Promise<void>) => {
    const ending = running;
    running = undefined;
    if (ending !== undefined) await how(ending);
  };
  return {
    ...parts,
    get pid() {
      return last.pid;
    },
    start: async () => {
      if (running !== undefined) throw new Error("Cannot start a server that runs");
      running = last = await start();
    },
    stop: (mode) => end((process) => process.end(mode === "fast" ? "SIGINT" : "SIGQUIT")),
    kill: () => end((process) => process.kill()),
    dispose: async () => {
      await end((process) => process.end("SIGQUIT"));
      await removeFolders(folders);
    },
  };
}
