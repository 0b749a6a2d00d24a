/**
 * Opens files where the import before ended: an unchanged one is not read, a grown one is read on.
 *
 * What was read before is told by its SHA-256, all of it: hashing is a hundred times as quick as taking in, and a file
 * that was edited anywhere is read whole. Reading a file whole is never wrong, since every record has its identity.
 */

import { createHash, type Hash } from "node:crypto";
import type { IntakeDefaults } from "../core/usage/intake.ts";
import type { Layout } from "../core/usage/reader.ts";
import {
  findImportPosition,
  type ImportPosition,
  keepImportPosition,
  type PositionKey,
} from "../db/import_positions.ts";
import { type InputFile, isPacked, readChunks } from "./input_files.ts";
import type { OpenedSource } from "./intake.ts";
import type { Local } from "./session.ts";
import { VERSION } from "../server/version.ts";

/** A file changed so shortly before it was looked at that it may change again without looking different. */
const FRESH_MS = 2_000;
const NEWLINE = 10;

/** What positions depend on besides the file. */
export interface PositionSettings {
  readonly local: Local;
  /** {@link digestSettings}. */
  readonly settings: string;
  /** Positions are kept, but those that are known are not used. */
  readonly is_reread: boolean;
}

/** One digest of what decides how a file is taken in: a newer program or other flags read it whole. */
export function digestSettings(defaults: IntakeDefaults, format: string | undefined): string {
  return createHash("sha256").update(JSON.stringify([VERSION, format ?? null, defaults])).digest("hex");
}

/** Opens a file for an import; undefined when it is as it was. `onRead` is told how many of its bytes are done. */
export async function openFromPosition(
  file: InputFile,
  { local, settings, is_reread, onRead }: PositionSettings & { readonly onRead: (bytes: number) => void },
): Promise<OpenedSource | undefined> {
  const opened = await Deno.open(file.path);
  try {
    const about = await opened.stat();
    if (!about.isFile) return { bytes: readChunks(opened, { isPacked: isPacked(file), onChunk: countBytes(onRead) }) };
    const { principal: { organization_id }, environment: { database, now } } = local;
    const key = { organization_id, path: await Deno.realPath(file.path) };
    const stamp = writeStamp(about, now());
    const known = is_reread ? undefined : await findImportPosition(database, key);
    const place = await findPlace(opened, { about, stamp, known: known?.settings === settings ? known : undefined });
    if (place === "unchanged") {
      onRead(about.size);
      if (known!.stamp !== stamp) await keepImportPosition(database, { ...key, position: { ...known!, stamp } });
      opened.close();
      return undefined;
    }
    onRead(place.bytes);
    return readOn(opened, { file, place, keeper: { key, local, settings, about, stamp }, onRead });
  } catch (error) {
    opened.close();
    throw error;
  }
}

function countBytes(onRead: (bytes: number) => void): (chunk: Uint8Array) => void {
  return (chunk) => onRead(chunk.length);
}

/** What the file system says of a file; null when the file could be written again and still look the same. */
function writeStamp({ dev, ino, size, mtime, ctime }: Deno.FileInfo, now: number): string | null {
  const changed = Math.max(mtime?.getTime() ?? now, ctime?.getTime() ?? 0);
  if (now - changed < FRESH_MS) return null;
  return [dev, ino ?? "", size, mtime?.getTime(), ctime?.getTime() ?? ""].join(" ");
}

interface Look {
  readonly about: Deno.FileInfo;
  readonly stamp: string | null;
  readonly known: ImportPosition | undefined;
}

/** Where reading begins; the file is left there. */
async function findPlace(opened: Deno.FsFile, { about, stamp, known }: Look): Promise<Place | "unchanged"> {
  if (known === undefined) return new Place();
  if (stamp !== null && known.stamp === stamp) return "unchanged";
  if (about.size >= known.bytes && (about.size === known.bytes || known.is_resumable)) {
    const hash = await hashBeginning(opened, known.bytes);
    if (hash.copy().digest("hex") === known.digest) {
      return about.size === known.bytes ? "unchanged" : new Place(known, hash);
    }
    await opened.seek(0, Deno.SeekMode.Start);
  }
  return new Place();
}

async function hashBeginning(opened: Deno.FsFile, bytes: number): Promise<Hash> {
  const hash = createHash("sha256");
  const buffer = new Uint8Array(256 * 1024);
  for (let left = bytes; left > 0;) {
    const read = await opened.read(buffer.subarray(0, Math.min(left, buffer.length)));
    if (read === null) break;
    hash.update(buffer.subarray(0, read));
    left -= read;
  }
  return hash;
}

/** How far a file has been read: all of it, and up to the end of its last whole line. */
class Place {
  bytes: number;
  readonly #hash: Hash;
  #lines: number;
  /** At the end of the last whole line. */
  #whole: { readonly bytes: number; readonly lines: number; readonly hash: Hash };

  constructor(from?: ImportPosition, hash: Hash = createHash("sha256")) {
    this.bytes = from?.bytes ?? 0;
    this.#lines = from?.lines ?? 0;
    this.#hash = hash;
    this.#whole = { bytes: this.bytes, lines: this.#lines, hash: hash.copy() };
  }

  /** The line that comes next. */
  get line(): number {
    return this.#lines + 1;
  }

  push(chunk: Uint8Array): void {
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    if (end > 0) {
      for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, at + 1)) this.#lines++;
      this.#hash.update(chunk.subarray(0, end));
      this.#whole = { bytes: this.bytes + end, lines: this.#lines, hash: this.#hash.copy() };
    }
    this.#hash.update(chunk.subarray(end));
    this.bytes += chunk.length;
  }

  /** A file that may be read on is known up to its last whole line, any other one to its end. */
  finish(is_resumable: boolean): Pick<ImportPosition, "bytes" | "lines" | "digest" | "is_resumable"> {
    const { bytes, lines, hash } = is_resumable
      ? this.#whole
      : { bytes: this.bytes, lines: this.#lines, hash: this.#hash };
    return { bytes, lines, digest: hash.digest("hex"), is_resumable };
  }
}

interface Keeper {
  readonly key: PositionKey;
  readonly local: Local;
  readonly settings: string;
  readonly about: Deno.FileInfo;
  readonly stamp: string | null;
}

interface ReadingOn {
  readonly file: InputFile;
  readonly place: Place;
  readonly keeper: Keeper;
  readonly onRead: (bytes: number) => void;
}

function readOn(opened: Deno.FsFile, { file, place, keeper, onRead }: ReadingOn): OpenedSource {
  let layout: Layout | undefined;
  const onChunk = (chunk: Uint8Array) => {
    place.push(chunk);
    onRead(chunk.length);
  };
  const isRest = place.bytes > 0;
  return {
    bytes: readChunks(opened, { isPacked: isPacked(file), onChunk }),
    rest_from_line: isRest ? place.line : undefined,
    onLayout: (told) => layout = told,
    onTaken: async ({ is_settled, stands_alone }) => {
      const { key, local: { environment: { database } }, settings, about } = keeper;
      if (!is_settled) return await keepImportPosition(database, { ...key, position: undefined });
      const is_resumable = stands_alone && layout === "ndjson" && !isPacked(file);
      // What was written while the file was read is told by its bytes alone.
      const stamp = place.bytes === about.size ? keeper.stamp : null;
      await keepImportPosition(database, { ...key, position: { settings, stamp, ...place.finish(is_resumable) } });
    },
  };
}
