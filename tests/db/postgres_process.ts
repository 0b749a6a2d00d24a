/**
 * A Postgres server's processes, and the shell above them that ends the server when whoever started it is gone.
 */

import { type Account, runProgram } from "./postgres_binaries.ts";

/** How a server is started. */
export interface ProcessOptions {
  /** The path of the program `postgres`. */
  readonly program: string;
  readonly args: readonly string[];
  /** What goes when whoever started the server does; the server stands in the first. */
  readonly folders: readonly [string, string];
  readonly account: Account;
}

/** A server that takes connections. */
export interface PostgresProcess {
  /** The postmaster's. */
  readonly pid: number;
  /** Sends the postmaster a signal and waits until all of the server's processes are gone. */
  end(signal: "SIGINT" | "SIGQUIT"): Promise<void>;
  /** kill -9 to all of the server's processes, the postmaster first; waits until they are gone. */
  kill(): Promise<void>;
}

/** Without the account's own settings: an environment that says little, so that every machine's server is the same. */
export const ENVIRONMENT = { env: { LC_ALL: "C", TZ: "UTC", PATH: "/usr/local/bin:/usr/bin:/bin" }, clearEnv: true };

/**
 * The shell says the postmaster's pid, then reads what it never gets but at the end: a line when the server was ended
 * on purpose, nothing when the pipe closed because whoever held it died, by whatever signal. It lets the signals of a
 * terminal pass, which reach the server by themselves.
 */
const WATCH = `
trap '' INT TERM HUP
folder=$1; data=$2; shift 2
"$@" </dev/null >/dev/null &
server=$!
exec 2>/dev/null
echo "$server"
if ! read -r line; then
  kill -QUIT "$server"
  wait "$server"
  rm -rf "$folder" "$data"
fi
wait "$server"
`;

/** Lines of the server's log that are kept for a message. */
const KEPT_LINES = 50;

/** Starts a server and waits until it takes connections. Fails with the end of its log when it ends before. */
export async function startProcess(options: ProcessOptions): Promise<PostgresProcess> {
  const shell = new Deno.Command("/bin/sh", {
    args: ["-c", WATCH, "watch", ...options.folders, options.program, ...options.args],
    cwd: options.folders[0],
    ...ENVIRONMENT,
    ...options.account,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const log: string[] = [];
  const ready = Promise.withResolvers<boolean>();
  // The pipe closes when the last of the server's processes is gone, as each has it.
  const allGone = readLines(shell.stderr, (line) => {
    log.push(line);
    if (log.length > KEPT_LINES) log.shift();
    if (/ready to accept (read-only )?connections/.test(line)) ready.resolve(true);
  }).finally(() => ready.resolve(false));
  const pids: number[] = [];
  const printed = readLines(shell.stdout, (line) => pids.push(Number(line)));
  const release = async () => {
    await allGone;
    const writer = shell.stdin.getWriter();
    // The shell may be gone too, when all was killed.
    await writer.write(new TextEncoder().encode("ended\n")).then(() => writer.close()).catch(() => {});
    await Promise.all([shell.status, printed]);
  };
  if (!await ready.promise) {
    await release();
    throw new Error(log.join("\n"));
  }
  const pid = pids[0]!;
  return {
    pid,
    end: async (signal) => {
      sendSignal(pid, signal);
      await release();
    },
    kill: async () => {
      const children = await listChildren(pid);
      for (const each of [pid, ...children]) sendSignal(each, "SIGKILL");
      await release();
    },
  };
}

/** A process that is already gone needs no signal. */
function sendSignal(pid: number, signal: Deno.Signal): void {
  try {
    Deno.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** The postmaster has every other process of the server as its child. */
async function listChildren(pid: number): Promise<number[]> {
  const listed = Deno.build.os === "linux"
    ? await Deno.readTextFile(`/proc/${pid}/task/${pid}/children`).catch(() => "")
    : await runProgram("pgrep", ["-P", String(pid)]).catch(() => "");
  return listed.split(/\s+/).filter((word) => word !== "").map(Number);
}

async function readLines(stream: ReadableStream<Uint8Array<ArrayBuffer>>, take: (line: string) => void): Promise<void> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    lines.forEach(take);
  }
}
