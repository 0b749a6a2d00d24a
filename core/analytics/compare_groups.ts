/**
 * Providers or models side by side: what they cost, how fast they answer, how often they fail.
 */

import type { Usd } from "../money.ts";
import type { Cell, Figure, Report, ReportColumn } from "../report/report.ts";
import { formatInstant } from "../time.ts";
import {
  COST_COLUMNS,
  coverageOf,
  groupingColumns,
  reportHead,
  type ReportInput,
  TOKEN_COLUMNS,
} from "./build_report.ts";
import { type CallQuality, QUALITY_COLUMNS, qualityCells } from "./call_quality.ts";
import {
  CHANGE_COLUMNS,
  changeCells,
  comparePairs,
  costOrZero,
  type Pair,
  pairRows,
  sumKnown,
  sumPairs,
  toColumn,
} from "./compare_periods.ts";
import { mergeRows } from "./fold.ts";
import type { CostRow, Measures } from "./measures.ts";
import type { TimeRange } from "./query.ts";
import { cacheHitRate, costPerMillionTokens, costPerRequest, ratioOf } from "./ratio.ts";

/** What single records tell of groups, each by {@link groupKey}. */
export interface GroupFacts {
  readonly quality: ReadonlyMap<string, CallQuality>;
  /** Of all records together. */
  readonly whole: CallQuality;
  /** What caching saved, null where that is not known; a group without cached tokens is absent. */
  readonly savings: ReadonlyMap<string, Usd | null>;
  /** From when on there are records; null when all of the period's are there. */
  readonly records_since: number | null;
}

/** The key of a group among facts. */
export function groupKey(dimensions: CostRow["dimensions"]): string {
  return JSON.stringify(dimensions);
}

/** What a comparison is made of: the query's rows in the period and in the one before, and what single records tell. */
export interface ComparisonInput extends ReportInput {
  readonly previous: { readonly range: TimeRange; readonly rows: Iterable<CostRow> };
  readonly facts: GroupFacts;
}

const UNIT_COST_COLUMNS: readonly ReportColumn[] = [
  { name: "cost_share", type: "ratio" },
  { name: "cost_per_million_tokens_usd", type: "usd" },
  { name: "cost_per_request_usd", type: "usd" },
];

const CACHE_COLUMNS: readonly ReportColumn[] = [
  { name: "cache_hit_rate", type: "ratio" },
  { name: "cache_savings_usd", type: "usd" },
];

/**
 * Compares the groups of a query, the costliest first: tokens, cost, its share of the whole, cost for a million tokens
 * and for a request, latencies, errors, and the change of cost since the period before, as the summary has it; of models
 * also the cache hit rate and what caching saved. `totals` is of all records together, ratios, percentiles and change
 * too. Takes a query without an interval.
 *
 * A group's savings are null when nothing of it is priced, and when records of the period were dropped: a part of an
 * amount is not the amount.
 */
export function compareGroups(
  input: ComparisonInput,
  { type, title }: { readonly type: "providers" | "models"; readonly title: string },
): Report {
  const { query, previous, facts } = input;
  const grouping = groupingColumns(query);
  const measured = [...TOKEN_COLUMNS, ...COST_COLUMNS];
  const cacheColumns = type === "models" ? CACHE_COLUMNS : [];
  const pairs = pairRows(mergeRows(input.rows), mergeRows(previous.rows)).sort(comparePairs);
  const together = sumPairs(pairs);
  const whole = together.current;
  const cost = costOrZero(whole.measures);
  const readMeasures = (row: CostRow, known: Cell) =>
    measured.map((column) => column.name === "cost_usd" ? known : column.read(row));
  const savings = pairs.map(({ current }) => savingsOf(current, facts));
  const following = [...UNIT_COST_COLUMNS, ...QUALITY_COLUMNS, ...cacheColumns];
  const rows = pairs.map(({ current }, at) => {
    const known = costOrZero(current.measures);
    const quality = facts.quality.get(groupKey(current.dimensions)) ?? {};
    return [
      ...grouping.map((column) => column.read(current)),
      ...readMeasures(current, known),
      ...[...unitCostCells(current.measures, { known, cost }), ...qualityCells(quality)],
      ...(type === "models" ? [cacheHitRate(current.measures), savings[at]!] : []),
      ...changeCells(pairs[at]!),
    ];
  });
  const totals = [
    ...readMeasures(whole, cost),
    ...[...unitCostCells(whole.measures, { known: cost, cost }), ...qualityCells(facts.whole)],
    ...(type === "models" ? [cacheHitRate(whole.measures), sumKnown(savings)] : []),
    ...changeCells(together),
  ];
  const columns = [...measured.map(toColumn), ...following, ...CHANGE_COLUMNS];
  return {
    report: {
      ...reportHead(input, { type, title }),
      ...(facts.records_since === null ? {} : { records_since: formatInstant(facts.records_since, query.tz) }),
      summary: previousFigures(previous.range, query.tz),
    },
    columns: [...grouping.map(toColumn), ...columns],
    rows,
    totals: Object.fromEntries(totals.map((cell, at) => [columns[at]!.name, cell])),
    coverage: coverageOf(whole.measures),
  };
}

/** Figures that name the period a report compares with. */
export function previousFigures(range: TimeRange, tz: string): Record<string, Figure> {
  return {
    previous_since: { value: formatInstant(range.since, tz), type: "time" },
    previous_until: { value: formatInstant(range.until, tz), type: "time" },
  };
}

function unitCostCells(
  measures: Measures,
  { known, cost }: { readonly known: bigint | null; readonly cost: bigint | null },
): Cell[] {
  return [ratioOf(known, cost), costPerMillionTokens(measures), costPerRequest(measures)];
}

function savingsOf({ dimensions, measures }: Pair["current"], facts: GroupFacts): Usd | null {
  if (facts.records_since !== null || costOrZero(measures) === null) return null;
  const saved = facts.savings.get(groupKey(dimensions));
  return saved === undefined ? 0n as Usd : saved;
}
