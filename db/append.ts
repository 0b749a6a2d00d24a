/**
 * Appending usage: what goes in, and what became of each record.
 */

import type { KeptCost } from "../core/pricing/price.ts";
import type { RejectionCode, UsageRecord } from "../core/usage/record.ts";

/** A record with its cost, ready to be stored. */
export interface AppendEntry {
  readonly record: UsageRecord;
  readonly cost: KeptCost;
  /** Whether it takes the place of a stored record with the same id that has less output. */
  readonly may_supersede?: boolean;
}

/** How entries are appended. */
export interface AppendOptions {
  /** Nothing is stored; outcomes are what they would be. */
  readonly is_preview?: boolean;
  /** Nothing is stored unless every entry is inserted or a duplicate. */
  readonly is_atomic?: boolean;
}

/** What became of one entry. */
export type AppendOutcome =
  | { readonly outcome: "inserted" | "updated" | "duplicate" | "conflict" | "deleted" }
  | { readonly outcome: "rejected"; readonly code: RejectionCode; readonly detail: string };
