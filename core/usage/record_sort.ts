/**
 * The orders of lists of records, named as the API's `sort` and the CLI's `--sort` name them.
 */

import type { Usd } from "../money.ts";

/** Newest, oldest, dearest or cheapest first; a minus turns the order round. */
export const RECORD_SORTS = ["-timestamp", "timestamp", "-cost_usd", "cost_usd"] as const;
export type RecordSort = (typeof RECORD_SORTS)[number];

/** The order of a list that names none: newest first. */
export const DEFAULT_RECORD_SORT: RecordSort = "-timestamp";

/** Where a record stands in any of the orders. */
export interface RecordPosition {
  /** Milliseconds since 1970 UTC. */
  readonly timestamp: number;
  readonly id: string;
  /** Null: it has no price. */
  readonly cost: Usd | null;
}
