/**
 * Backup and restore, on the database's own file.
 */

import { readDatabasePath } from "../db/database.ts";
import { backupSqlite, restoreSqlite } from "../db/sqlite_backup.ts";
import { askFirst } from "./ask.ts";
import type { CommonOptions } from "./options.ts";
import type { Shell } from "./run.ts";
import { readConfig, requireDatabase } from "./session.ts";

interface Copying<Options> {
  readonly options: Options;
  readonly shell: Shell;
}

/** Answers `costops db backup`. */
export async function backup(file: string, { options, shell }: Copying<CommonOptions>): Promise<void> {
  const config = readConfig(options);
  requireDatabase(config);
  await backupSqlite(readDatabasePath(config.database_url.value), file);
  if (!options.quiet) shell.terminal.note(`Backed up to ${file}, and checked`);
}

/** Answers `costops db restore`. */
export async function restore(
  file: string,
  { options, shell }: Copying<CommonOptions & { readonly yes?: true }>,
): Promise<void> {
  const path = readDatabasePath(readConfig(options).database_url.value);
  askFirst(`Replace everything in ${path} by ${file}?`, { yes: options.yes, terminal: shell.terminal });
  await restoreSqlite(file, path);
  if (!options.quiet) shell.terminal.note(`Restored ${path} from ${file}`);
}
