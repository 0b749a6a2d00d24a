/**
 * From the rows of a query to a report: columns, order, totals and coverage.
 */

import { formatInstant } from "../time.ts";
import type { Cell, Coverage, Report, ReportColumn, ReportSubject } from "../report/report.ts";
import type { ReportEnd, ReportFrame, ReportStream } from "../report/report_rows.ts";
import { type OtherUnitName, UNITS } from "../usage/units.ts";
import { compareByCost, compareByTokens, knownCost, mergeRows, sumRows, totalTokens } from "./fold.ts";
import type { CostRow, Measures } from "./measures.ts";
import type { CostQuery } from "./query.ts";

/** What a report is made from. */
export interface ReportInput {
  readonly query: CostQuery;
  /** In any order; rows of one group are added. */
  readonly rows: Iterable<CostRow>;
  /** Milliseconds since 1970 UTC, written as `generated_at`. */
  readonly now: number;
  /** `genai-prices 0.1.8`. */
  readonly price_book: string;
}

/** A column that is worked out of a row. */
export interface MeasureColumn extends ReportColumn {
  readonly read: (row: CostRow) => Cell;
}

/** The columns of tokens, in the fixed order of the wire contract. */
export const TOKEN_COLUMNS: readonly MeasureColumn[] = [
  { name: "requests", type: "integer", read: ({ measures }) => measures.requests },
  { name: "input_tokens", type: "integer", read: ({ measures }) => measures.input_tokens },
  { name: "cache_read_tokens", type: "integer", read: ({ measures }) => measures.cache_read_tokens },
  { name: "cache_write_tokens", type: "integer", read: ({ measures }) => measures.cache_write_tokens },
  { name: "output_tokens", type: "integer", read: ({ measures }) => measures.output_tokens },
  { name: "total_tokens", type: "integer", read: ({ measures }) => totalTokens(measures) },
];

/** The columns of money, which follow those of tokens. */
export const COST_COLUMNS: readonly MeasureColumn[] = [
  { name: "cost_usd", type: "usd", read: ({ measures }) => knownCost(measures) },
  { name: "unpriced_records", type: "integer", read: ({ measures }) => measures.unpriced_records },
];

/** A report whose rows are to be added. */
export interface ReportKind {
  readonly type: ReportSubject;
  readonly title: string;
  /** Beside those of the grouping. */
  readonly columns: readonly MeasureColumn[];
}

/** Costs: requests, tokens, `cost_usd`, `unpriced_records` and the units asked for. */
export function costKind(query: CostQuery): ReportKind {
  const columns = [...TOKEN_COLUMNS, ...COST_COLUMNS, ...query.units.map(unitColumn)];
  return { type: "cost", title: titleOf("Cost", query), columns };
}

/** Usage, without money. */
export function usageKind(query: CostQuery): ReportKind {
  return { type: "usage", title: titleOf("Usage", query), columns: [...TOKEN_COLUMNS, ...query.units.map(unitColumn)] };
}

/**
 * Reports what calls cost: the grouping, then the columns of {@link costKind}. Sorted by time, then by cost descending,
 * then by dimensions. `cost_usd` is null where nothing is priced.
 */
export function buildCostReport(input: ReportInput): Report {
  return assembleReport(input, { ...costKind(input.query), rows: mergeRows(input.rows).sort(compareByCost) });
}

/** Reports what was used, without money: sorted by time, then by total tokens descending, then by dimensions. */
export function buildUsageReport(input: ReportInput): Report {
  return assembleReport(input, { ...usageKind(input.query), rows: mergeRows(input.rows).sort(compareByTokens) });
}

/** What a report of many rows is made from: the rows are merged and in order already. */
export interface StreamInput extends Omit<ReportInput, "rows"> {
  readonly rows: AsyncIterable<readonly CostRow[]>;
  /** All rows added up, before they are read. */
  readonly readTotal: () => Promise<Iterable<CostRow>>;
}

