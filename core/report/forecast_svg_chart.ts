/**
 * A forecast as SVG: what was measured as a line, then what is expected as another one within its interval.
 */

// @ts-types="@types/d3-scale"
import { scaleLinear } from "d3-scale";
// @ts-types="@types/d3-shape"
import { area, line } from "d3-shape";
import { widthOf } from "./display_width.ts";
import { countExpected, displayPoint, readForecastPoints } from "./forecast_chart.ts";
import { showLevel } from "./forecast_words.ts";
import { escapeHtml } from "./formats/html_text.ts";
import type { Report } from "./report.ts";

/** Periods that can be told apart on a page: a quarter of days. */
const MOST_PERIODS = 92;
/** As much history stands beside few periods to come: a month of days, so that a week can be told from a trend. */
const LEAST_HISTORY = 35;

const WIDTH = 960;
const HEIGHT = 320;
const LEFT = 90;
const RIGHT = 12;
const TOP = 12;
const BOTTOM = 28;
const LEGEND = 26;

const MEASURED = "#1b1f24";
const EXPECTED = "#0072b2";
const BAND = "#56b4e9";

/** Draws a forecast; nothing when there is none. */
export function* writeForecastSvg(report: Report): Generator<string> {
  const history = Math.min(MOST_PERIODS, Math.max(LEAST_HISTORY, 3 * countExpected(report)));
  const shown = { measured: history, expected: MOST_PERIODS };
  const { measured, expected, isCost } = readForecastPoints(report, shown);
  if (expected.length === 0) return;
  const labels = [...measured, ...expected].map(({ label }) => label);
  const top = Math.max(...measured.map(({ value }) => value ?? 0), ...expected.map(({ upper }) => upper));
  const x = scaleLinear().domain([0, Math.max(1, labels.length - 1)]).range([LEFT, WIDTH - RIGHT]);
  const y = scaleLinear().domain([0, top > 0 ? top : 1]).nice(5).range([HEIGHT - BOTTOM, TOP]);
  const show = (value: number) => displayPoint(value, { isCost });
  const name = isCost ? "Cost in US dollars" : "Usage";
  yield `<svg viewBox="0 0 ${WIDTH} ${
    HEIGHT + LEGEND
  }" role="img" aria-label="${name}: measured, and expected with its interval">\n`;
  for (const tick of y.ticks(5)) {
    yield `<line class="grid" x1="${LEFT}" x2="${WIDTH}" y1="${round(y(tick))}" y2="${round(y(tick))}"/>`;
    yield writeText(show(tick), { x: LEFT - 8, y: y(tick) + 4, anchor: "end" });
  }
  const ahead = expected.map((period, at) => ({ ...period, x: x(measured.length + at) }));
  const band = area<(typeof ahead)[number]>().x((period) => round(x0(period))).y0(({ lower }) => round(y(lower)))
    .y1(({ upper }) => round(y(upper)))(ahead);
  yield `\n<path d="${band}" fill="${BAND}" fill-opacity="0.3"/>`;
  // A single period has no area, so its interval is a line.
  if (ahead.length === 1) yield writeLine(ahead[0]!.x, y(ahead[0]!.lower), y(ahead[0]!.upper), BAND);
  const before = line<[number, number | null]>().defined(([, value]) => value !== null)
    .x(([at]) => round(x(at))).y(([, value]) => round(y(value!)))(measured.map(({ value }, at) => [at, value]));
  if (before !== null) yield `<path d="${before}" fill="none" stroke="${MEASURED}" stroke-width="1.5"/>`;
  const last = measured.at(-1)?.value ?? null;
  const start: [number, number][] = last === null ? [] : [[x(measured.length - 1), last]];
  const after = line<[number, number]>().x(([at]) => round(at)).y(([, value]) => round(y(value)))([
    ...start,
    ...ahead.map(({ x, mean }): [number, number] => [x, mean]),
  ]);
  yield `<path d="${after}" fill="none" stroke="${EXPECTED}" stroke-width="2"/>\n`;
  for (const [at, { label, value }] of measured.entries()) {
    if (value !== null) yield writePoint({ x: x(at), y: y(value) }, MEASURED, `${label}: ${show(value)}`);
  }
  for (const { label, mean, lower, upper, x } of ahead) {
    yield writePoint({ x, y: y(mean) }, EXPECTED, `${label}: ${show(mean)}, between ${show(lower)} and ${show(upper)}`);
  }
  yield "\n";
  yield* writeLabels(labels, x);
  yield* writeLegend(report);
  yield "\n</svg>\n";
}

function x0({ x }: { readonly x: number }): number {
  return x;
}

/** About how wide a character of the chart's text is. */
const CHARACTER = 7.2;

function* writeLabels(labels: readonly string[], x: (at: number) => number): Generator<string> {
  const widest = Math.max(...labels.map(widthOf)) * CHARACTER + 24;
  const step = Math.ceil(labels.length / Math.max(1, Math.floor((WIDTH - LEFT) / widest)));
  // Half of a label stands to the left of its point, and none may stand over the edge.
  for (let at = 0; at < labels.length; at += step) {
    const place = Math.min(x(at), WIDTH - widest / 2 + 12);
    yield writeText(labels[at]!, { x: Math.max(place, widest / 2), y: HEIGHT - 8, anchor: "middle" });
  }
}

function* writeLegend({ report }: Report): Generator<string> {
  const level = report.summary?.level_ratio;
  const share = level === undefined ? "" : ` (${showLevel(level)})`;
  const entries = [["Measured", MEASURED, 1], ["Expected", EXPECTED, 1], [`Interval${share}`, BAND, 0.3]] as const;
  let at = LEFT;
  for (const [name, color, opacity] of entries) {
    yield `<rect x="${at}" y="${HEIGHT + 6}" width="12" height="12" fill="${color}" fill-opacity="${opacity}"/>`;
    yield writeText(name, { x: at + 18, y: HEIGHT + 17, anchor: "start" });
    at += 18 + Math.round(widthOf(name) * CHARACTER) + 24;
  }
}

function writePoint({ x, y }: { readonly x: number; readonly y: number }, fill: string, title: string): string {
  return `<circle cx="${round(x)}" cy="${round(y)}" r="2.5" fill="${fill}"><title>${
    escapeHtml(title)
  }</title></circle>`;
}

function writeLine(x: number, from: number, to: number, stroke: string): string {
  return `<line x1="${round(x)}" x2="${round(x)}" y1="${round(from)}" y2="${
    round(to)
  }" stroke="${stroke}" stroke-width="8"/>`;
}

function writeText(
  text: string,
  { x, y, anchor }: { readonly x: number; readonly y: number; readonly anchor: string },
) {
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}">${escapeHtml(text)}</text>`;
}

function round(pixels: number): number {
  return Math.round(pixels * 10) / 10;
}
