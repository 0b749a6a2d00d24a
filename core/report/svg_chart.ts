/**
 * The chart of a page as SVG: columns over time, stacked by what else is grouped by, or bars of one dimension.
 */

// @ts-types="@types/d3-scale"
import { scaleBand, scaleLinear } from "d3-scale";
// @ts-types="@types/d3-shape"
import { stack, stackOffsetDiverging, stackOrderNone } from "d3-shape";
import { toApproximateDollars, type Usd, usdFromNanos } from "../money.ts";
import { type Bar, barsOf, spentOf } from "./chart.ts";
import { displayCell, displayTick, displayUsd } from "./display.ts";
import { cutText, widthOf } from "./display_width.ts";
import { writeForecastSvg } from "./forecast_svg_chart.ts";
import { toMarkedPeriods } from "./marked_periods.ts";
import { escapeHtml } from "./formats/html_text.ts";
import { isForecast, type Report } from "./report.ts";

/** Columns that can be told apart on a page: a quarter of days. */
const MOST_COLUMNS = 92;
/** Bars that can be read on a page. */
const MOST_BARS = 31;
/** Groups with a colour of their own; the rest is one group. */
const MOST_GROUPS = 7;

/** Colours that differ in lightness too, for print and for eyes that tell few of them apart (Okabe and Ito, 2008). */
const COLORS = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#b8a900"];
const REST_COLOR = "#8c959f";

const WIDTH = 960;

/** Draws a report's cost, what is spent of budgets, or a forecast; nothing when it has none of it or no grouping. */
export function* writeSvgChart(shown: Report): Generator<string> {
  const report = shown.report.type === "anomaly" ? toMarkedPeriods(shown) : shown;
  if (isForecast(report)) yield* writeForecastSvg(report);
  else if (report.report.type === "budget") yield* writeBars(spentOf(report, MOST_BARS));
  else if (report.columns.some((column) => column.type === "time")) yield* writeColumns(readStacks(report));
  else yield* writeBars(barsOf(report, MOST_BARS));
}

/** Amounts by period and group. */
interface Stacks {
  readonly periods: readonly string[];
  /** How many earlier periods have no column. */
  readonly left_out: number;
  /** The largest first; the last may be the rest. */
  readonly groups: readonly string[];
  readonly amountOf: (period: string, group: string) => Usd;
}

const REST = "Other";
const ALL = "Cost";

function readStacks({ columns, rows }: Report): Stacks {
  const [cost, time, group] = [
    columns.findIndex((column) => column.name === "cost_usd"),
    columns.findIndex((column) => column.type === "time"),
    columns.findIndex((column) => column.type === "text"),
  ];
  const amounts = new Map<string, Map<string, bigint>>();
  for (const row of cost === -1 ? [] : rows) {
    const period = displayCell(row[time] ?? null, "text");
    const name = group === -1 ? ALL : displayCell(row[group] ?? null, "text");
    if (!amounts.has(period)) amounts.set(period, new Map());
    const amount = row[cost];
    if (typeof amount === "bigint") addTo(amounts.get(period)!, name, amount);
  }
  const periods = [...amounts.keys()].slice(-MOST_COLUMNS);
  const largest = rankGroups(periods.map((period) => amounts.get(period)!));
  const groups = largest.length > MOST_GROUPS ? [...largest.slice(0, MOST_GROUPS - 1), REST] : largest;
  const grouped = new Map(periods.map((period) => [period, foldRest(amounts.get(period)!, groups)]));
  return {
    periods,
    left_out: amounts.size - periods.length,
    groups,
    amountOf: (period, name) => usdFromNanos(grouped.get(period)?.get(name) ?? 0n),
  };
}

function addTo(sums: Map<string, bigint>, name: string, amount: bigint): void {
  sums.set(name, (sums.get(name) ?? 0n) + amount);
}

function rankGroups(periods: readonly ReadonlyMap<string, bigint>[]): string[] {
  const sums = new Map<string, bigint>();
  for (const period of periods) for (const [name, amount] of period) addTo(sums, name, amount);
  return [...sums].sort(([, a], [, b]) => (a > b ? -1 : a < b ? 1 : 0)).map(([name]) => name);
}

function foldRest(amounts: ReadonlyMap<string, bigint>, groups: readonly string[]): Map<string, bigint> {
  const folded = new Map<string, bigint>();
  for (const [name, amount] of amounts) addTo(folded, groups.includes(name) ? name : REST, amount);
  return folded;
}

const HEIGHT = 320;
const LEFT = 80;
const TOP = 12;
const BOTTOM = 28;
const LEGEND_LINE = 22;

