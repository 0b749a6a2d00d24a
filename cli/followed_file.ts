/**
 * A file that others write to, read to its end and on as it grows.
 */

import { LIMITS } from "../core/limits.ts";

/** How often a file is looked at; a record waits this long at most. */
const POLL_MS = 250;
/** Looks in a row at a file that was moved away without anything new, before it is left: its writer may not know yet. */
const LAST_LOOKS = 8;
const CHUNK_BYTES = 64 * 1024;
/** Bytes before the place that are compared when a file has grown: a file that was emptied and written anew differs. */
const COMPARED_BYTES = 256;
const NEWLINE = 10;

/**
 * Gives the whole lines of a file as they come, and waits for more. Ends when the file was emptied or another one has its
 * name, so that it can be opened anew, and when the signal is aborted. A file that is away for a moment is waited for.
 */
export async function* followFile(path: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const file = await openWhenThere(path, signal);
  if (file === undefined) return;
  const tail = new Tail(file);
  let quietLooks = 0;
  try {
    while (!signal.aborted) {
      const state = await tail.look(path);
      if (state === "emptied") return;
      quietLooks++;
      for (let read = await tail.read(); read !== undefined && !signal.aborted; read = await tail.read()) {
        quietLooks = 0;
        if (read.length > 0) yield read;
      }
      if (state === "same") quietLooks = 0;
      else if (quietLooks === LAST_LOOKS) {
        // Its last line may have no end.
        if (tail.rest.length > 0) yield tail.rest;
        return;
      }
      await wait(POLL_MS, signal);
    }
  } finally {
    file.close();
  }
}

async function openWhenThere(path: string, signal: AbortSignal): Promise<Deno.FsFile | undefined> {
  while (!signal.aborted) {
    try {
      return await Deno.open(path);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    await wait(POLL_MS, signal);
  }
  return undefined;
}

/** How far an open file has been read. */
class Tail {
  readonly #file: Deno.FsFile;
  readonly #buffer = new Uint8Array(CHUNK_BYTES);
  #bytes = 0;
  /** The last bytes that were read. */
  #before = new Uint8Array(0);
  /** The beginning of a line whose end is still to come. */
  rest: Uint8Array = new Uint8Array(0);

  constructor(file: Deno.FsFile) {
    this.#file = file;
  }

  /** What has become of the file; it is left where reading goes on. */
  async look(path: string): Promise<"same" | "emptied" | "replaced"> {
    const { size, dev, ino } = await this.#file.stat();
    if (size < this.#bytes || (size > this.#bytes && !await this.#isSame())) return "emptied";
    const named = await lookAt(path);
    return named === undefined || (named.dev === dev && named.ino === ino) ? "same" : "replaced";
  }

  /** The next whole lines, empty when only a part of one came, undefined at the end. */
  async read(): Promise<Uint8Array | undefined> {
    const count = await this.#file.read(this.#buffer);
    if (count === null) return undefined;
    const chunk = this.#buffer.subarray(0, count);
    this.#bytes += count;
    this.#before = concat(this.#before, chunk).slice(-COMPARED_BYTES);
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    const lines = end === 0 ? chunk.subarray(0, 0) : concat(this.rest, chunk.subarray(0, end));
    this.rest = end === 0 ? concat(this.rest, chunk) : chunk.slice(end);
    return this.rest.length > LIMITS.line_bytes ? concat(lines, this.#takeRest()) : lines;
  }

  /** A line that is too long is refused by who reads it. */
  #takeRest(): Uint8Array {
    const rest = this.rest;
    this.rest = new Uint8Array(0);
    return rest;
  }

  /** Whether the bytes before the place are those that were read. */
  async #isSame(): Promise<boolean> {
    await this.#file.seek(this.#bytes - this.#before.length, Deno.SeekMode.Start);
    const again = new Uint8Array(this.#before.length);
    for (let filled = 0; filled < again.length;) {
      const count = await this.#file.read(again.subarray(filled));
      if (count === null) return false;
      filled += count;
    }
    return again.every((byte, at) => byte === this.#before[at]);
  }
}

async function lookAt(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.stat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function concat(one: Uint8Array, other: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}

async function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const end = () => resolve();
  const timer = setTimeout(end, milliseconds);
  signal.addEventListener("abort", end);
  await promise;
  signal.removeEventListener("abort", end);
  clearTimeout(timer);
}
