/**
 * A report as a table for a terminal.
 */

import { hasTotals, isNumeric, totalCells } from "../cell.ts";
import {
  describeNoRows,
  describePeriod,
  describeUnpriced,
  displayCell,
  displayName,
  revealControls,
} from "../display.ts";
import { cutText, padText, widthOf } from "../display_width.ts";
import type { Cell, Report, ReportColumn, SideTable } from "../report.ts";
import { describeSummary } from "../summary_words.ts";

const DEFAULT_WIDTH = 100;
/** Between two columns. */
const GAP = "  ";
const NARROWEST_TEXT = 8;
/** The figures that are never left out: the cost, and what a forecast expects. */
const KEPT = /^(mean_.*|cost_usd)$/;

/** What a narrow terminal goes without, the first first; units that were asked for go after all of these. */
const DISPENSABLE = [
  "missing_periods",
  "coverage_ratio",
  "mase",
  "history_periods",
  "smape_percent",
  "cache_write_tokens",
  "cache_read_tokens",
  "same_weekday_change_usd",
  "same_weekday_cost_usd",
  "previous_cost_usd",
  "latency_records",
  "status_records",
  "error_records",
  "output_tokens",
  "input_tokens",
  "latency_p90_ms",
  "latency_p99_ms",
  "cost_per_request_usd",
  "change_percent",
  "requests",
  "total_tokens",
  "change_usd",
  "unpriced_records",
  "cost_share",
  "latency_p95_ms",
  "cache_hit_rate",
];

/** The same of a report of anomalies, whose text columns are left out too: since, series, impact and cause stay. */
const DISPENSABLE_OF_ANOMALIES = [
  "id",
  "usual_from",
  "usual_to",
  "score",
  "where",
  "month_impact",
  "until",
  "state",
  "direction",
  "impact_percent",
  "expected_estimate_usd",
  "actual_usd",
  "severity",
];
/** A text as long as this may be cut before a column of figures is left out. */
const ROOM_OF_TEXT = 40;

/**
 * Writes a report as a table with a line of totals and what is unpriced, at most `width` characters wide. Figures are
 * rounded for reading. When it gets narrow, whole columns are left out, which the last line names, then names are cut;
 * numbers and times never are, so a terminal too narrow for the rest gets a wider table.
 */
export function* writeTable(
  report: Report,
  { width = DEFAULT_WIDTH }: { readonly width?: number } = {},
): Generator<string> {
  yield `${revealControls(report.report.title)}\n${revealControls(describePeriod(report))}\n\n`;
  const columns = measureColumns(report.columns, allTexts(report));
  const { shown, dropped } = report.rows.length === 0
    ? { shown: [], dropped: [] }
    : fitColumns(columns, { width, order: orderOfDropping(columns, report) });
  const rule = `${shown.map((column) => "─".repeat(column.width)).join(GAP)}\n`;
  const header = headerTexts(report);
  if (report.rows.length === 0) yield `${describeNoRows(report)}\n`;
  else yield writeLine(header, shown) + rule;
  for (const row of report.rows) yield writeLine(rowTexts(report, row), shown);
  if (report.rows.length > 0 && hasTotals(report)) yield rule + writeLine(totalTexts(report), shown);
  const figures = describeSummary(report);
  if (figures.length > 0) yield `\n${figures.map((figure) => `${figure}\n`).join("")}`;
  for (const [name, table] of Object.entries(report.report.tables ?? {})) {
    // Of nothing unusual there is no cause either.
    if (report.rows.length === 0 && table.rows.length === 0) continue;
    yield `\n${displayName(name)}\n`;
    yield* writeSide(table, width);
  }
  const unpriced = describeUnpriced(report.coverage);
  if (unpriced !== undefined) yield `\n${unpriced}\n`;
  const names = dropped.map((column) => header[column.index]).join(", ");
  if (dropped.length > 0) yield `\nToo narrow for ${names}: a wider terminal or another --format shows them\n`;
}

