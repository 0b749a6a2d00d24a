/**
 * Compressed bodies: gunzipped in slices, so that little is held at a time, and refused when they grow without measure.
 */

import { CostopsError } from "../../core/error.ts";
import { LIMITS } from "../../core/limits.ts";

/** Gunzips bytes as they come. Fails with `unreadable` on what is no gzip, with `too_large` on what grows too much. */
export async function* gunzip(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const { readable, writable } = new DecompressionStream("gzip");
  let bytes_in = 0;
  // A writer waits until what it wrote was read, so one slice's content is held and no more.
  const feeding = feed(writable.getWriter(), slice(chunks, (bytes) => void (bytes_in += bytes)));
  const settled = feeding.then(() => undefined, (error: unknown) => error);
  const reader = readable.getReader();
  let bytes_out = 0;
  try {
    while (true) {
      const { done, value } = await reader.read();
      if (done) break;
      bytes_out += value.length;
      if (bytes_out > LIMITS.gunzip_free_bytes + bytes_in * LIMITS.gunzip_ratio) {
        throw new CostopsError(
          "too_large",
          `Cannot take a body that grows to more than ${LIMITS.gunzip_ratio} times its compressed size`,
        );
      }
      yield value as Uint8Array<ArrayBuffer>;
    }
  } catch (error) {
    throw await explain(error, settled);
  } finally {
    await reader.cancel().catch(() => {});
  }
  const failure = await settled;
  if (failure !== undefined) throw failure;
}

/** A failure of what is fed in is the cause; a TypeError is the stream's own word for bytes that are no gzip. */
async function explain(error: unknown, settled: Promise<unknown>): Promise<unknown> {
  if (error instanceof CostopsError) return error;
  const failure = await settled;
  if (failure instanceof CostopsError) return failure;
  if (!(error instanceof TypeError)) return error;
  return new CostopsError("unreadable", "Cannot gunzip this body: it is no gzip, or it is cut short");
}

async function feed(
  writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>,
  slices: AsyncIterable<Uint8Array<ArrayBuffer>>,
): Promise<void> {
  try {
    for await (const piece of slices) await writer.write(piece);
    await writer.close();
  } catch (error) {
    await writer.abort(error).catch(() => {});
    throw error;
  }
}

async function* slice(
  chunks: AsyncIterable<Uint8Array>,
  count: (bytes: number) => void,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for await (const chunk of chunks) {
    for (let from = 0; from < chunk.length; from += LIMITS.gunzip_slice_bytes) {
      const piece = chunk.slice(from, from + LIMITS.gunzip_slice_bytes);
      count(piece.length);
      yield piece;
    }
  }
}

/** Lets so many in at once; others wait in line, and beyond the line they are refused. */
export class Gate {
  #inside = 0;
  readonly #line: (() => void)[] = [];

  constructor(readonly most: { readonly inside: number; readonly waiting: number }) {}

  /** Runs work when its turn comes. Fails with `temporary` when too many wait already. */
  async pass<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#inside >= this.most.inside) {
      if (this.#line.length >= this.most.waiting) {
        throw new CostopsError("temporary", "Cannot gunzip more bodies now: try again", { retry_after_s: 1 });
      }
      await new Promise<void>((resolve) => this.#line.push(resolve));
    } else this.#inside++;
    try {
      return await work();
    } finally {
      const next = this.#line.shift();
      // Who comes next takes the place of who leaves.
      if (next === undefined) this.#inside--;
      else next();
    }
  }
}
