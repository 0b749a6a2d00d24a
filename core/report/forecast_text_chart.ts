/**
 * A forecast drawn in a terminal: a column for each period, the interval as a band around what is expected.
 */

// @ts-types="@types/d3-scale"
import { scaleLinear } from "d3-scale";
import { padText } from "./display_width.ts";
import { countExpected, displayPoint, readForecastPoints } from "./forecast_chart.ts";
import { showLevel } from "./forecast_words.ts";
import type { Report } from "./report.ts";

const ROWS = 12;
/** Parts of one character's height that a block fills. */
const EIGHTHS = ["", "▁", "▂", "▃", "▄", "▅", "▆", "▇"];
const FULL = "█";
const BAND = "░";
const MEAN = "━";
const MISSING = "·";
const NARROWEST = 20;

/** Draws a forecast at most `width` characters wide: some history, then the periods to come as far as they fit. */
export function* writeForecastChart(report: Report, { width }: { readonly width: number }): Generator<string> {
  const space = Math.max(NARROWEST, width - MOST_LABEL - 2);
  const expected = Math.min(countExpected(report), Math.floor(space * 0.6));
  const points = readForecastPoints(report, { measured: space - expected - 1, expected });
  if (points.expected.length === 0) return;
  const top = Math.max(...points.measured.map(({ value }) => value ?? 0), ...points.expected.map(({ upper }) => upper));
  const scale = scaleLinear().domain([0, top > 0 ? top : 1]).nice(4);
  const most = scale.domain()[1]!;
  const height = (value: number) => value / most * ROWS;
  // Each stands in the row that begins with it; above the last row there is none.
  const ticks = new Map(scale.ticks(4).map((tick) => [Math.round(height(tick)), tick]));
  for (let row = ROWS - 1; row >= 0; row--) {
    const tick = ticks.get(row);
    const label = tick === undefined ? "" : displayPoint(tick, points);
    const measured = points.measured.map(({ value }) => value === null ? missing(row) : column(height(value), row));
    const band = points.expected.map((period) => bandCell(period, { row, height }));
    yield `${padText(label, { width: MOST_LABEL, side: "left" })} ┤${measured.join("")}│${band.join("")}`.trimEnd() +
      "\n";
  }
  yield `${" ".repeat(MOST_LABEL)} └${"─".repeat(points.measured.length)}┴${"─".repeat(points.expected.length)}\n`;
  yield `${" ".repeat(MOST_LABEL + 2)}${writeAxis(points)}\n`;
  const level = report.report.summary?.level_ratio;
  const share = level === undefined ? "" : ` (${showLevel(level)})`;
  yield `${
    " ".repeat(MOST_LABEL + 2)
  }${FULL} measured   ${MEAN} expected   ${BAND} interval${share}   ${MISSING} missing\n`;
}

const MOST_LABEL = 12;

function column(height: number, row: number): string {
  const eighths = Math.round((height - row) * 8);
  if (eighths >= 8) return FULL;
  // The smallest that there is still shows.
  if (eighths <= 0) return row === 0 && height > 0 ? EIGHTHS[1]! : " ";
  return EIGHTHS[eighths]!;
}

function missing(row: number): string {
  return row === 0 ? MISSING : " ";
}

function bandCell(
  { mean, lower, upper }: { readonly mean: number; readonly lower: number; readonly upper: number },
  { row, height }: { readonly row: number; readonly height: (value: number) => number },
): string {
  if (rowOf(height(mean)) === row) return MEAN;
  return row >= rowOf(height(lower)) && row <= rowOf(height(upper)) ? BAND : " ";
}

function rowOf(height: number): number {
  return Math.min(ROWS - 1, Math.max(0, Math.floor(height)));
}

/** The first period, the first of those to come below where it begins, and the last one where there is room. */
function writeAxis({ measured, expected }: ReturnType<typeof readForecastPoints>): string {
  const first = measured[0]?.label ?? "";
  const middle = expected[0]!.label;
  const last = expected.at(-1)!.label;
  const begin = measured.length + 1;
  const head = first.length + 2 <= begin ? first.padEnd(begin) : " ".repeat(begin);
  const tail = middle.length + last.length + 2 <= expected.length ? last.padStart(expected.length - middle.length) : "";
  return `${head}${middle}${tail}`;
}
