/**
 * Cells as exact text, the same digits in every format that machines read.
 */

import { formatUsd, usdFromNanos } from "../money.ts";
import type { Cell, Report, ReportColumn } from "./report.ts";

/** Writes a number's cell exactly: amounts with nine decimals, thousandths and ratios with as many as they need. */
export function writeExact(value: bigint, type: ReportColumn["type"]): string {
  if (type === "usd") return formatUsd(usdFromNanos(value));
  if (type === "thousandths") return writeDecimal(value, 3);
  return type === "ratio" ? writeDecimal(value, 6) : value.toString();
}

/** The cells of `totals` in the order of the columns; null also for columns that do not add up. */
export function totalCells(report: Report): Cell[] {
  return report.columns.map((column) => report.totals[column.name] ?? null);
}

/** Whether a column of this type holds numbers, which are aligned to the right. */
export function isNumeric(type: ReportColumn["type"]): boolean {
  return type !== "text" && type !== "time";
}

function writeDecimal(value: bigint, decimals: number): string {
  const one = 10n ** BigInt(decimals);
  const magnitude = value < 0n ? -value : value;
  const fraction = (magnitude % one).toString().padStart(decimals, "0").replace(/0+$/, "");
  return `${value < 0n ? "-" : ""}${magnitude / one}${fraction === "" ? "" : `.${fraction}`}`;
}
