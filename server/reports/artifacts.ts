/**
 * Where the files of reports are: in a folder beside a SQLite database, in Postgres itself, or in the folder that the
 * configuration names (docs/decisions/0013).
 */

import { type Database, findDatabasePath, isPostgresUrl } from "../../db/database.ts";
import type { ArtifactKey } from "../../db/report_pieces.ts";
import { DatabaseArtifacts } from "./database_artifacts.ts";
import { FolderArtifacts } from "./folder_artifacts.ts";

/** A part of a file: bytes from `start` up to but not including `end`. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** A file that is being made. */
export interface ArtifactWriter {
  write(bytes: Uint8Array): Promise<void>;
  /** All of it is on disk when this has ended. */
  finish(): Promise<void>;
  /** Leaves nothing of it. */
  abandon(): Promise<void>;
}

/** Keeps files by names that the program makes; nothing that a client sends is ever a name here. */
export interface Artifacts {
  create(key: ArtifactKey): Promise<ArtifactWriter>;
  /**
   * A part of a file, which is read as it is taken. Fails with `expired` when the file is gone, and with
   * `storage_failure` when it is not what was made.
   */
  read(key: ArtifactKey, part: ByteRange & { readonly size: number }): Promise<ReadableStream<Uint8Array>>;
  /** Removes a file; one that is not there is gone already. */
  remove(key: ArtifactKey): Promise<void>;
}

/** The files of a database's reports. */
export function openArtifacts(database: Database, folder?: string): Artifacts {
  const place = folder ?? folderBeside(database.url);
  return place === undefined ? new DatabaseArtifacts(database) : new FolderArtifacts(place);
}

/** The folder of a SQLite database; undefined for Postgres. */
function folderBeside(url: string): string | undefined {
  return isPostgresUrl(url) ? undefined : `${findDatabasePath(url)!.replace(/\.db$/, "")}-reports`;
}
