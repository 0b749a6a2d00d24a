/**
 * Cells as people read them: grouped thousands, rounded dollars, no character that acts on a terminal or hides text.
 */

import { divideHalfEven, type Usd, usdFromNanos } from "../money.ts";
import { writeExact } from "./cell.ts";
import type { Cell, Coverage, Report, ReportColumn } from "./report.ts";

/** What stands for a null: no such dimension, or no price known. */
export const NOTHING = "-";

/** Writes a cell for people. Amounts are rounded for reading; `writeExact` has their digits. */
export function displayCell(cell: Cell, type: ReportColumn["type"]): string {
  if (cell === null) return NOTHING;
  if (typeof cell === "string") return revealControls(cell);
  if (type === "ratio") return displayRatio(cell);
  if (type === "approximate_usd") return displayUsd(usdFromNanos(cell * 1_000n));
  return type === "usd" ? displayUsd(usdFromNanos(cell)) : groupThousands(writeExact(cell, type));
}

/**
 * Writes a ratio in millionths as a percentage for people, rounded half to even to two decimals: `12.35%`; with all four
 * where two would make something read as nothing.
 */
function displayRatio(millionths: bigint): string {
  const magnitude = millionths < 0n ? -millionths : millionths;
  const rounded = divideHalfEven(magnitude, 100n);
  const decimals = rounded === 0n && magnitude > 0n ? 4 : 2;
  const digits = (decimals === 4 ? magnitude : rounded).toString().padStart(decimals + 1, "0");
  const split = digits.length - decimals;
  return `${millionths < 0n ? "-" : ""}${groupThousands(`${digits.slice(0, split)}.${digits.slice(split)}`)}%`;
}

/** A name of the wire as a heading for people: `busiest_period` is `Busiest period`. */
export function displayName(name: string): string {
  const words = name.replaceAll("_", " ").replace(/ usd$/, "");
  return `${words.slice(0, 1).toUpperCase()}${words.slice(1)}`;
}

/**
 * Writes an amount for people, rounded half to even: `$1,234.56`; four decimals below a dollar, `$0.0750`; below a
 * cent as many as three significant digits take, so that what is not zero never reads as zero.
 */
export function displayUsd(amount: Usd): string {
  const nanos = amount < 0n ? -amount : amount;
  const decimals = decimalsOf(nanos);
  const rounded = divideHalfEven(nanos, 10n ** BigInt(9 - decimals)).toString().padStart(decimals + 1, "0");
  const split = rounded.length - decimals;
  return `${amount < 0n ? "-" : ""}$${groupThousands(`${rounded.slice(0, split)}.${rounded.slice(split)}`)}`;
}

/** Writes the value of a chart's line or point: dollars that are no amount of anybody's. */
export function displayTick(dollars: number): string {
  return displayUsd(usdFromNanos(BigInt(Math.round(dollars * 1e9))));
}

/**
 * Shows characters that a terminal or a page would act on instead of showing them: controls as their pictures (`␛`),
 * marks that reorder or hide text by their code (`<U+202E>`). Names come from whoever sent the usage.
 */
export function revealControls(text: string): string {
  return text.replace(UNSEEN, (character) => {
    const code = character.codePointAt(0)!;
    if (code < 0x20) return String.fromCodePoint(0x2400 + code);
    return code === 0x7f ? "\u2421" : `<U+${code.toString(16).toUpperCase().padStart(4, "0")}>`;
  });
}

/** What a report's figures leave out, in a sentence; undefined when everything is priced. */
export function describeUnpriced(coverage: Coverage | null): string | undefined {
  if (coverage === null || coverage.unpriced_records === 0n) return undefined;
  const { unpriced_records, unpriced_tokens, ratio } = coverage;
  const records = `${groupThousands(unpriced_records.toString())} ${unpriced_records === 1n ? "record" : "records"}`;
  const tokens = `${groupThousands(unpriced_tokens.toString())} ${unpriced_tokens === 1n ? "token" : "tokens"}`;
  // Cut like the ratio itself: 99.99 % covered must not read as all of it.
  const percent = (Math.floor(ratio * 1000) / 10).toFixed(1);
  return `Not in the cost: ${records} without a known price (${tokens}); ${percent}% of the records are priced`;
}

/** What a report without rows says, in words. */
export function describeNoRows({ report }: Pick<Report, "report">): string {
  return report.type === "anomaly" ? "Nothing unusual in this period" : "No usage in this period";
}

/** The period of a report in a line: `2026-01-01T00:00:00Z to 2026-02-01T00:00:00Z (UTC)`. */
export function describePeriod({ report }: Pick<Report, "report">): string {
  return `${report.since} to ${report.until} (${report.tz})`;
}

// Controls, and what hides or reorders text: soft hyphen, zero-width, bidirectional and line marks, tags, lone surrogates.
const UNSEEN =
  // deno-lint-ignore no-control-regex
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}\p{Surrogate}]/gu;

function groupThousands(digits: string): string {
  const [whole = "", fraction] = digits.split(".");
  const grouped = whole.replace(/\B(?=(?:\d{3})+$)/g, ",");
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

function decimalsOf(nanos: bigint): number {
  if (nanos === 0n || nanos >= 1_000_000_000n) return 2;
  return Math.min(9, Math.max(4, 12 - nanos.toString().length));
}