/** A report that adds up its rows as they are read. */
export function streamReport(input: StreamInput, kind: ReportKind): ReportStream {
  const all = [...groupingColumns(input.query), ...kind.columns];
  let total = sumRows([]);
  const toCells = (row: CostRow) => {
    total = sumRows([total, row]);
    return all.map((column) => column.read(row));
  };
  return {
    ...frameOf(input, kind),
    rows: mapPieces(input.rows, toCells),
    end: () => endOf(total, kind),
    readTotals: async () => endOf(sumRows(await input.readTotal()), kind).totals,
  };
}

async function* mapPieces<From, To>(pieces: AsyncIterable<readonly From[]>, map: (from: From) => To) {
  for await (const piece of pieces) yield piece.map(map);
}

function frameOf(input: Omit<ReportInput, "rows">, kind: ReportKind): ReportFrame {
  const columns = [...groupingColumns(input.query), ...kind.columns];
  return { report: reportHead(input, kind), columns: columns.map(({ name, type }) => ({ name, type })) };
}

function endOf(total: CostRow, { columns }: ReportKind): ReportEnd {
  return {
    totals: Object.fromEntries(columns.map((column) => [column.name, column.read(total)])),
    coverage: coverageOf(total.measures),
  };
}

/** The head of a report: what was asked, when, and with which prices. */
export function reportHead(
  { query, now, price_book }: Omit<ReportInput, "rows">,
  { type, title }: Pick<Report["report"], "type" | "title">,
): Report["report"] {
  return {
    type,
    title,
    organization_id: query.organization_id,
    since: formatInstant(query.range.since, query.tz),
    until: formatInstant(query.range.until, query.tz),
    tz: query.tz,
    group_by: groupingColumns(query).map((column) => column.name),
    filter: Object.fromEntries(query.filter),
    currency: "USD",
    generated_at: formatInstant(now, "UTC"),
    price_book,
  };
}

/** The grouping's columns, the time bucket's where the query has it. */
export function groupingColumns(query: CostQuery): MeasureColumn[] {
  const columns: MeasureColumn[] = query.group_by.map((name, index) => ({
    name,
    type: "text",
    read: (row) => row.dimensions[index] ?? null,
  }));
  if (query.interval !== null) {
    const read = (row: CostRow) => query.buckets[row.bucket]!.label;
    columns.splice(query.interval_position ?? 0, 0, { name: query.interval, type: "time", read });
  }
  return columns;
}

/** How much of a group is priced; the ratio is cut, not rounded, so that 1 means every record. */
export function coverageOf(measures: Measures): Coverage {
  const priced_records = measures.records - measures.unpriced_records;
  return {
    priced_records,
    unpriced_records: measures.unpriced_records,
    unpriced_tokens: measures.unpriced_tokens,
    ratio: measures.records === 0n ? 1 : Number((priced_records * 1_000_000n) / measures.records) / 1e6,
  };
}

/** Names a report by what it is grouped by: `Cost by day and model`. */
export function titleOf(subject: string, query: CostQuery): string {
  const names = groupingColumns(query).map((column) => column.name);
  if (names.length === 0) return subject;
  const last = names.at(-1)!;
  return `${subject} by ${names.length === 1 ? last : `${names.slice(0, -1).join(", ")} and ${last}`}`;
}

/** Makes a report of the grouping's columns and those given; totals are read from the sum of all rows. */
export function assembleReport(
  input: Omit<ReportInput, "rows">,
  { rows, ...kind }: ReportKind & { readonly rows: readonly CostRow[] },
): Report {
  const all = [...groupingColumns(input.query), ...kind.columns];
  const cells = rows.map((row) => all.map((column) => column.read(row)));
  return { ...frameOf(input, kind), rows: cells, ...endOf(sumRows(rows), kind) };
}

/** The column of a counted unit that a query asked for. */
export function unitColumn(name: OtherUnitName): MeasureColumn {
  const type = UNITS[name].decimals === 3 ? "thousandths" : "integer";
  return { name, type, read: (row) => row.units[name] ?? 0n };
}
