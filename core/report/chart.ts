/**
 * Bars of cost: by time when a report has it, else by its first dimension.
 */

import { toApproximateDollars, type Usd, usdFromNanos } from "../money.ts";
import { displayCell, displayUsd } from "./display.ts";
import { cutText, padText, widthOf } from "./display_width.ts";
import type { Report } from "./report.ts";

/** One bar: a group and its cost. */
export interface Bar {
  readonly label: string;
  readonly amount: Usd;
}

/**
 * Adds up a report's cost by its time bucket, in time's order, or by its first dimension, in the order of the rows; at
 * most `limit` bars, of time the last ones. Groups without a known cost have no bar. Empty when the report has no cost
 * or no grouping.
 */
export function barsOf(report: Report, limit: number): Bar[] {
  const cost = report.columns.findIndex((column) => column.name === "cost_usd");
  const time = report.columns.findIndex((column) => column.type === "time");
  const group = time === -1 ? report.columns.findIndex((column) => column.type === "text") : time;
  if (cost === -1 || group === -1) return [];
  const amounts = new Map<string | null, bigint>();
  for (const row of report.rows) {
    const amount = row[cost];
    const label = row[group] as string | null;
    if (typeof amount === "bigint") amounts.set(label, (amounts.get(label) ?? 0n) + amount);
  }
  const bars = [...amounts].map(([label, amount]) => ({
    label: displayCell(label, "text"),
    amount: usdFromNanos(amount),
  }));
  if (time !== -1) return bars.slice(-limit);
  return bars.sort((a, b) => (a.amount > b.amount ? -1 : a.amount < b.amount ? 1 : 0)).slice(0, limit);
}

/** What is spent of each budget of a report, in the order of the rows, at most `limit` bars: `search, 83.00% used`. */
export function spentOf(report: Report, limit: number): Bar[] {
  const [name, used, spent] = ["budget", "used_ratio", "spent_usd"]
    .map((column) => report.columns.findIndex((other) => other.name === column)) as [number, number, number];
  return report.rows.slice(0, limit).map((row) => ({
    label: `${cutText(displayCell(row[name] ?? null, "text"), 20)}, ${displayCell(row[used] ?? null, "ratio")} used`,
    amount: usdFromNanos(typeof row[spent] === "bigint" ? row[spent] : 0n),
  }));
}

/** The length of a bar beside the longest, from 0 to 1; 0 for what is not positive. */
export function shareOf(bar: Bar, bars: readonly Bar[]): number {
  const longest = Math.max(...bars.map((other) => toApproximateDollars(other.amount)));
  return longest > 0 ? Math.max(0, toApproximateDollars(bar.amount) / longest) : 0;
}

const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
const LABEL_WIDTH = 32;
const NARROWEST_BAR = 8;

/**
 * Draws bars for a terminal `width` columns wide, a line each: label, bar, amount. The smallest positive amount is still
 * an eighth of a block. Long labels are cut.
 */
export function* writeBars(bars: readonly Bar[], { width }: { readonly width: number }): Generator<string> {
  const labels = bars.map((bar) => cutText(bar.label, LABEL_WIDTH));
  const amounts = bars.map((bar) => displayUsd(bar.amount));
  const labelWidth = Math.max(0, ...labels.map(widthOf));
  const amountWidth = Math.max(0, ...amounts.map(widthOf));
  const space = Math.max(NARROWEST_BAR, width - labelWidth - amountWidth - 4);
  for (const [index, bar] of bars.entries()) {
    const label = padText(labels[index]!, { width: labelWidth, side: "right" });
    const eighths = bar.amount > 0n ? Math.max(1, Math.round(shareOf(bar, bars) * space * 8)) : 0;
    const drawn = "█".repeat(Math.floor(eighths / 8)) + EIGHTHS[eighths % 8]!;
    yield `${label}  ${drawn.padEnd(space)}  ${amounts[index]!.padStart(amountWidth)}\n`;
  }
}
