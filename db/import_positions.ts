/**
 * How far files were taken in, so that the next import skips what has not changed and reads a grown file on.
 *
 * Positions lie in the database whose records they speak of: a backup that is put back has those of its own moment.
 */

import type { Database } from "./database.ts";

/** A file that was taken in whole. */
export interface ImportPosition {
  /** What decides besides the file's bytes: flags and the program's version, as a digest. */
  readonly settings: string;
  /** What the file system says of the file, for telling that it is unchanged; null when that would tell nothing. */
  readonly stamp: string | null;
  /** Bytes up to the end of the last whole line. */
  readonly bytes: number;
  /** Lines in these bytes. */
  readonly lines: number;
  /** SHA-256 of these bytes. */
  readonly digest: string;
  /** Whether what follows these bytes means the same when they are not read again. */
  readonly is_resumable: boolean;
}

/** Which file, for which organization. */
export interface PositionKey {
  readonly organization_id: string;
  /** Absolute. */
  readonly path: string;
}

/** Finds how far a file was taken in. */
export async function findImportPosition(
  { reader }: Database,
  { organization_id, path }: PositionKey,
): Promise<ImportPosition | undefined> {
  const row = await reader.selectFrom("import_positions").selectAll()
    .where("organization_id", "=", organization_id).where("path", "=", path).executeTakeFirst();
  if (row === undefined) return undefined;
  const { settings, stamp, bytes, lines, digest, is_resumable } = row;
  return { settings, stamp, digest, bytes: Number(bytes), lines: Number(lines), is_resumable: is_resumable === 1n };
}

/** Keeps how far a file was taken in, in the place of what was known of it; undefined forgets it. */
export async function keepImportPosition(
  database: Database,
  { organization_id, path, position }: PositionKey & { readonly position: ImportPosition | undefined },
): Promise<void> {
  await database.write(async (queries) => {
    await queries.deleteFrom("import_positions").where("organization_id", "=", organization_id)
      .where("path", "=", path).execute();
    if (position === undefined) return;
    const is_resumable = position.is_resumable ? 1n : 0n;
    await queries.insertInto("import_positions").values({ organization_id, path, ...position, is_resumable }).execute();
  });
}
