/**
 * Backup of a SQLite database while it is in use, and putting one back.
 */

import { backup, DatabaseSync } from "node:sqlite";
import { dirname } from "node:path";
import { CostopsError } from "../core/error.ts";
import { openDatabase } from "./database.ts";
import { explainError, SqliteConnection } from "./sqlite.ts";

const BUSY_TIMEOUT_MS = 5_000;

/**
 * Copies a database to a file while others read and write it: one moment of it, checked, synced, and only then given its
 * name. Fails with `conflict` when the file is there already.
 */
export async function backupSqlite(path: string, target: string): Promise<void> {
  if (await exists(target)) {
    throw new CostopsError("conflict", `Cannot back up to "${target}": there is a file already`);
  }
  const temporary = `${target}.${crypto.randomUUID()}.tmp`;
  checkReadable(path);
  const source = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
  try {
    // All pages in one step: with fewer the copy begins anew whenever somebody writes, and may never end.
    await copy(source, temporary);
    makeOneFile(temporary);
    checkWhole(temporary, target);
    await sync(temporary);
    await Deno.rename(temporary, target);
    await sync(dirname(target));
  } catch (error) {
    await removeQuietly(temporary);
    throw explainError(error, target);
  } finally {
    source.close();
  }
}

async function copy(source: DatabaseSync, target: string): Promise<void> {
  (await Deno.open(target, { createNew: true, write: true, mode: 0o600 })).close();
  await backup(source, target, { rate: -1 });
}

/** Takes the copy out of the mode that keeps files beside it; opening it as the database brings that back. */
function makeOneFile(path: string): void {
  const copied = new DatabaseSync(path);
  try {
    copied.prepare("pragma journal_mode = delete").all();
  } finally {
    copied.close();
  }
}

function checkWhole(path: string, name: string): void {
  const copied = new DatabaseSync(path, { readOnly: true });
  try {
    const found = copied.prepare("pragma integrity_check").all().map((row) => String(row.integrity_check));
    if (found.length === 1 && found[0] === "ok") return;
    throw new CostopsError("storage_failure", `Cannot use the backup "${name}": ${found.slice(0, 3).join("; ")}`);
  } finally {
    copied.close();
  }
}

/**
 * Puts a backup in the place of a database, which is made where there is none: in one transaction, so that a crash leaves
 * the one or the other. Fails with `failure` when the backup is no whole database of costops, or newer than this program.
 */
export async function restoreSqlite(backupPath: string, path: string): Promise<void> {
  if (!await exists(backupPath)) {
    throw new CostopsError("not_found", `Cannot restore "${backupPath}": there is no such file`);
  }
  checkReadable(backupPath);
  checkWhole(backupPath, backupPath);
  // Opening the place makes it, sets its permissions, and waits for writers as any command does.
  await (await openDatabase(path)).close();
  const source = new DatabaseSync(backupPath, { timeout: BUSY_TIMEOUT_MS });
  try {
    await backup(source, path, { rate: -1 });
  } catch (error) {
    throw explainError(error, path);
  } finally {
    source.close();
  }
  await (await openDatabase(path)).close();
}

/** Whether it is a database of ours, said as for any other. */
function checkReadable(path: string): void {
  new SqliteConnection(path, { isReader: true }).close();
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function sync(path: string): Promise<void> {
  const file = await Deno.open(path);
  try {
    await file.sync();
  } finally {
    file.close();
  }
}

async function removeQuietly(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch {
    // It was never made; what is wrong is said by the failure that led here.
  }
}
