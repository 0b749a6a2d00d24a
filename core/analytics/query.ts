/**
 * The cost and usage query: which records, grouped by what.
 */

import type { OtherUnitName } from "../usage/units.ts";

/** What a query may group and filter by, besides `tag:KEY`. */
export const DIMENSIONS = [
  "provider",
  "model",
  "project",
  "user",
  "environment",
  "service_tier",
  "operation",
  "session",
] as const;

/** A dimension: a name of {@link DIMENSIONS} or `tag:KEY`. */
export type Dimension = (typeof DIMENSIONS)[number] | `tag:${string}`;

/** The widths of time buckets. */
export const INTERVALS = ["hour", "day", "week", "month"] as const;
export type Interval = (typeof INTERVALS)[number];

/** Instants from `since` up to but not including `until`; milliseconds since 1970 UTC. */
export interface TimeRange {
  readonly since: number;
  readonly until: number;
}

/** One time bucket: its instants, clipped to the query's range, and its name as people and scripts read it. */
export interface TimeBucket extends TimeRange {
  /** `2026-01-05`, `2026-01-05T13:00:00+01:00`, `2026-W02`, `2026-01`; of the whole bucket, also when it is clipped. */
  readonly label: string;
}

/** A query, resolved: nothing relative and nothing defaulted is left in it. */
export interface CostQuery {
  readonly organization_id: string;
  readonly range: TimeRange;
  readonly tz: string;
  /** At most LIMITS.group_by, each once. */
  readonly group_by: readonly Dimension[];
  readonly interval: Interval | null;
  /** Where the interval's column stands among those of `group_by`; the first when not given. */
  readonly interval_position?: number;
  /** Ascending and gapless; exactly one, the range itself, when there is no interval. */
  readonly buckets: readonly TimeBucket[];
  /** Values of a dimension that pass; several are alternatives. An empty value is "the record has none". */
  readonly filter: ReadonlyMap<Dimension, readonly string[]>;
  /** Counted units wanted as extra columns. */
  readonly units: readonly OtherUnitName[];
}
