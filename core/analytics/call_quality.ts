/**
 * How calls went: how long they took and how many failed, of the records that say so.
 */

import type { Cell, ReportColumn } from "../report/report.ts";
import { ratioOf } from "./ratio.ts";

/** The percentiles that are told. */
export const PERCENTILES = [50, 90, 95, 99] as const;
/** One of {@link PERCENTILES}. */
export type Percentile = (typeof PERCENTILES)[number];

/** Latencies of a group by nearest rank: the p-th is the smallest that at least p percent of the records do not exceed. */
export interface Latencies {
  /** Records that say a latency. */
  readonly records: bigint;
  /** Milliseconds. */
  readonly percentiles: Readonly<Record<Percentile, bigint>>;
}

/** Statuses of a group. */
export interface Statuses {
  /** Records that say a status. */
  readonly records: bigint;
  /** Those of them whose status is an error. */
  readonly errors: bigint;
}

/** How the calls of a group went; what no record of it says is absent. */
export interface CallQuality {
  readonly latencies?: Latencies;
  readonly statuses?: Statuses;
}

/** The columns that {@link qualityCells} fills. */
export const QUALITY_COLUMNS: readonly ReportColumn[] = [
  { name: "latency_records", type: "integer" },
  ...PERCENTILES.map((percentile): ReportColumn => ({ name: `latency_p${percentile}_ms`, type: "integer" })),
  { name: "status_records", type: "integer" },
  { name: "error_records", type: "integer" },
  { name: "error_rate", type: "ratio" },
];

/** The cells of a group: how many records say it, and null for what none says. */
export function qualityCells({ latencies, statuses }: CallQuality): Cell[] {
  return [
    latencies?.records ?? 0n,
    ...PERCENTILES.map((percentile) => latencies?.percentiles[percentile] ?? null),
    statuses?.records ?? 0n,
    statuses?.errors ?? 0n,
    statuses === undefined ? null : ratioOf(statuses.errors, statuses.records),
  ];
}
