/**
 * The program as the benchmarks run it: in this process, and as a process of its own.
 */

import { ROLES } from "../core/access.ts";
import { openDatabase } from "../db/database.ts";
import { createEnvironment, type Environment } from "../server/environment.ts";
import type { Principal } from "../core/access.ts";

const MAIN = new URL("../main.ts", import.meta.url).pathname;

/** The operator, as the CLI makes it. */
export const OPERATOR: Principal = {
  actor: "bench",
  organization_id: "default",
  is_super_admin: true,
  permissions: new Set(ROLES.super_admin),
};

/** Opens a database at a path or an address for the work, and closes it. */
export async function withEnvironment<Result>(
  database: string,
  work: (environment: Environment) => Promise<Result>,
): Promise<Result> {
  const opened = await openDatabase(database);
  try {
    return await work(createEnvironment(opened));
  } finally {
    await opened.close();
  }
}

/** Runs the program to its end; its output is thrown away. Fails when it does not end well. */
export async function runCostops(args: readonly string[], database: string): Promise<void> {
  await runDeno(writeArguments(args), { DATABASE_URL: database });
}

/** Starts the program; its output is thrown away. */
export function startCostops(args: readonly string[], database: string): Deno.ChildProcess {
  const env = { DENO_NO_UPDATE_CHECK: "1", DATABASE_URL: database };
  const options = { args: writeArguments(args), env, stdin: "null", stdout: "null", stderr: "inherit" } as const;
  return new Deno.Command(Deno.execPath(), options).spawn();
}

function writeArguments(args: readonly string[]): string[] {
  const permissions = ["--allow-read", "--allow-write", "--allow-env", "--allow-sys", "--allow-net"];
  return ["run", "--quiet", "--no-check", "--cached-only", ...permissions, MAIN, ...args];
}

/** Runs this same Deno to its end. Fails when it does not end well. */
export async function runDeno(args: readonly string[], env: Record<string, string> = {}): Promise<void> {
  const command = new Deno.Command(Deno.execPath(), {
    args: [...args],
    env: { DENO_NO_UPDATE_CHECK: "1", ...env },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  });
  const { code, stderr } = await command.output();
  if (code !== 0) throw new Error(`deno ${args.join(" ")} ended with ${code}: ${new TextDecoder().decode(stderr)}`);
}

/** Removes a database with its companions. */
export async function removeDatabase(path: string): Promise<void> {
  for (const name of [path, `${path}-wal`, `${path}-shm`]) {
    await Deno.remove(name).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
  }
}
