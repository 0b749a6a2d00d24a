/**
 * A batch of records, taken in at once.
 */

import { CostopsError, type ErrorIssue } from "../../core/error.ts";
import { LIMITS } from "../../core/limits.ts";
import type { InputItem } from "../../core/usage/reader.ts";
import { answer, type IngestedItem, type IntakeSettings, openRun, prepareItem } from "./intake_run.ts";
import type { Operation } from "./operation.ts";
import { giveStoredCosts } from "./repeated_costs.ts";

/** A batch, whole. */
export interface BatchInput extends IntakeSettings {
  readonly items: readonly InputItem[];
  /** All of it is stored, or nothing. */
  readonly is_atomic: boolean;
}

/**
 * Takes a batch in, in one transaction, and says of every record what became of it. The good are stored and the bad told,
 * unless it is atomic: then it fails with `invalid` when a record is refused, and with `conflict` when one is in conflict
 * or deleted, each with its issues, and nothing is stored. Fails with `too_large` beyond `LIMITS.batch_records`.
 */
export const ingestBatch: Operation<BatchInput, readonly IngestedItem[]> = {
  name: "ingestBatch",
  permission: "usage:create",
  handle: async (environment, principal, { items, is_atomic, source, format, defaults }) => {
    requireSize(items.length);
    const run = await openRun(environment, principal, { source, format, defaults });
    const prepared = items.flatMap((item) => prepareItem(item, run));
    requireSize(prepared.length);
    if (is_atomic) requireAll(answer(prepared, { appended: prepared.map(() => INSERTED), first: 0 }));
    const entries = prepared.flatMap(({ entry }) => (entry === undefined ? [] : [entry]));
    const appended = await environment.database.append(entries, { is_atomic });
    const answered = answer(prepared, { appended, first: 0 });
    if (is_atomic) requireAll(answered);
    environment.onIntake?.(answered.map(({ outcome }) => outcome));
    return await giveStoredCosts(environment.database, answered);
  },
};

const INSERTED = { outcome: "inserted" } as const;

function requireSize(records: number): void {
  if (records <= LIMITS.batch_records) return;
  throw new CostopsError(
    "too_large",
    `Cannot take a batch of ${records} records: send at most ${LIMITS.batch_records}, or a stream`,
  );
}

function requireAll(items: readonly IngestedItem[]): void {
  const bad = items.filter(({ outcome }) => ["rejected", "conflict", "deleted"].includes(outcome.outcome));
  if (bad.length === 0) return;
  const issues: ErrorIssue[] = bad.slice(0, LIMITS.issues).map(({ outcome }) => ({
    pointer: `/${outcome.index}`,
    detail: `${outcome.code}: ${outcome.detail}`,
  }));
  const kind = bad.some(({ outcome }) => outcome.outcome === "rejected") ? "invalid" : "conflict";
  const what = bad.length === 1 ? "1 record" : `${bad.length} records`;
  throw new CostopsError(kind, `Cannot store this batch as a whole: ${what} cannot be stored; nothing was`, { issues });
}
