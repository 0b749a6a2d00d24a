/**
 * Commands that work on this machine alone: they refuse to be sent to a server.
 */

import type { Command } from "@commander-js/extra-typings";
import { CostopsError } from "../core/error.ts";
import type { CommonOptions } from "./options.ts";

/** Whole groups, and single commands below others. */
const LOCAL_ONLY = ["db", "serve", "completions", "config", "openapi", "prices update"];

/** Whether a command is one of these. */
export function isLocalOnly(command: Command): boolean {
  const words = wordsOf(command);
  return LOCAL_ONLY.some((local) => `${words} `.startsWith(`${local} `));
}

/** Commands that open the database. */
const ON_DATABASE = /^(db |prices update$)/;

/**
 * Fails with `usage` when a server is named for a command that has nothing to do with one; when it is configured for
 * all commands, only where the command would work on a database that nobody has named.
 */
export async function refuseServer(root: Command, command: Command): Promise<void> {
  if (!isLocalOnly(command)) return;
  const words = wordsOf(command);
  const options = { ...root.opts(), ...command.opts() } as CommonOptions & { readonly from?: string };
  if (options.server !== undefined) {
    throw new CostopsError(
      "usage",
      `Cannot take --server for costops ${words}: it works on this machine alone, without a server`,
    );
  }
  if (!ON_DATABASE.test(words) || (words === "db copy" && options.from !== undefined)) return;
  const { findServer, readConfig } = await import("./session.ts");
  const config = readConfig(options);
  if (findServer(config) === undefined) return;
  throw new CostopsError(
    "usage",
    `Cannot run costops ${words} on the server ${config.server.value} (${config.server.origin}): it works on a ` +
      "database; name that with --database",
  );
}

function wordsOf(command: Command): string {
  const { parent } = command;
  return parent === null || parent === undefined ? "" : `${wordsOf(parent as Command)} ${command.name()}`.trim();
}
