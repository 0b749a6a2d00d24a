/**
 * A report of many rows as an Excel workbook, in constant memory.
 */

import { type CellValue, type ColumnDef, writeXlsxStream, XLSX_MAX_ROWS_PER_SHEET } from "hucre";
import { CostopsError } from "../../error.ts";
import { LIMITS } from "../../limits.ts";
import { isNumeric } from "../cell.ts";
import type { ReportColumn } from "../report.ts";
import type { ReportEnd, ReportRow, ReportStream } from "../report_rows.ts";
import { NARROWEST, NUMBER_FORMATS, type SheetColumn, textOf, toCell, WIDEST, writeXlsx } from "./xlsx.ts";

/**
 * Writes a report as XLSX. Up to `LIMITS.workbook_rows` rows it is the workbook of `writeXlsx()`; beyond, to be written as
 * its rows come, it has the sheet of the rows alone. Columns of which a number could have more digits than Excel keeps
 * have the exact text beside them. Fails with `too_large` beyond the rows that a sheet takes.
 */
export async function* streamXlsx(report: ReportStream): AsyncGenerator<Uint8Array> {
  const totals = await report.readTotals();
  const pieces = report.rows[Symbol.asyncIterator]();
  const first: ReportRow[] = [];
  let isWhole = false;
  while (!isWhole && first.length <= LIMITS.workbook_rows) {
    const { done, value } = await pieces.next();
    isWhole = done === true;
    for (const row of value ?? []) first.push(row);
  }
  if (isWhole) return yield* writeXlsx({ ...report, rows: first, ...report.end() });
  const columns = widenByTotals(report.columns, totals);
  yield* writeXlsxStream(sheetRows(columns, { first, pieces }), {
    name: "Report",
    columns: columns.map((column) => toColumn(column, first)),
    freezePane: { rows: 1 },
  });
}

/** Excel's own limit, less the header. */
const MOST_ROWS = XLSX_MAX_ROWS_PER_SHEET - 1;

async function* sheetRows(
  columns: readonly SheetColumn[],
  { first, pieces }: { readonly first: readonly ReportRow[]; readonly pieces: AsyncIterator<readonly ReportRow[]> },
): AsyncGenerator<CellValue[]> {
  let count = 0;
  for (let rows: readonly ReportRow[] = first;;) {
    count += rows.length;
    if (count > MOST_ROWS) {
      throw new CostopsError(
        "too_large",
        `Cannot write more than ${MOST_ROWS} rows as xlsx: a sheet takes no more; take csv, or group by less`,
      );
    }
    for (const row of rows) yield columns.map((column) => toCell(row[column.at] ?? null, column));
    const next = await pieces.next();
    if (next.done === true) return;
    rows = next.value;
  }
}

/** No cell of a column that adds up is more than its total: below so many digits, all of them fit. */
const SHORT = 10n ** 15n;

function widenByTotals(columns: readonly ReportColumn[], totals: ReportEnd["totals"]): SheetColumn[] {
  return columns.flatMap(({ name, type }, at) => {
    const column = { name, type, at, isExactText: false };
    const total = totals[name];
    const isExact = !isNumeric(type) || (typeof total === "bigint" ? total < SHORT : total === null);
    return isExact ? [column] : [column, { ...column, name: `${name}_exact`, isExactText: true }];
  });
}

/** As wide as the first rows want it. */
function toColumn(column: SheetColumn, rows: readonly ReportRow[]): ColumnDef {
  const widest = rows.reduce((width, row) => Math.max(width, textOf(row[column.at] ?? null, column.type).length), 0);
  const width = Math.min(WIDEST, Math.max(NARROWEST, column.name.length + 3, widest + 3));
  const numFmt = column.isExactText ? undefined : NUMBER_FORMATS[column.type];
  return { header: column.name, width, ...(numFmt === undefined ? {} : { numFmt }) };
}
