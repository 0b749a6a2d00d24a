/**
 * Reading the body of a request: within its size, within its time, gunzipped where it is compressed.
 */

import { joinBytes } from "../../core/bytes.ts";
import { CostopsError } from "../../core/error.ts";
import { LIMITS } from "../../core/limits.ts";
import { Deadlines } from "./deadline.ts";
import { Gate, gunzip } from "./gunzip.ts";

/** How bodies of one app are read. */
export class BodyReader {
  readonly #gate = new Gate({ inside: LIMITS.gunzips, waiting: LIMITS.gunzips_waiting });
  readonly #deadlines: Deadlines;

  /** `body_ms`: of a whole body from its beginning to its end, of a stream between two pieces. */
  constructor(body_ms: number) {
    this.#deadlines = new Deadlines(body_ms, () => tooSlow(body_ms));
  }

  /**
   * Reads a whole body. Fails with `too_large` beyond its limit, `too_slow` beyond its time, `unsupported_media_type` on
   * a coding that is not gzip, `unreadable` on what is no gzip or ends early.
   */
  async readWhole(request: Request, limit: number): Promise<Uint8Array> {
    const isCompressed = readCoding(request.headers) === "gzip";
    const length = readLength(request.headers);
    // Compressed or not, what is sent is never more than what may come out of it.
    if (length !== undefined && length > limit) throw tooLarge(limit);
    // Looking at `body` makes a stream of it, which takes three times as long to read; `bytes()` is not everywhere.
    if (!isCompressed && length !== undefined) {
      const whole = request.arrayBuffer().then((buffer) => new Uint8Array(buffer), explainBroken);
      return await this.#deadlines.limit(whole);
    }
    if (request.body === null) return new Uint8Array();
    const work = isCompressed
      ? this.#gate.pass(() => gather(gunzip(pull(request.body!)), limit))
      : gather(pull(request.body), limit);
    return await this.#deadlines.limit(work);
  }

  /** Reads a body as it comes. Fails as {@link readWhole} does, but has no limit of size. */
  readStream(request: Request): AsyncIterable<Uint8Array> {
    const isCompressed = readCoding(request.headers) === "gzip";
    if (request.body === null) return empty();
    const chunks = this.#withIdle(pull(request.body));
    return isCompressed ? gunzip(chunks) : chunks;
  }

  async *#withIdle(chunks: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
    try {
      while (true) {
        const next = await this.#deadlines.limit(chunks.next());
        if (next.done) return;
        yield next.value;
      }
    } finally {
      // Not awaited: a pull that waits for a silent client ends only with it.
      chunks.return(undefined).catch(() => {});
    }
  }
}

function tooSlow(body_ms: number): CostopsError {
  return new CostopsError("too_slow", `Cannot wait longer for this body: nothing came for ${body_ms / 1000} s`);
}

async function* pull(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  try {
    while (true) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } catch (error) {
    explainBroken(error);
  } finally {
    reader.cancel().catch(() => {});
  }
}

async function gather(chunks: AsyncIterable<Uint8Array>, limit: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.length;
    if (length > limit) throw tooLarge(limit);
    pieces.push(chunk);
  }
  if (pieces.length === 1) return pieces[0]!;
  return joinBytes(pieces, length);
}

async function* empty(): AsyncGenerator<Uint8Array> {}

/** A client that goes away in the middle of its body is no fault of the program. */
function explainBroken(error: unknown): never {
  if (error instanceof CostopsError) throw error;
  throw new CostopsError("unreadable", "Cannot read this body to its end: the connection broke off", { cause: error });
}

function readCoding(headers: Headers): "gzip" | "identity" {
  const coding = headers.get("content-encoding")?.trim().toLowerCase() ?? "identity";
  if (coding === "gzip" || coding === "x-gzip") return "gzip";
  if (coding === "identity" || coding === "") return "identity";
  throw new CostopsError(
    "unsupported_media_type",
    `Cannot read a body in the coding ${JSON.stringify(coding.slice(0, 64))}: send gzip, or none`,
  );
}

function readLength(headers: Headers): number | undefined {
  const text = headers.get("content-length");
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

function tooLarge(limit: number): CostopsError {
  return new CostopsError("too_large", `Cannot take a body of more than ${limit} bytes`);
}
