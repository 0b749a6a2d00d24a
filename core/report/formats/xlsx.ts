/**
 * A report as an Excel workbook: the rows, their totals, the tables beside them, and what the report is about.
 */

import { type CellValue, type ColumnDef, type WriteSheet, writeXlsx as writeWorkbook } from "hucre";
import { isNumeric, totalCells, writeExact } from "../cell.ts";
import { describeUnpriced, displayName, revealControls } from "../display.ts";
import type { Cell, Coverage, Report, ReportColumn } from "../report.ts";

/**
 * Writes a report as XLSX. The first sheet has the rows under a header that stays in view, ready to sort and to filter;
 * totals stand on a sheet of their own, so that no filter and no pivot takes them for a row. Numbers are numbers, days
 * are dates, and texts are text, also when they look like a formula.
 *
 * A number of Excel has 15 digits. A column with a number of more has another one beside it, `cost_usd_exact`, with all
 * digits as text; the number itself is the nearest one that there is.
 */
export async function* writeXlsx(report: Report): AsyncGenerator<Uint8Array> {
  const columns = widen(report.columns, [...report.rows, totalCells(report)]);
  const { tables = {}, history } = report.report;
  // Excel keeps the name History for itself.
  const sides = Object.entries(history === undefined ? tables : { ...tables, measured: history });
  const made = new Date(report.report.generated_at);
  yield await writeWorkbook({
    sheets: [
      toSheet("Report", { columns, rows: report.rows }),
      toSheet("Totals", { columns: columns.filter(isTotalled(report)), rows: [totalCells(report)] }),
      ...sides.map(([name, { columns, rows }]) => toSheet(displayName(name), { columns: widen(columns, rows), rows })),
      aboutSheet(report),
    ],
    // Without an instant of its own the library would take the clock's.
    properties: { title: report.report.title, creator: "costops", created: made, modified: made },
    stringMode: "inline",
  });
}

/** A column of a sheet: where its cells are in a row of the report, and how they are written. */
export interface SheetColumn {
  readonly name: string;
  readonly type: ReportColumn["type"];
  readonly at: number;
  readonly isExactText: boolean;
}

type Rows = readonly (readonly Cell[])[];

/** The report's columns, each with its exact text beside it where a number would not have all digits. */
function widen(columns: readonly ReportColumn[], rows: Rows): SheetColumn[] {
  return columns.flatMap(({ name, type }, at) => {
    const column = { name, type, at, isExactText: false };
    const isExact = rows.every((row) => fitsNumber(row[at] ?? null, type));
    return isExact ? [column] : [column, { ...column, name: `${name}_exact`, isExactText: true }];
  });
}

/** Digits that Excel keeps of a number (IEEE 754 doubles have 15 of any decimal). */
const NUMBER_DIGITS = 15;

function fitsNumber(cell: Cell, type: ReportColumn["type"]): boolean {
  // Nothing is lost where a statistic is rounded once more.
  if (typeof cell !== "bigint" || type === "approximate_usd") return true;
  const digits = writeExact(cell, type).replace(/^-?[0.]*/, "").replace(".", "").replace(/0+$/, "");
  return digits.length <= NUMBER_DIGITS;
}

function isTotalled({ totals }: Report): (column: SheetColumn) => boolean {
  return ({ name, isExactText }) => Object.hasOwn(totals, isExactText ? name.replace(/_exact$/, "") : name);
}

/** How Excel shows numbers and days; a ratio is a part of a whole. Amounts show nine decimals only where they have them. */
export const NUMBER_FORMATS: Readonly<Partial<Record<ReportColumn["type"], string>>> = {
  usd: "$#,##0.00#######;-$#,##0.00#######",
  approximate_usd: "$#,##0.00####;-$#,##0.00####",
  integer: "#,##0",
  thousandths: "#,##0.0##",
  ratio: "0.00##%",
  time: "yyyy-mm-dd",
};

/** The most and the least width of a column, in characters. */
export const WIDEST = 60;
/** See {@link WIDEST}. */
export const NARROWEST = 8;