function* writeColumns(stacks: Stacks): Generator<string> {
  const { periods, groups, left_out } = stacks;
  if (periods.length === 0 || groups.length === 0) return;
  const legend = groups.length > 1 || groups[0] !== ALL ? placeLegend(groups) : [];
  const legendHeight = legend.length === 0 ? 0 : (legend.at(-1)!.line + 1) * LEGEND_LINE + 8;
  const series = stack<string, string>().keys(groups).order(stackOrderNone).offset(stackOffsetDiverging)
    .value((period, group) => toApproximateDollars(stacks.amountOf(period, group)))(periods);
  const ends = series.flatMap((group) => group.flatMap(([low, high]) => [low, high]));
  const x = scaleBand().domain(periods).range([LEFT, WIDTH]).padding(0.2);
  const y = scaleLinear().domain([Math.min(0, ...ends), Math.max(0, ...ends)]).nice(5).range([HEIGHT - BOTTOM, TOP]);
  yield `<svg viewBox="0 0 ${WIDTH} ${HEIGHT + legendHeight}" role="img" aria-label="Cost in US dollars over time">\n`;
  for (const tick of y.ticks(5)) {
    yield `<line class="grid" x1="${LEFT}" x2="${WIDTH}" y1="${round(y(tick))}" y2="${round(y(tick))}"/>`;
    yield writeText(displayTick(tick), { x: LEFT - 8, y: y(tick) + 4, anchor: "end" });
  }
  for (const [index, group] of series.entries()) {
    for (const [at, [low, high]] of group.entries()) {
      const period = periods[at]!;
      if (high === low) continue;
      const place = { x: x(period)!, y: y(high), width: x.bandwidth(), height: y(low) - y(high) };
      const name = group.key === ALL ? "" : ` ${group.key}`;
      yield writeRect(
        place,
        colorOf(index, groups),
        `${period}${name}: ${displayUsd(stacks.amountOf(period, group.key))}`,
      );
    }
  }
  yield "\n";
  const step = Math.ceil(periods.length / labelsThatFit(periods));
  for (const [at, period] of periods.entries()) {
    if (at % step === 0) {
      yield writeText(period, { x: x(period)! + x.bandwidth() / 2, y: HEIGHT - 8, anchor: "middle" });
    }
  }
  for (const [index, { x, line, name }] of legend.entries()) {
    const top = HEIGHT + line * LEGEND_LINE + 4;
    yield writeRect({ x, y: top, width: 12, height: 12 }, colorOf(index, groups));
    yield writeText(name, { x: x + 18, y: top + 11, anchor: "start" });
  }
  yield "\n</svg>\n";
  if (left_out > 0) {
    yield `<p>The chart shows the last ${periods.length} of ${periods.length + left_out} periods.</p>\n`;
  }
}

function colorOf(index: number, groups: readonly string[]): string {
  return groups[index] === REST ? REST_COLOR : COLORS[index % COLORS.length]!;
}

/** About how wide a character of the chart's text is. */
const CHARACTER = 7.2;

function labelsThatFit(labels: readonly string[]): number {
  const widest = Math.max(...labels.map(widthOf)) * CHARACTER + 16;
  return Math.max(1, Math.floor((WIDTH - LEFT) / widest));
}

interface LegendEntry {
  readonly name: string;
  readonly x: number;
  readonly line: number;
}

function placeLegend(groups: readonly string[]): LegendEntry[] {
  let x = LEFT;
  let line = 0;
  return groups.map((group) => {
    const name = cutText(group, 36);
    const width = 18 + widthOf(name) * CHARACTER + 20;
    if (x > LEFT && x + width > WIDTH) {
      x = LEFT;
      line += 1;
    }
    const entry = { name, x, line };
    x += width;
    return entry;
  });
}

const LABEL_WIDTH = 260;
const AMOUNT_WIDTH = 110;
const LINE_HEIGHT = 22;

function* writeBars(bars: readonly Bar[]): Generator<string> {
  if (bars.length === 0) return;
  const height = bars.length * LINE_HEIGHT;
  const y = scaleBand<number>().domain(bars.keys()).range([0, height]).paddingInner(0.25).paddingOuter(0.125);
  const dollars = bars.map((bar) => toApproximateDollars(bar.amount));
  const x = scaleLinear().domain([Math.min(0, ...dollars), Math.max(0, ...dollars)]).range([
    LABEL_WIDTH,
    WIDTH - AMOUNT_WIDTH,
  ]);
  yield `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="Cost in US dollars">\n`;
  for (const [index, bar] of bars.entries()) {
    const [from, to] = [x(0), x(dollars[index]!)];
    const place = { x: Math.min(from, to), y: y(index)!, width: Math.abs(to - from), height: y.bandwidth() };
    yield writeText(cutText(bar.label, 36), { x: LABEL_WIDTH - 8, y: place.y + 13, anchor: "end" });
    yield writeRect(place, COLORS[0]!);
    yield `${writeText(displayUsd(bar.amount), { x: WIDTH, y: place.y + 13, anchor: "end" })}\n`;
  }
  yield "</svg>\n";
}

interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

function writeRect({ x, y, width, height }: Place, fill: string, title?: string): string {
  const place = `x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}"`;
  if (title === undefined) return `<rect ${place} fill="${fill}"/>`;
  return `<rect ${place} fill="${fill}"><title>${escapeHtml(title)}</title></rect>`;
}

function writeText(
  text: string,
  { x, y, anchor }: { readonly x: number; readonly y: number; readonly anchor: string },
) {
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}">${escapeHtml(text)}</text>`;
}

function round(pixels: number): string {
  return String(Math.round(pixels * 10) / 10);
}
