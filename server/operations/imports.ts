/**
 * Records that the command line has read elsewhere and sends to be stored.
 */

import type { Principal } from "../../core/access.ts";
import { CostopsError } from "../../core/error.ts";
import { findFormat } from "../../core/usage/detect.ts";
import type { IntakeDefaults } from "../../core/usage/intake.ts";
import type { InputItem } from "../../core/usage/reader.ts";
import { RejectedRecord } from "../../core/usage/record.ts";
import { readSentRecord, type SentRecord } from "../../core/usage/sent_record.ts";
import { LIMITS } from "../../core/limits.ts";
import { answer, type IngestedItem, type IntakeRun, openRun, type Prepared, prepareRead } from "./intake_run.ts";
import { asRejection } from "./read_item.ts";
import type { Operation } from "./operation.ts";
import { chooseOrganization } from "./reports.ts";

/** How the records came in where they were read. */
export const IMPORT_SOURCES = ["stdin", "file"] as const;

/** A batch of records, in the order of their input. */
export interface ImportInput {
  /** Where records go that name none; the principal's when it is not given. */
  readonly organization_id?: string;
  readonly source: (typeof IMPORT_SOURCES)[number];
  readonly defaults: IntakeDefaults;
  /** Nothing is stored; outcomes are what they would be. */
  readonly is_dry_run: boolean;
  /** Each a {@link SentRecord} as JSON; one that is none is refused alone. */
  readonly records: readonly unknown[];
}

/**
 * Stores a batch in one transaction and says of every record what became of it, as `ingestUsage` does of the same
 * records read here. Fails with `too_large` beyond `LIMITS.batch_records`.
 */
export const importRecords: Operation<ImportInput, readonly IngestedItem[]> = {
  name: "importRecords",
  permission: "usage:create",
  handle: async (environment, principal, { records, source, defaults, is_dry_run, ...input }) => {
    if (records.length > LIMITS.batch_records) {
      throw new CostopsError(
        "too_large",
        `Cannot take ${records.length} records at once: send at most ${LIMITS.batch_records}`,
      );
    }
    const here: Principal = { ...principal, organization_id: chooseOrganization(principal, input) };
    const run = await openRun(environment, here, { source, defaults });
    const prepared = records.map((record) => prepareSent(record, run));
    const entries = prepared.flatMap(({ entry }) => (entry === undefined ? [] : [entry]));
    const appended = await environment.database.append(entries, { is_preview: is_dry_run });
    const answered = answer(prepared, { appended, first: 0 });
    if (!is_dry_run) environment.onIntake?.(answered.map(({ outcome }) => outcome));
    return answered;
  },
};

/** What it was read from is known where it was read. */
const ITEM: InputItem = { line: 0, text: "", value: {} };

function prepareSent(value: unknown, run: IntakeRun): Prepared {
  const kept = { item: ITEM, stands_alone: false };
  try {
    const sent = readSentRecord(value);
    const format = findFormat(sent.format);
    if (format === undefined) {
      const name = JSON.stringify(sent.format.slice(0, LIMITS.id_characters));
      throw new RejectedRecord("unknown_format", `Cannot find the format ${name}: a newer program may know it`);
    }
    return prepareRead({ ...kept, draft: sent.draft, format }, identify(sent, run));
  } catch (error) {
    return { ...kept, rejection: asRejection(error) };
  }
}

/** The run as one record sees it: what makes it the same record was told where its input was read. */
function identify({ ordinal, new_id, is_extra_left_out, content_hash }: SentRecord, run: IntakeRun): IntakeRun {
  return {
    ...run,
    ordinals: { next: () => ordinal! },
    environment: { ...run.environment, newId: () => new_id! },
    ...(is_extra_left_out ? { hash_with_extra: content_hash } : {}),
  };
}
