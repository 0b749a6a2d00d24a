/**
 * What became of an input: outcomes counted, adding up to what was read.
 */

import type { Usd } from "../money.ts";
import type { UnpricedReason } from "../pricing/price.ts";
import { type Outcome, OUTCOMES, type RejectionCode } from "./record.ts";

/** What became of one record. */
export interface RecordOutcome {
  /** Position among the records of the input, from 0. */
  readonly index: number;
  /** Line of the input, from 1; 0 where there are no lines. */
  readonly line: number;
  /** Null when the record was refused before it had one. */
  readonly id: string | null;
  readonly outcome: Outcome;
  readonly code?: RejectionCode | "conflict" | "deleted";
  readonly detail?: string;
  /** Null when there is no price; absent when the record was refused or skipped. */
  readonly cost?: Usd | null;
  readonly unpriced_reason?: UnpricedReason;
  /** False when sending the same input again would count it twice: it has neither an id nor a time of its own. */
  readonly retry_safe?: false;
}

/** Counts of outcomes. All but `unpriced` add up to `read`; `unpriced` counts new records without a price. */
export type IngestSummary = { readonly [Name in Outcome | "read" | "unpriced"]: number };

/** A summary of nothing. */
export const EMPTY_SUMMARY: IngestSummary = {
  read: 0,
  inserted: 0,
  updated: 0,
  duplicate: 0,
  conflict: 0,
  deleted: 0,
  rejected: 0,
  skipped: 0,
  unpriced: 0,
};

/** Adds outcomes to a summary. */
export function addOutcomes(summary: IngestSummary, outcomes: readonly RecordOutcome[]): IngestSummary {
  const sum = { ...summary };
  for (const { outcome, cost } of outcomes) {
    sum.read++;
    sum[outcome]++;
    if (cost === null && (outcome === "inserted" || outcome === "updated")) sum.unpriced++;
  }
  return sum;
}

/** Writes a summary as one line: `read 3 / inserted 2 / duplicate 1 / …`; `read` and the named outcomes always. */
export function writeSummary(summary: IngestSummary): string {
  const rare = new Set<string>(["updated", "deleted", "skipped"]);
  const names = (["read", ...OUTCOMES, "unpriced"] as const).filter((name) => !rare.has(name) || summary[name] > 0);
  return names.map((name) => `${name} ${summary[name]}`).join(" / ");
}
