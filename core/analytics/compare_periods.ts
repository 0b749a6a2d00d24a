/**
 * The summary: a period beside the one before it.
 */

import { divideHalfEven, type Usd, usdFromNanos, ZERO_USD } from "../money.ts";
import type { Cell, Report, ReportColumn } from "../report/report.ts";
import { formatInstant } from "../time.ts";
import { toZoned } from "../time/zone.ts";
import {
  COST_COLUMNS,
  coverageOf,
  groupingColumns,
  reportHead,
  type ReportInput,
  titleOf,
  TOKEN_COLUMNS,
} from "./build_report.ts";
import { compareDescending, compareDimensions, knownCost, mergeRows, NO_MEASURES, sumRows } from "./fold.ts";
import type { CostRow, Measures } from "./measures.ts";
import type { TimeRange } from "./query.ts";

const QUARTER_HOUR_MS = 900_000;

/**
 * The period before a range: whole months before whole months, whole days before whole days (by the calendar of `tz`),
 * else as many milliseconds. While the range still runs, only as much of it as has run (up to the next quarter of an hour), so
 * that half a month is not compared with a whole one.
 */
export function previousRange(range: TimeRange, { tz, now }: { readonly tz: string; readonly now: number }): TimeRange {
  const since = precedingStart(range, tz);
  if (now >= range.until || now <= range.since) return { since, until: range.since };
  const elapsed = Math.ceil((now - range.since) / QUARTER_HOUR_MS) * QUARTER_HOUR_MS;
  return { since, until: Math.min(since + elapsed, range.since) };
}

/** A summary's input: the same query's rows in the period and in the one before. */
export interface SummaryInput extends ReportInput {
  readonly previous: { readonly range: TimeRange; readonly rows: Iterable<CostRow> };
}

/** The columns of change, which {@link changeCells} fills. */
export const CHANGE_COLUMNS: readonly ReportColumn[] = [
  { name: "previous_cost_usd", type: "usd" },
  { name: "change_usd", type: "usd" },
  { name: "change_percent", type: "thousandths" },
];

/**
 * Reports a period, usually by provider and model, with the change of cost since the period before: the columns of the
 * cost report without units, then `previous_cost_usd`, `change_usd` (exact) and `change_percent` (rounded half to even to
 * three decimals; for reading, not for arithmetic). A group without any record in a period cost 0 in it; one with only
 * unpriced records has an unknown cost, and so an unknown change. `totals` add up each column; percentages do not add up
 * and are not in it. Takes a query without an interval.
 */
export function buildSummaryReport(input: SummaryInput): Report {
  const { query, previous } = input;
  const grouping = groupingColumns(query);
  const measured = [...TOKEN_COLUMNS, ...COST_COLUMNS];
  const pairs = pairRows(mergeRows(input.rows), mergeRows(previous.rows)).sort(comparePairs);
  const current = sumRows(pairs.map((pair) => pair.current));
  const cells = pairs.map((pair) => changeCells(pair));
  const period = `${formatInstant(previous.range.since, query.tz)} to ${formatInstant(previous.range.until, query.tz)}`;
  return {
    report: reportHead(input, { type: "summary", title: `${titleOf("Summary", query)}, compared with ${period}` }),
    columns: [...grouping.map(toColumn), ...measured.map(toColumn), ...CHANGE_COLUMNS],
    rows: pairs.map((pair, index) => [
      ...grouping.map((column) => column.read(pair.current)),
      ...measured.map((column) =>
        column.name === "cost_usd" ? costOrZero(pair.current.measures) : column.read(pair.current)
      ),
      ...cells[index]!,
    ]),
    totals: {
      ...Object.fromEntries(measured.map((column) => [column.name, column.read(current)])),
      // Not a sum of the column: where nothing is priced, a group that is gone and cost 0 makes no total of 0.
      cost_usd: costOrZero(current.measures),
      previous_cost_usd: sumKnown(cells.map(([cost]) => cost ?? null)),
      change_usd: sumKnown(cells.map(([, change]) => change ?? null)),
    },
    coverage: coverageOf(current.measures),
  };
}

/** One group in two periods. */
export interface Pair {
  readonly current: CostRow;
  readonly previous: CostRow;
}

/** Puts each group beside itself in the other period; a group that is in one alone has no measures in the other. */
export function pairRows(current: readonly CostRow[], previous: readonly CostRow[]): Pair[] {
  const pairs = new Map<string, Pair>();
  for (const row of current) pairs.set(JSON.stringify(row.dimensions), { current: row, previous: emptied(row) });
  for (const row of previous) {
    const key = JSON.stringify(row.dimensions);
    pairs.set(key, { current: pairs.get(key)?.current ?? emptied(row), previous: row });
  }
  return [...pairs.values()];
}

/** The pair of all groups together: what is known of their costs, before and now. */
export function sumPairs(pairs: readonly Pair[]): Pair {
  return {
    current: sumRows(pairs.map((pair) => pair.current)),
    previous: sumRows(pairs.map((pair) => pair.previous)),
  };
}

function emptied(row: CostRow): CostRow {
  return { ...row, measures: NO_MEASURES, units: {} };
}

/** The order of pairs: by cost descending with unknown costs last, then by dimensions. */
export function comparePairs(a: Pair, b: Pair): number {
  return compareDescending(costOrZero(a.current.measures), costOrZero(b.current.measures)) ||
    compareDimensions(a.current, b.current);
}

/** A group that was not used cost nothing: that is known, unlike the cost of one that has no price. */
export function costOrZero(measures: Measures): Usd | null {
  return measures.records === 0n ? ZERO_USD : knownCost(measures);
}

/** The cost before, the change and the change in percent of a pair; null where it is not known. */
export function changeCells({ current, previous }: Pair): [Usd | null, Usd | null, bigint | null] {
  const before = costOrZero(previous.measures);
  const after = costOrZero(current.measures);
  if (before === null || after === null) return [before, null, null];
  const change = usdFromNanos(after - before);
  return [before, change, before === 0n ? null : divideHalfEven(change * 100_000n, before)];
}

/** Adds up the amounts that are known; null when none is. */
export function sumKnown(cells: readonly Cell[]): bigint | null {
  const known = cells.filter((cell) => typeof cell === "bigint");
  return known.length === 0 ? null : known.reduce((sum, cell) => sum + cell, 0n);
}

/** A column without what reads it. */
export function toColumn({ name, type }: ReportColumn): ReportColumn {
  return { name, type };
}

function precedingStart(range: TimeRange, tz: string): number {
  const since = toZoned(range.since, tz);
  const until = toZoned(range.until, tz);
  const isWhole = [since, until].every((end) => end.startOfDay().epochMilliseconds === end.epochMilliseconds);
  if (!isWhole) return range.since - (range.until - range.since);
  const unit = since.day === 1 && until.day === 1 ? "months" : "days";
  const length = since.toPlainDate().until(until.toPlainDate(), { largestUnit: unit });
  return since.toPlainDate().subtract(length).toZonedDateTime(tz).epochMilliseconds;
}
