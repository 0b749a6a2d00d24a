/**
 * Parts of a file as HTTP asks for them (RFC 9110, section 14).
 */

import { CostopsError } from "../../core/error.ts";

/** Bytes from `start` up to but not including `end`. */
interface Part {
  readonly start: number;
  readonly end: number;
}

/**
 * The part that a request asks for; undefined for the whole: when it asks for none, for several at once, for something that
 * is no range of bytes, or when the file is another than the one it has a part of (`If-Range`). Fails with
 * `range_not_satisfiable` when the file has no such part.
 */
export function findRange(
  headers: Headers,
  { size, etag }: { readonly size: number; readonly etag: string },
): Part | undefined {
  const asked = /^bytes=[ \t]*(?:(\d{1,16})-(\d{0,16})|-(\d{1,16}))[ \t]*$/i.exec(headers.get("range") ?? "");
  if (asked === null) return undefined;
  const condition = headers.get("if-range");
  // A weak tag, or a date, is no proof that every byte is the same.
  if (condition !== null && condition.trim() !== etag) return undefined;
  const [, first, last, suffix] = asked;
  if (first !== undefined && last !== undefined && last !== "" && Number(last) < Number(first)) return undefined;
  const start = first === undefined ? Math.max(0, size - Number(suffix)) : Number(first);
  const end = last === undefined || last === "" ? size : Math.min(size, Number(last) + 1);
  if (start < end && Number(suffix ?? 1) > 0) return { start, end };
  throw new CostopsError("range_not_satisfiable", `Cannot send this part of the file: it has ${size} bytes`, {
    content_range: `bytes */${size}`,
  });
}
