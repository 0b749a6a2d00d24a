/**
 * Bytes into lines of text, each bounded, each known to be UTF-8 or refused alone.
 */

import { joinBytes } from "../bytes.ts";
import { LIMITS } from "../limits.ts";
import type { Rejection } from "./record.ts";

/** One line without its end; a refused one has a rejection and no text, and its bytes unless it was too long to keep. */
export interface Line {
  /** From 1. */
  readonly line: number;
  readonly text: string;
  readonly rejection?: Rejection;
  readonly bytes?: Uint8Array;
}

const NEWLINE = 10;
const BYTE_ORDER_MARK = "\uFEFF";

/**
 * Cuts bytes into lines at LF or CRLF, in groups as they come, counted from `first`; a byte order mark at the beginning
 * of line 1 is dropped.
 */
export async function* readLines(chunks: AsyncIterable<Uint8Array>, first = 1): AsyncGenerator<Line[]> {
  const cutter = new LineCutter(first);
  for await (const chunk of chunks) {
    const lines = cutter.push(chunk);
    if (lines.length > 0) yield lines;
  }
  const last = cutter.finish();
  if (last.length > 0) yield last;
}

class LineCutter {
  readonly #decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  /** Bytes since the last newline, in pieces so that a long line costs no copying; dropped once it is too long. */
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;
  #line: number;

  constructor(first: number) {
    this.#line = first;
  }

  push(chunk: Uint8Array): Line[] {
    const last = chunk.lastIndexOf(NEWLINE);
    if (last === -1) {
      this.#keep(chunk);
      return [];
    }
    const first = chunk.indexOf(NEWLINE);
    this.#keep(chunk.subarray(0, first));
    const lines = this.#takePending();
    if (last > first) this.#cutBlock(chunk.subarray(first + 1, last), lines);
    this.#keep(chunk.subarray(last + 1));
    return lines;
  }

  finish(): Line[] {
    return this.#pendingBytes === 0 ? [] : this.#takePending();
  }

  #keep(bytes: Uint8Array): void {
    this.#pendingBytes += bytes.length;
    if (this.#pendingBytes > LIMITS.line_bytes) this.#pending = [];
    // The reader may use its buffer again, so what waits for more is copied.
    else if (bytes.length > 0) this.#pending.push(bytes.slice());
  }

  #takePending(): Line[] {
    const bytes = this.#pendingBytes;
    const pieces = this.#pending;
    this.#pending = [];
    this.#pendingBytes = 0;
    if (bytes > LIMITS.line_bytes) {
      const detail = `Cannot read a line of ${bytes} bytes: at most ${LIMITS.line_bytes}`;
      return [{ line: this.#line++, text: "", rejection: { code: "line_too_long", detail } }];
    }
    return [this.#decodeLine(pieces.length === 1 ? pieces[0]! : joinBytes(pieces, bytes))];
  }

  /** Whole lines at once where all of them are text, one by one where some are not. */
  #cutBlock(block: Uint8Array, lines: Line[]): void {
    let text: string;
    try {
      text = this.#decoder.decode(block);
    } catch {
      this.#cutBytes(block, lines);
      return;
    }
    for (const line of text.split("\n")) lines.push({ line: this.#line++, text: dropReturn(line) });
  }

  #cutBytes(block: Uint8Array, lines: Line[]): void {
    let start = 0;
    for (let end = block.indexOf(NEWLINE); end !== -1; end = block.indexOf(NEWLINE, start)) {
      lines.push(this.#decodeLine(block.subarray(start, end)));
      start = end + 1;
    }
    lines.push(this.#decodeLine(block.subarray(start)));
  }

  #decodeLine(bytes: Uint8Array): Line {
    const line = this.#line++;
    try {
      const text = dropReturn(this.#decoder.decode(bytes));
      return { line, text: line === 1 && text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text };
    } catch {
      const detail = "Cannot read it as text: its bytes are not UTF-8";
      return { line, text: "", rejection: { code: "invalid_utf8", detail }, bytes: bytes.slice() };
    }
  }
}

function dropReturn(text: string): string {
  return text.endsWith("\r") ? text.slice(0, -1) : text;
}

/** Lines put together again for readers whose values span lines, with the refused ones apart. */
export interface TextBlock {
  readonly text: string;
  /** The first line of the block. */
  readonly line: number;
  readonly rejections: readonly Line[];
}

/** Joins groups of lines to blocks of text; a refused line leaves an empty one, so that lines still count right. */
export async function* readTextBlocks(groups: AsyncIterable<Line[]>): AsyncGenerator<TextBlock> {
  for await (const lines of groups) {
    const rejections = lines.filter((line) => line.rejection !== undefined);
    yield { text: lines.map((line) => line.text).join("\n") + "\n", line: lines[0]?.line ?? 1, rejections };
  }
}
