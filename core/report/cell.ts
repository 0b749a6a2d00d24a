/**
 * Cells as exact text, the same digits in every format that machines read.
 */

import { formatUsd, usdFromNanos } from "../money.ts";
import type { Cell, Report, ReportColumn } from "./report.ts";

/**
 * Writes a number's cell with all digits that it has: amounts with nine decimals, approximate dollars with six, thousandths
 * and ratios with as many as they need.
 */
export function writeExact(value: bigint, type: ReportColumn["type"]): string {
  if (type === "usd") return formatUsd(usdFromNanos(value));
  if (type === "approximate_usd") return writeFixed(value, APPROXIMATE_DECIMALS);
  if (type === "thousandths") return writeDecimal(value, 3);
  return type === "ratio" ? writeDecimal(value, 6) : value.toString();
}

/**
 * The cell of a statistic in dollars, for a column of the type `approximate_usd`: rounded to millionths. It is no amount
 * and never becomes one.
 */
export function toApproximateCell(dollars: number): bigint {
  return BigInt(Math.round(dollars * 10 ** APPROXIMATE_DECIMALS));
}

/** The cell of a statistic that counts, for a column of the type `thousandths`. */
export function toThousandths(count: number): bigint {
  return BigInt(Math.round(count * 1e3));
}

/** The cell of a statistic that is a part of a whole, for a column of the type `ratio`. */
export function toRatioCell(part: number): bigint {
  return BigInt(Math.round(part * 1e6));
}

/** The cells of `totals` in the order of the columns; null also for columns that do not add up. */
export function totalCells(report: Report): Cell[] {
  return report.columns.map((column) => report.totals[column.name] ?? null);
}

/** Whether anything of a report is said for all rows together. */
export function hasTotals({ columns, totals }: Pick<Report, "columns" | "totals">): boolean {
  return columns.some(({ name }) => Object.hasOwn(totals, name));
}

/** Whether a column of this type holds numbers, which are aligned to the right. */
export function isNumeric(type: ReportColumn["type"]): boolean {
  return type !== "text" && type !== "time";
}

/** Below this nothing of a forecast means anything, and an hour of small usage still shows. */
const APPROXIMATE_DECIMALS = 6;

function writeDecimal(value: bigint, decimals: number): string {
  return writeFixed(value, decimals).replace(/\.?0+$/, "");
}

function writeFixed(value: bigint, decimals: number): string {
  const digits = (value < 0n ? -value : value).toString().padStart(decimals + 1, "0");
  const split = digits.length - decimals;
  return `${value < 0n ? "-" : ""}${digits.slice(0, split)}.${digits.slice(split)}`;
}
