/**
 * The real program for tests: a child process with its own home folder and its own database.
 */

import { join } from "node:path";

/** What a run of the program left behind. */
export interface Finished {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A place to run the program in: a temporary folder with nothing in it. */
export interface Place {
  readonly folder: string;
  /** The database that every run in this place uses. */
  readonly database: string;
  run(args: readonly string[], input?: string | Uint8Array): Promise<Finished>;
  /** Starts the program without an input, and leaves it running. */
  start(args: readonly string[]): Deno.ChildProcess;
  /** Starts the program with its input open, to be written and closed by the test. */
  startPiped(args: readonly string[]): Deno.ChildProcess;
  /** Runs a line of `sh` in which `"$@"` is the program with these arguments. */
  shell(line: string, args: readonly string[]): Promise<Finished>;
  /** Starts a line of `sh` as {@link Place.shell} does, without an input, and leaves it running. */
  startShell(line: string, args: readonly string[]): Deno.ChildProcess;
  write(name: string, content: string | Uint8Array): Promise<string>;
}

const MAIN = new URL("../../main.ts", import.meta.url).pathname;
const PERMISSIONS = ["--allow-read", "--allow-write", "--allow-env", "--allow-sys", "--allow-net"];

/** Runs a test in a place of its own. */
export async function inPlace(test: (place: Place) => Promise<void>, variables: Record<string, string> = {}) {
  const folder = await Deno.makeTempDir({ prefix: "costops-test-" });
  const database = join(folder, "costops.db");
  const words = (args: readonly string[]) => ["run", "--quiet", "--cached-only", ...PERMISSIONS, MAIN, ...args];
  type Input = "piped" | "null";
  const command = (args: readonly string[], stdin: Input) => prepare(Deno.execPath(), { args: words(args), stdin });
  const shell = (line: string, { args, stdin }: { args: readonly string[]; stdin: Input }) =>
    prepare("sh", { args: ["-c", line, "sh", Deno.execPath(), ...words(args)], stdin });
  const prepare = (program: string, { args, stdin }: { args: string[]; stdin: Input }) =>
    new Deno.Command(program, {
      args,
      cwd: folder,
      clearEnv: true,
      env: {
        HOME: folder,
        PATH: Deno.env.get("PATH") ?? "",
        DENO_DIR: Deno.env.get("DENO_DIR") ?? join(Deno.env.get("HOME") ?? "", ".cache", "deno"),
        DENO_NO_UPDATE_CHECK: "1",
        DATABASE_URL: `sqlite:${database}`,
        ...variables,
      },
      stdin,
      stdout: "piped",
      stderr: "piped",
    });
  try {
    await test({
      folder,
      database,
      run: (args, input) => finish(command(args, "piped").spawn(), input),
      start: (args) => command(args, "null").spawn(),
      startPiped: (args) => command(args, "piped").spawn(),
      shell: (line, args) => finish(shell(line, { args, stdin: "piped" }).spawn(), undefined),
      startShell: (line, args) => shell(line, { args, stdin: "null" }).spawn(),
      write: async (name, content) => {
        const path = join(folder, name);
        if (typeof content === "string") await Deno.writeTextFile(path, content);
        else await Deno.writeFile(path, content);
        return path;
      },
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function finish(child: Deno.ChildProcess, input: string | Uint8Array | undefined): Promise<Finished> {
  const output = child.output();
  const writer = child.stdin.getWriter();
  try {
    if (input !== undefined) await writer.write(typeof input === "string" ? new TextEncoder().encode(input) : input);
    await writer.close();
  } catch (error) {
    // A program that has refused its input before reading all of it closes the pipe.
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
  const { code, stdout, stderr } = await output;
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
}

/** kill -9, unless it has ended by itself. */
export function kill(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
}

/** Waits for a child to end, and ends it with kill -9 when it has not by then. */
export async function killAfter(child: Deno.ChildProcess, milliseconds: number): Promise<Deno.CommandOutput> {
  const ended = child.output();
  const timer = setTimeout(() => kill(child), milliseconds);
  const output = await ended;
  clearTimeout(timer);
  return output;
}
