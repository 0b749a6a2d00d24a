/**
 * A report as one HTML page that needs nothing else: no script, no other file, ready to print.
 */

import { createHash } from "node:crypto";
import { hasTotals, isNumeric, totalCells, writeExact } from "../cell.ts";
import { describeNoRows, describePeriod, describeUnpriced, displayCell, displayName } from "../display.ts";
import { describeSummary } from "../summary_words.ts";
import { writeSvgChart } from "../svg_chart.ts";
import { escapeHtml as escape } from "./html_text.ts";
import type { Cell, Report, ReportColumn, SideTable } from "../report.ts";

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
  yield* writeSvgChart(report);
  const totals = rows.length > 0 && hasTotals(report) ? `<tfoot><tr>${writeTotals(report)}</tr></tfoot>\n` : "";
  yield* writeGrid({ columns, rows }, totals);
  if (rows.length === 0) yield `<p>${escape(describeNoRows(report))}.</p>\n`;
  yield* writeSides(report);
  const unpriced = describeUnpriced(coverage);
  if (coverage !== null) yield `<p>${unpriced === undefined ? "Every record is priced" : escape(unpriced)}.</p>\n`;
  yield `<footer>Prices: ${escape(report.report.price_book)}. Made at ${
    escape(report.report.generated_at)
  }.</footer>\n`;
  yield "</main>\n</body>\n</html>\n";
}

const STYLE = `
body { font: 14px/1.5 system-ui, sans-serif; color: #1b1f24; background: #fff; margin: 1.5rem; }
main { max-width: 90rem; margin: 0 auto; }
h1 { font-size: 1.5rem; margin: 0; }
h2 { font-size: 1.1rem; margin: 1rem 0 0; }
table { border-collapse: collapse; width: 100%; }
th, td { padding: .25rem .5rem; text-align: left; border-bottom: 1px solid #d5dae0; vertical-align: bottom; }
td { max-width: 30em; vertical-align: top; }
.n { text-align: right; font-variant-numeric: tabular-nums; }
td.n, .t { white-space: nowrap; }
td.w { min-width: 9em; overflow-wrap: anywhere; }
td.l { min-width: 18em; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; margin: 1rem 0; }
.wide, .widest { font-size: .85em; }
thead { display: table-header-group; }
tfoot { display: table-row-group; font-weight: 600; }
tfoot td { border-top: 2px solid #1b1f24; }
svg { width: 100%; height: auto; overflow: visible; margin-top: 1rem; }
svg text { font: 12px system-ui, sans-serif; fill: #1b1f24; }
svg .grid { stroke: #d5dae0; }
footer { color: #57606a; font-size: .85em; }
@page { size: A4 landscape; margin: 12mm; }
@media print {
  body { margin: 0; font-size: 10px; }
  main { max-width: none; }
  tr, svg, li { break-inside: avoid; }
  h2 { break-after: avoid; }
  th, td { padding: .15rem .35rem; }
  .scroll { overflow: visible; }
  .wide { font-size: 7.5px; }
  .widest { font-size: 5.5px; }
  .wide :is(th, td), .widest :is(th, td) { padding: .1rem .2rem; }
  svg rect, svg path, svg circle { print-color-adjust: exact; }
}
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

/** A table with its foot; one wider than the window scrolls by itself, and is printed smaller. */
function* writeGrid({ columns, rows }: SideTable, foot = ""): Generator<string> {
  const width = WIDTHS.find(({ more_than }) => columns.length > more_than)?.name;
  yield '<div class="scroll" role="region" aria-label="Table" tabindex="0">\n';
  yield `<table${width === undefined ? "" : ` class="${width}"`}>\n<thead><tr>${
    columns.map(writeHeading).join("")
  }</tr></thead>\n`;
  yield "<tbody>\n";
  for (const row of rows) {
    yield `<tr>${columns.map((column, index) => writeCell(row[index] ?? null, column)).join("")}</tr>\n`;
  }
  yield `</tbody>\n${foot}</table>\n</div>\n`;
}

/** How a table of more columns than that is printed, so that a page of A4 holds it. */
const WIDTHS = [{ more_than: 18, name: "widest" }, { more_than: 10, name: "wide" }] as const;

/** The figures about the whole, and the small tables. */
function* writeSides(report: Report): Generator<string> {
  const figures = describeSummary(report);
  if (figures.length > 0) yield `<ul>${figures.map((figure) => `<li>${escape(figure)}</li>`).join("")}</ul>\n`;
  for (const [name, table] of Object.entries(report.report.tables ?? {})) {
    yield `<h2>${escape(displayName(name))}</h2>\n`;
    yield* writeGrid(table);
  }
}

function writeHeading(column: ReportColumn): string {
  // A long name may break at its underscores, so that figures stay close to what they are about.
  const name = escape(column.name).replaceAll("_", "_<wbr>");
  return `<th scope="col"${isNumeric(column.type) ? ' class="n"' : ""}>${name}</th>`;
}

function writeCell(cell: Cell, column: ReportColumn): string {
  const text = displayCell(cell, column.type);
  const shown = escape(text);
  // A time of day may stand below its date.
  if (column.type === "time") return `<td>${shown.replace(/^[\d-]+/, '<span class="t">$&</span><wbr>')}</td>`;
  if (!isNumeric(column.type)) return `<td${classOfText(text)}>${shown}</td>`;
  if (typeof cell !== "bigint") return `<td class="n">${shown}</td>`;
  return `<td class="n"><data value="${writeExact(cell, column.type)}">${shown}</data></td>`;
}

/** Long texts may break anywhere, but get room for some words in a line. */
function classOfText({ length }: string): string {
  return length > LONG_TEXT ? ' class="l"' : length > LONG_NAME ? ' class="w"' : "";
}

const LONG_NAME = 16;
const LONG_TEXT = 48;

function writeTotals(report: Report): string {
  const totals = totalCells(report);
  return report.columns.map((column, index) => {
    if (Object.hasOwn(report.totals, column.name)) return writeCell(totals[index] ?? null, column);
    return `<td>${index === 0 ? "Total" : ""}</td>`;
  }).join("");
}
