/**
 * A report as one HTML page that needs nothing else: no script, no other file, ready to print.
 */

import { createHash } from "node:crypto";
import { isNumeric, totalCells, writeExact } from "../cell.ts";
import { type Bar, barsOf, shareOf } from "../chart.ts";
import { describePeriod, describeUnpriced, displayCell, displayUsd, revealControls } from "../display.ts";
import type { Cell, Report, ReportColumn } from "../report.ts";

/** Bars of the chart; more cannot be read on a page. */
const BARS = 31;

/**
 * Writes a report as a page: title, period, a chart of the cost, the table with totals, what is unpriced. Figures are
 * rounded for reading, with the exact ones in the `value` of their `data` elements. The page's policy allows its one
 * style and nothing else, so that even a name that broke out of its cell could not run.
 */
export function* writeHtml(report: Report): Generator<string> {
  const { columns, rows, coverage } = report;
  yield writeHead(report);
  yield `<h1>${escape(report.report.title)}</h1>\n<p>${escape(describePeriod(report))}</p>\n`;
  yield* writeFilter(report);
  yield* writeChart(barsOf(report, BARS));
  yield `<table>\n<thead><tr>${columns.map(writeHeading).join("")}</tr></thead>\n`;
  yield "<tbody>\n";
  for (const row of rows) {
    yield `<tr>${columns.map((column, index) => writeCell(row[index] ?? null, column)).join("")}</tr>\n`;
  }
  yield "</tbody>\n";
  if (rows.length > 0) yield `<tfoot><tr>${writeTotals(report)}</tr></tfoot>\n`;
  yield "</table>\n";
  if (rows.length === 0) yield "<p>No usage in this period.</p>\n";
  const unpriced = describeUnpriced(coverage);
  yield `<p>${unpriced === undefined ? "Every record is priced" : escape(unpriced)}.</p>\n`;
  yield `<footer>Prices: ${escape(report.report.price_book)}. Made at ${
    escape(report.report.generated_at)
  }.</footer>\n`;
  yield "</main>\n</body>\n</html>\n";
}

const STYLE = `
body { font: 14px/1.5 system-ui, sans-serif; color: #1b1f24; background: #fff; margin: 1.5rem; }
main { max-width: 90rem; margin: 0 auto; }
h1 { font-size: 1.5rem; margin: 0; }
table { border-collapse: collapse; width: 100%; margin: 1rem 0; }
th, td { padding: .25rem .5rem; text-align: left; border-bottom: 1px solid #d5dae0; vertical-align: bottom; }
td { min-width: 8rem; max-width: 22rem; overflow-wrap: anywhere; vertical-align: top; }
.n { text-align: right; font-variant-numeric: tabular-nums; }
td.n { min-width: 0; white-space: nowrap; }
thead { display: table-header-group; }
tfoot { display: table-row-group; font-weight: 600; }
tfoot td { border-top: 2px solid #1b1f24; }
svg { width: 100%; height: auto; margin-top: 1rem; }
svg text { font: 12px system-ui, sans-serif; fill: #1b1f24; }
svg rect { fill: #2f6fb3; }
footer { color: #57606a; font-size: .85rem; }
@media print { body { margin: 0; font-size: 11px; } tr { break-inside: avoid; } }
`;

function writeHead({ report }: Report): string {
  const hash = createHash("sha256").update(STYLE).digest("base64");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${hash}'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(report.title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
`;
}

function* writeFilter({ report }: Report): Generator<string> {
  const filters = Object.entries(report.filter).map(([name, values]) => `${name} = ${values.join(" or ")}`);
  if (filters.length > 0) yield `<p>Only ${escape(filters.join(", "))}</p>\n`;
}

const CHART_WIDTH = 960;
const LABEL_WIDTH = 260;
const AMOUNT_WIDTH = 110;
const LINE_HEIGHT = 22;

function* writeChart(bars: readonly Bar[]): Generator<string> {
  if (bars.length === 0) return;
  yield `<svg viewBox="0 0 ${CHART_WIDTH} ${bars.length * LINE_HEIGHT}" role="img" aria-label="Cost in US dollars">\n`;
  for (const [index, bar] of bars.entries()) {
    const y = index * LINE_HEIGHT;
    const length = (shareOf(bar, bars) * (CHART_WIDTH - LABEL_WIDTH - AMOUNT_WIDTH)).toFixed(1);
    yield `<text x="${LABEL_WIDTH - 8}" y="${y + 15}" text-anchor="end">${escape(shorten(bar.label))}</text>`;
    yield `<rect x="${LABEL_WIDTH}" y="${y + 3}" width="${length}" height="${LINE_HEIGHT - 6}"/>`;
    yield `<text x="${CHART_WIDTH}" y="${y + 15}" text-anchor="end">${displayUsd(bar.amount)}</text>\n`;
  }
  yield "</svg>\n";
}

function writeHeading(column: ReportColumn): string {
  // A long name may break at its underscores, so that figures stay close to what they are about.
  const name = escape(column.name).replaceAll("_", "_<wbr>");
  return `<th scope="col"${isNumeric(column.type) ? ' class="n"' : ""}>${name}</th>`;
}

function writeCell(cell: Cell, column: ReportColumn): string {
  const shown = escape(displayCell(cell, column.type));
  if (!isNumeric(column.type)) return `<td>${shown}</td>`;
  if (typeof cell !== "bigint") return `<td class="n">${shown}</td>`;
  return `<td class="n"><data value="${writeExact(cell, column.type)}">${shown}</data></td>`;
}

function writeTotals(report: Report): string {
  const totals = totalCells(report);
  return report.columns.map((column, index) => {
    if (Object.hasOwn(report.totals, column.name)) return writeCell(totals[index] ?? null, column);
    return `<td>${index === 0 ? "Total" : ""}</td>`;
  }).join("");
}

function shorten(text: string): string {
  const characters = [...text];
  return characters.length <= 36 ? text : `${characters.slice(0, 35).join("")}…`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escape(text: string): string {
  return revealControls(text).replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}
