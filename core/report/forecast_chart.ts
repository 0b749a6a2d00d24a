/**
 * What a chart of a forecast shows: what was measured, then what is expected with its interval.
 */

import { toThousandths } from "./cell.ts";
import { displayCell, displayTick } from "./display.ts";
import type { Cell, Report, ReportColumn } from "./report.ts";

/** One period that has ended; null is missing. */
export interface Measured {
  readonly label: string;
  readonly value: number | null;
}

/** One period to come. */
export interface ExpectedPeriod {
  readonly label: string;
  readonly mean: number;
  readonly lower: number;
  readonly upper: number;
}

/** The points of a chart, in the order of time. */
export interface ForecastPoints {
  readonly measured: readonly Measured[];
  readonly expected: readonly ExpectedPeriod[];
  /** Whether they are dollars. */
  readonly isCost: boolean;
}

/** Writes the value of a point or of a line of the grid. */
export function displayPoint(value: number, { isCost }: Pick<ForecastPoints, "isCost">): string {
  return isCost ? displayTick(value) : displayCell(toThousandths(value), "thousandths");
}

/** How many periods to come a forecast has, however many groups. */
export function countExpected({ report, rows }: Report): number {
  return (report.tables?.total ?? { rows }).rows.length;
}

/** Reads the points off a forecast: of all groups together, at most so many of either side. */
export function readForecastPoints(
  { report, columns, rows }: Report,
  { measured, expected }: { readonly measured: number; readonly expected: number },
): ForecastPoints {
  const whole = report.tables?.total ?? { columns, rows };
  const { history } = report;
  return {
    measured: (history?.rows ?? []).slice(-measured).map((row) => ({
      label: String(row[0]),
      value: toNumber(row[1] ?? null, history!.columns[1]!),
    })),
    expected: whole.rows.slice(0, expected).map((row) => {
      const at = whole.columns.length - 3;
      const read = (cell: number) => toNumber(row[at + cell] ?? null, whole.columns[at + cell]!) ?? 0;
      return { label: String(row[0]), mean: read(0), lower: read(1), upper: read(2) };
    }),
    isCost: report.type === "cost_forecast",
  };
}

const SCALES: Readonly<Partial<Record<ReportColumn["type"], number>>> = {
  usd: 1e9,
  approximate_usd: 1e6,
  thousandths: 1e3,
};

/** For charts alone: what it gives never becomes an amount again. */
function toNumber(cell: Cell, { type }: ReportColumn): number | null {
  return typeof cell === "bigint" ? Number(cell) / (SCALES[type] ?? 1) : null;
}