function toSheet(name: string, { columns, rows }: { readonly columns: readonly SheetColumn[]; readonly rows: Rows }) {
  const sheet: WriteSheet = {
    name: name.slice(0, SHEET_NAME_CHARACTERS),
    columns: columns.map((column) => toColumn(column, rows)),
    rows: [columns.map((column) => column.name)],
    freezePane: { rows: 1 },
    pageSetup: { orientation: "landscape", fitToPage: true, fitToWidth: 1, fitToHeight: 0 },
    cells: new Map(columns.map((column, at) => [`0,${at}`, { value: column.name, style: { font: { bold: true } } }])),
  };
  for (const row of rows) sheet.rows!.push(columns.map((column) => toCell(row[column.at] ?? null, column)));
  return sheet;
}

/** Excel's own limit. */
const SHEET_NAME_CHARACTERS = 31;

function toColumn(column: SheetColumn, rows: Rows): ColumnDef {
  let width = column.name.length;
  for (const row of rows) width = Math.max(width, textOf(row[column.at] ?? null, column.type).length);
  const numFmt = column.isExactText ? undefined : NUMBER_FORMATS[column.type];
  return { width: Math.min(WIDEST, Math.max(NARROWEST, width + 3)), ...(numFmt === undefined ? {} : { numFmt }) };
}

/** A cell's value. */
export function toCell(cell: Cell, { type, isExactText }: SheetColumn): CellValue {
  if (cell === null) return null;
  if (typeof cell === "bigint" && isNumeric(type)) {
    return isExactText ? writeExact(cell, type) : Number(writeExact(cell, type));
  }
  const text = textOf(cell, type);
  return type === "time" && DAY.test(text) ? new Date(`${text}T00:00:00Z`) : escapeText(text);
}

/** In a cell `_x0041_` is an A (ECMA-376-1, 22.9.2.19), and its own `_` has to be written so where it is meant as it is. */
function escapeText(text: string): string {
  return text.replace(/_(?=x[0-9a-f]{4}_)/gi, "_x005F_");
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** A cell's text: controls are no characters of XML, and what hides or reorders text deceives in a cell too. */
export function textOf(cell: Cell, type: ReportColumn["type"]): string {
  if (cell === null) return "";
  return typeof cell === "bigint" ? writeExact(cell, type) : revealControls(cell);
}

function coverageFacts(coverage: Coverage): [string, string][] {
  return [
    ["priced records", coverage.priced_records.toString()],
    ["unpriced records", coverage.unpriced_records.toString()],
    ["unpriced tokens", coverage.unpriced_tokens.toString()],
    ["coverage", `${describeUnpriced(coverage) ?? "Every record is priced"}.`],
  ];
}

/** What the report is about: a name and a text in each row, totals with all of their digits. */
function aboutSheet({ report, columns, totals, coverage }: Report): WriteSheet {
  const filters = Object.entries(report.filter).map(([name, values]) => `${name} = ${values.join(" or ")}`);
  const facts: [string, string][] = [
    ["title", report.title],
    ["organization", report.organization_id],
    ["since", report.since],
    ["until", report.until],
    ["time zone", report.tz],
    ["grouped by", report.group_by.join(", ")],
    ["filter", filters.join(", ")],
    ["currency", report.currency],
    ["price book", report.price_book],
    ["generated at", report.generated_at],
    ...(coverage === null ? [] : coverageFacts(coverage)),
    ...(report.warnings ?? []).map((warning) => ["note", warning] as const),
    ...(report.records_since === undefined ? [] : [["latencies and statuses since", report.records_since] as const]),
    ...columns.filter(({ name }) => Object.hasOwn(totals, name))
      .map(({ name, type }) => [`total ${name}`, textOf(totals[name] ?? null, type)] as const),
    ...Object.entries(report.summary ?? {}).map(([name, { value, type }]) => [name, textOf(value, type)] as const),
  ].map(([name, text]) => [name!, escapeText(revealControls(text!))]);
  return { name: "About", columns: [{ width: 32 }, { width: WIDEST }], rows: facts };
}
