/**
 * Backup and restore, on the database's own file.
 */

import { CostopsError } from "../core/error.ts";
import { isPostgresUrl, readDatabasePath } from "../db/database.ts";
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
  const path = readFilePath(config.database_url.value, "back up");
  requireDatabase(config);
  await backupSqlite(path, file);
  if (!options.quiet) shell.terminal.note(`Backed up to ${file}, and checked`);
}

/** Answers `costops db restore`. */
export async function restore(
  file: string,
  { options, shell }: Copying<CommonOptions & { readonly yes?: true }>,
): Promise<void> {
  const path = readFilePath(readConfig(options).database_url.value, "restore");
  askFirst(`Replace everything in ${path} by ${file}?`, { yes: options.yes, terminal: shell.terminal });
  await restoreSqlite(file, path);
  if (!options.quiet) shell.terminal.note(`Restored ${path} from ${file}`);
}

/** The file to copy. A server has its own tools, which copy it while it is in use. */
function readFilePath(url: string, action: string): string {
  if (!isPostgresUrl(url)) return readDatabasePath(url);
  throw new CostopsError(
    "usage",
    `Cannot ${action} a Postgres database: use pg_dump and pg_restore, or costops db copy to and from a file`,
  );
}
