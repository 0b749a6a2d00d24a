/**
 * One record, taken in on its own: the way that most records come to a server.
 */

import { CostopsError } from "../../core/error.ts";
import type { AppliedPrice } from "../../core/pricing/price.ts";
import type { SourceObject } from "../../core/usage/format.ts";
import { parseJson } from "../../core/usage/json_text.ts";
import { RejectedRecord } from "../../core/usage/record.ts";
import type { RecordOutcome } from "../../core/usage/summary.ts";
import { readUsage } from "../../db/usage.ts";
import { answer, type IntakeRun, type IntakeSettings, openRun, type Prepared, prepareItem } from "./intake_run.ts";
import type { Operation } from "./operation.ts";

/** One record as text. */
export interface RecordText extends IntakeSettings {
  /** A JSON object. */
  readonly text: string;
}

/** A record that was stored, now or before. */
export interface StoredRecord {
  readonly outcome: RecordOutcome;
  /** The price that its cost comes from; null when it has none. */
  readonly price: AppliedPrice | null;
}

/**
 * Takes one record in. Fails with a RejectedRecord when it is refused, with `conflict` when its id is taken by other
 * content, with `deleted` when it was deleted, and as the database does when it cannot be stored.
 */
export const ingestRecord: Operation<RecordText, StoredRecord> = {
  name: "ingestRecord",
  permission: "usage:create",
  handle: async (environment, principal, { text, ...settings }) => {
    const run = await openRun(environment, principal, settings);
    const prepared = prepareOne(text, run);
    const [{ entry }] = prepared;
    const appended = entry === undefined ? [] : await environment.database.append([entry]);
    const [{ outcome, record }] = answer(prepared, { appended, first: 0 }) as [ReturnType<typeof answer>[number]];
    environment.onIntake?.([outcome]);
    if (record === undefined || outcome.outcome === "rejected") throw asError(outcome);
    if (outcome.outcome === "duplicate") {
      const stored = await readUsage(environment.database, record);
      const reason = stored.unpriced_reason === null ? {} : { unpriced_reason: stored.unpriced_reason };
      const { unpriced_reason: _reason, ...rest } = outcome;
      return { outcome: { ...rest, cost: stored.cost, ...reason }, price: stored.price };
    }
    if (outcome.outcome === "conflict" || outcome.outcome === "deleted") throw asError(outcome);
    const cost = entry!.cost;
    return { outcome, price: cost.amount === null ? null : cost.price };
  },
};

const SEVERAL = "Cannot take several records as one: send them to /usage/batch";

function prepareOne(text: string, run: IntakeRun): [Prepared] {
  try {
    const prepared = prepareItem({ value: parseRecord(text), text, line: 0 }, run);
    if (prepared.length > 1) throw new RejectedRecord("invalid_field", SEVERAL);
    return prepared as [Prepared];
  } catch (error) {
    if (error instanceof RejectedRecord) run.environment.onIntake?.([{ outcome: "rejected" }]);
    throw error;
  }
}

function parseRecord(text: string): SourceObject {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (error) {
    const reason = error instanceof SyntaxError ? error.message : String(error);
    throw new RejectedRecord("unreadable_json", `Cannot read this record as JSON: ${reason}`);
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as SourceObject;
  throw new RejectedRecord("not_an_object", "Cannot take this as a record: send one JSON object");
}

function asError({ outcome, code, detail = "" }: RecordOutcome): Error {
  if (outcome === "conflict" || outcome === "deleted") return new CostopsError(outcome, detail);
  if (outcome === "skipped") {
    return new RejectedRecord("unknown_format", "Cannot take this as a record: it says nothing of usage");
  }
  if (code === undefined || code === "conflict" || code === "deleted") {
    throw new Error(`a ${outcome} record is no error`);
  }
  return new RejectedRecord(code, detail);
}
