/**
 * Statistics: one line about all usage of a period, with the providers and models used most, statuses, and what has no
 * price.
 */

import type { Cell, Report, ReportColumn, SideTable } from "../report/report.ts";
import { formatInstant } from "../time.ts";
import type { UnpricedReason } from "../pricing/price.ts";
import { isErrorStatus } from "../usage/status.ts";
import { COST_COLUMNS, coverageOf, reportHead, type ReportInput, TOKEN_COLUMNS } from "./build_report.ts";
import { type CallQuality, QUALITY_COLUMNS, qualityCells } from "./call_quality.ts";
import { toColumn } from "./compare_periods.ts";
import { compareDescending, compareDimensions, knownCost, mergeRows, sumRows, totalTokens } from "./fold.ts";
import type { CostRow } from "./measures.ts";
import { costPerMillionTokens, costPerRequest, ratioOf } from "./ratio.ts";

/** What single records tell of a period. */
export interface UsageFacts {
  readonly quality: CallQuality;
  /** Instants of the first and the last record; null when there is none. */
  readonly first_record: number | null;
  readonly last_record: number | null;
  /** The statuses said most, most records first. */
  readonly statuses: readonly { readonly status: string; readonly records: bigint }[];
  readonly unpriced: readonly { readonly reason: UnpricedReason; readonly records: bigint; readonly tokens: bigint }[];
  /** From when on there are records; null when all of the period's are there. */
  readonly records_since: number | null;
}

/** What statistics are made of: rows by provider and model, and what single records tell. */
export interface StatisticsInput extends ReportInput {
  readonly facts: UsageFacts;
  /** Entries of each list of the most used. */
  readonly limit: number;
}

const MEASURED = [...TOKEN_COLUMNS, ...COST_COLUMNS];

const ENDS: readonly ReportColumn[] = [
  { name: "first_record", type: "time" },
  { name: "last_record", type: "time" },
];

const COLUMNS: readonly ReportColumn[] = [
  ...ENDS,
  { name: "records", type: "integer" },
  { name: "providers", type: "integer" },
  { name: "models", type: "integer" },
  ...MEASURED.map(toColumn),
  { name: "cost_per_million_tokens_usd", type: "usd" },
  { name: "cost_per_request_usd", type: "usd" },
  ...QUALITY_COLUMNS,
];

/**
 * Reports one row about a whole period, with tables in its head: `top_providers` and `top_models` by cost, what remains as
 * a last row without names so that each adds up; `statuses` with how many of each are errors; `unpriced` by reason.
 */
export function buildStatistics(input: StatisticsInput): Report {
  const { query, facts, limit } = input;
  const rows = mergeRows(input.rows);
  const whole = sumRows(rows);
  const providers = mergeRows(rows.map((row) => ({ ...row, dimensions: row.dimensions.slice(0, 1) })));
  const time = (ms: number | null) => ms === null ? null : formatInstant(ms, query.tz);
  const cells: Cell[] = [
    time(facts.first_record),
    time(facts.last_record),
    whole.measures.records,
    BigInt(providers.length),
    BigInt(rows.length),
    ...MEASURED.map((column) => column.read(whole)),
    costPerMillionTokens(whole.measures),
    costPerRequest(whole.measures),
    ...qualityCells(facts.quality),
  ];
  return {
    report: {
      ...reportHead(input, { type: "statistics", title: "Usage statistics" }),
      group_by: [],
      ...(facts.records_since === null ? {} : { records_since: formatInstant(facts.records_since, query.tz) }),
      tables: {
        top_providers: listTop(providers, { names: ["provider"], limit }),
        top_models: listTop(rows, { names: ["provider", "model"], limit }),
        statuses: listStatuses(facts),
        unpriced: listUnpriced(facts),
      },
    },
    columns: COLUMNS,
    rows: [cells],
    totals: Object.fromEntries(
      COLUMNS.map((column, at) => [column.name, cells[at] ?? null]).slice(ENDS.length),
    ),
    coverage: coverageOf(whole.measures),
  };
}

const TOP_COLUMNS: readonly ReportColumn[] = [
  { name: "groups", type: "integer" },
  { name: "requests", type: "integer" },
  { name: "total_tokens", type: "integer" },
  { name: "cost_usd", type: "usd" },
  { name: "cost_share", type: "ratio" },
];

function listTop(
  rows: readonly CostRow[],
  { names, limit }: { readonly names: readonly string[]; readonly limit: number },
): SideTable {
  const cost = knownCost(sumRows(rows).measures);
  const sorted = [...rows].sort((a, b) =>
    compareDescending(knownCost(a.measures), knownCost(b.measures)) || compareDimensions(a, b)
  );
  const write = (dimensions: readonly Cell[], { measures }: CostRow, groups: bigint): Cell[] => [
    ...dimensions,
    groups,
    measures.requests,
    totalTokens(measures),
    knownCost(measures),
    ratioOf(knownCost(measures), cost),
  ];
  const rest = sorted.slice(limit);
  return {
    columns: [...names.map((name): ReportColumn => ({ name, type: "text" })), ...TOP_COLUMNS],
    rows: [
      ...sorted.slice(0, limit).map((row) => write(row.dimensions, row, 1n)),
      ...(rest.length === 0 ? [] : [write(names.map(() => null), sumRows(rest), BigInt(rest.length))]),
    ],
  };
}

function listStatuses({ statuses }: UsageFacts): SideTable {
  return {
    columns: [
      { name: "status", type: "text" },
      { name: "records", type: "integer" },
      { name: "error_records", type: "integer" },
    ],
    rows: statuses.map(({ status, records }) => [status, records, isErrorStatus(status) ? records : 0n]),
  };
}

function listUnpriced({ unpriced }: UsageFacts): SideTable {
  return {
    columns: [
      { name: "reason", type: "text" },
      { name: "records", type: "integer" },
      { name: "tokens", type: "integer" },
    ],
    rows: unpriced.map(({ reason, records, tokens }) => [reason, records, tokens]),
  };
}
