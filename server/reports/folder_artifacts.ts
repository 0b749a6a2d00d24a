/**
 * Files of reports in a folder, each under a name that the program made.
 */

import { join } from "node:path";
import { CostopsError } from "../../core/error.ts";
import type { ArtifactKey } from "../../db/report_pieces.ts";
import type { Artifacts, ArtifactWriter, ByteRange } from "./artifacts.ts";

/** Bytes read at a time. */
const READ_BYTES = 64 * 1024;

/** Files in a folder (0700, files 0600). */
export class FolderArtifacts implements Artifacts {
  constructor(readonly folder: string) {}

  async create({ artifact }: ArtifactKey): Promise<ArtifactWriter> {
    await Deno.mkdir(this.folder, { recursive: true, mode: 0o700 });
    const path = this.#pathOf(artifact);
    const file = await Deno.open(path, { write: true, createNew: true, mode: 0o600 });
    return {
      write: async (bytes) => {
        for (let at = 0; at < bytes.length;) at += await said(file.write(bytes.subarray(at)));
      },
      finish: async () => {
        await said(file.sync());
        file.close();
      },
      abandon: async () => {
        file.close();
        await removeAny(path);
      },
    };
  }

  async read(
    { artifact }: ArtifactKey,
    { start, end, size }: ByteRange & { readonly size: number },
  ): Promise<ReadableStream<Uint8Array>> {
    const file = await this.#open(artifact, size);
    await file.seek(start, Deno.SeekMode.Start);
    let left = end - start;
    return new ReadableStream({
      async pull(controller) {
        const buffer = new Uint8Array(Math.min(READ_BYTES, left));
        const count = left === 0 ? null : await file.read(buffer);
        if (count !== null) {
          left -= count;
          controller.enqueue(buffer.subarray(0, count));
        }
        if (count !== null && left > 0) return;
        file.close();
        // A client that was told a length must not take less for the whole.
        if (left > 0) controller.error(new CostopsError("storage_failure", "The file of a report was cut short"));
        else controller.close();
      },
      cancel: () => file.close(),
    }, { highWaterMark: 0 });
  }

  async remove({ artifact }: ArtifactKey): Promise<void> {
    await removeAny(this.#pathOf(artifact));
  }

  /**
   * Opens the very file that was made: not a link, nor what a link of its folder leads to, so that whoever can put
   * something into the folder cannot have another file served.
   */
  async #open(artifact: string, size: number): Promise<Deno.FsFile> {
    const path = this.#pathOf(artifact);
    const file = await openOrExpire(path);
    try {
      const [opened, named, real, folder] = await Promise.all([
        file.stat(),
        Deno.lstat(path),
        Deno.realPath(path),
        Deno.realPath(this.folder),
      ]);
      const isItself = named.isFile && named.ino === opened.ino && named.dev === opened.dev &&
        real === join(folder, artifact);
      if (isItself && opened.size === size) return file;
      throw new CostopsError("storage_failure", "Cannot send this report: its file is not the one that was made");
    } catch (error) {
      file.close();
      throw error;
    }
  }

  #pathOf(artifact: string): string {
    if (!/^[0-9a-f-]{36}$/.test(artifact)) throw new Error(`${artifact} is no name of a report's file`);
    return join(this.folder, artifact);
  }
}

async function openOrExpire(path: string): Promise<Deno.FsFile> {
  try {
    return await Deno.open(path, { read: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new CostopsError("expired", "Cannot find the file of this report: it is gone; make the report again");
  }
}

async function removeAny(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** A full disk is said as what it is. */
async function said<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    const isFull = error instanceof Error && /\(os error (28|122)\)/.test(error.message);
    throw isFull
      ? new CostopsError("storage_full", "Cannot keep this report: the disk is full", { cause: error })
      : error;
  }
}
