/**
 * What a report's file is called by whoever takes it, and how HTTP says so.
 */

import { formatInstant } from "../time.ts";
import type { TimeRange } from "../analytics/query.ts";

/** What a file's name tells. */
export interface FileFacts {
  readonly organization_id: string;
  readonly report_type: string;
  /** Without the dot. */
  readonly extension: string;
  readonly range: TimeRange;
  readonly tz: string;
}

/**
 * Names a file: `acme-cost-2024-01-01-to-2024-01-31.csv`, the days of its zone. Whatever is no letter, digit, dot or dash is
 * a dash, so that the name is one on every system, and no folder.
 */
export function nameFile({ organization_id, report_type, extension, range, tz }: FileFacts): string {
  const day = (instant: number) => formatInstant(instant, tz).slice(0, 10);
  const [first, last] = [day(range.since), day(range.until - 1)];
  const days = first === last ? first : `${first}-to-${last}`;
  const words = `${organization_id}-${report_type}-${days}`;
  return `${words.replace(/[^\p{L}\p{N}.-]+/gu, "-").replace(/^[.-]+/, "")}.${extension}`;
}

/**
 * The value of `Content-Disposition` for a file (RFC 6266): its name in ASCII, and exactly (RFC 8187) where it has more.
 * No name can end the header or begin another.
 */
export function writeDisposition(name: string): string {
  const plain = name.replace(/[^\x20-\x7e]|["\\%;]/g, "_");
  const exact = plain === name ? "" : `; filename*=UTF-8''${encodeExactly(name)}`;
  return `attachment; filename="${plain}"${exact}`;
}

/** Percent-encodes all but the characters that RFC 8187 lets stand. */
function encodeExactly(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