/** A small table has no totals, and says nothing of what it had no room for. */
function* writeSide(table: SideTable, width: number): Generator<string> {
  const texts = [
    table.columns.map((column) => revealControls(column.name)),
    ...table.rows.map((row) => table.columns.map((column, index) => displayCell(row[index] ?? null, column.type))),
  ];
  const columns = measureColumns(table.columns, texts);
  const { shown } = fitColumns(columns, { width, order: orderOfDropping(columns) });
  for (const [index, line] of texts.entries()) {
    yield writeLine(line, shown);
    if (index === 0) yield `${shown.map((column) => "─".repeat(column.width)).join(GAP)}\n`;
  }
}

interface TableColumn {
  readonly index: number;
  readonly name: string;
  readonly type: ReportColumn["type"];
  readonly width: number;
}

function measureColumns(columns: readonly ReportColumn[], lines: Iterable<readonly string[]>): TableColumn[] {
  const widths = columns.map(() => 0);
  for (const texts of lines) {
    for (const [index, text] of texts.entries()) widths[index] = Math.max(widths[index]!, widthOf(text));
  }
  return columns.map((column, index) => ({
    index,
    name: column.name,
    type: column.type,
    width: widths[index]!,
  }));
}

/** Leaves columns out until the rest fits, then narrows the widest texts. */
function fitColumns(
  columns: readonly TableColumn[],
  { width, order }: { readonly width: number; readonly order: readonly TableColumn[] },
) {
  const dropped: TableColumn[] = [];
  let shown = [...columns];
  for (const column of order) {
    if (excessOf(shown.map(narrowed), width) <= 0) break;
    dropped.push(column);
    shown = shown.filter((other) => other !== column);
  }
  for (let excess = excessOf(shown, width); excess > 0; excess--) {
    const widest = shown.filter((column) => column.type === "text" && column.width > NARROWEST_TEXT)
      .reduce<TableColumn | undefined>((a, b) => (a === undefined || b.width > a.width ? b : a), undefined);
    if (widest === undefined) break;
    shown = shown.map((column) => (column === widest ? { ...column, width: column.width - 1 } : column));
  }
  return { shown, dropped };
}

function narrowed(column: TableColumn): TableColumn {
  return column.type === "text" ? { ...column, width: Math.min(column.width, ROOM_OF_TEXT) } : column;
}

function orderOfDropping(columns: readonly TableColumn[], of?: Report): TableColumn[] {
  if (of?.report.type === "anomaly") {
    return DISPENSABLE_OF_ANOMALIES.flatMap((name) => columns.find((column) => column.name === name) ?? []);
  }
  const units = columns.filter(({ name, type }) => isNumeric(type) && !KEPT.test(name) && !DISPENSABLE.includes(name));
  return [...DISPENSABLE.flatMap((name) => columns.find((column) => column.name === name) ?? []), ...units];
}

function excessOf(columns: readonly TableColumn[], width: number): number {
  return columns.reduce((sum, column) => sum + column.width + GAP.length, -GAP.length) - width;
}

function writeLine(texts: readonly string[], columns: readonly TableColumn[]): string {
  const cells = columns.map((column) => {
    const text = cutText(texts[column.index]!, column.width);
    return padText(text, { width: column.width, side: isNumeric(column.type) ? "left" : "right" });
  });
  return `${cells.join(GAP).trimEnd()}\n`;
}

function* allTexts(report: Report): Generator<string[]> {
  yield headerTexts(report);
  yield totalTexts(report);
  for (const row of report.rows) yield rowTexts(report, row);
}

function headerTexts(report: Report): string[] {
  return report.columns.map((column) => revealControls(column.name));
}

function rowTexts(report: Report, row: readonly Cell[]): string[] {
  return report.columns.map((column, index) => displayCell(row[index] ?? null, column.type));
}

function totalTexts(report: Report): string[] {
  const totals = totalCells(report);
  return report.columns.map((column, index) => {
    if (Object.hasOwn(report.totals, column.name)) return displayCell(totals[index] ?? null, column.type);
    return index === 0 ? "Total" : "";
  });
}
