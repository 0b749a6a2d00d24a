/**
 * What can be forecast: cost, or one of the counts of usage.
 */

import type { CostRow, Measures } from "../analytics/measures.ts";
import { costOrZero } from "../analytics/compare_periods.ts";
import { totalTokens } from "../analytics/fold.ts";
import type { UsageMeasure } from "./measure_names.ts";
import { toApproximateDollars } from "../money.ts";
import { toApproximateCell, toThousandths } from "../report/cell.ts";
import type { Cell, ReportColumn } from "../report/report.ts";

/** What is forecast, by the name of its column. */
export type ForecastMeasure = "cost_usd" | UsageMeasure;

/** What was measured, exactly; null where it is not known, such as a cost without any price. */
export function readMeasure(measures: Measures, name: ForecastMeasure): bigint | null {
  if (name === "cost_usd") return costOrZero(measures);
  return name === "total_tokens" ? totalTokens(measures) : measures[name];
}

/** The same for a series: the nearest double, in dollars where it is a cost. It never becomes an amount again. */
export function toStatistic(row: Pick<CostRow, "measures">, name: ForecastMeasure): number | null {
  if (name !== "cost_usd") return Number(readMeasure(row.measures, name));
  const cost = costOrZero(row.measures);
  return cost === null ? null : toApproximateDollars(cost);
}

/** The type of the column of what was measured, and of the columns of what is expected. */
export function columnTypes(
  name: ForecastMeasure,
): { readonly measured: ReportColumn["type"]; readonly expected: ReportColumn["type"] } {
  return name === "cost_usd"
    ? { measured: "usd", expected: "approximate_usd" }
    : { measured: "integer", expected: "thousandths" };
}

/** A statistic as the cell of what is expected. */
export function toExpectedCell(value: number, name: ForecastMeasure): bigint {
  return name === "cost_usd" ? toApproximateCell(value) : toThousandths(value);
}

/** The sum of cells of what is expected. */
export function sumCells(cells: readonly Cell[]): bigint {
  return cells.reduce<bigint>((sum, cell) => sum + (typeof cell === "bigint" ? cell : 0n), 0n);
}
