/**
 * The life of a record: read, admitted, priced, appended, answered. The CLI and the API share all of it.
 */

import { CostopsError } from "../../core/error.ts";
import type { InputItem } from "../../core/usage/reader.ts";
import type { AppendEntry, AppendOutcome } from "../../db/append.ts";
import { giveTurn } from "../../db/event_loop.ts";
import { collectBatches, readAhead } from "./batches.ts";
import {
  answer,
  type IngestedItem,
  type IntakeRun,
  type IntakeSettings,
  openRun,
  type Prepared,
  prepareItem,
} from "./intake_run.ts";
import type { Operation } from "./operation.ts";
import { giveStoredCosts } from "./repeated_costs.ts";
import { untilStopping } from "./until_stopping.ts";

export type { IngestedItem } from "./intake_run.ts";

/** What is ingested and how. */
export interface IngestInput extends IntakeSettings {
  readonly items: AsyncIterable<InputItem[]>;
  /** Nothing is stored; outcomes are what they would be. */
  readonly is_dry_run: boolean;
  /** Duplicates are told with the cost that is stored, which takes a look at each; else with what they cost today. */
  readonly wants_stored_costs?: true;
}

/**
 * Takes usage in and says of every record what became of it, batch by batch, in the order of the input; a batch is
 * durable before its outcomes are given. Fails with `temporary` or `storage_*` when the database cannot take a batch,
 * and with `temporary` when the program is to end before the input does; earlier batches stay.
 */
export const ingestUsage: Operation<IngestInput, AsyncIterable<IngestedItem[]>> = {
  name: "ingestUsage",
  permission: "usage:create",
  handle: async (environment, principal, input) => {
    const { source, format, defaults } = input;
    return ingestBatches(await openRun(environment, principal, { source, format, defaults }), input);
  },
};

async function* ingestBatches(begun: IntakeRun, given: IngestInput): AsyncGenerator<IngestedItem[]> {
  const { stopping } = begun.environment;
  if (stopping === undefined) return yield* ingestAll(begun, given);
  const { items, isCut } = untilStopping(given.items, stopping);
  yield* ingestAll(begun, { ...given, items });
  if (!isCut()) return;
  throw new CostopsError("temporary", "Cannot take more: the server is stopping; send what was not counted again");
}

async function* ingestAll(begun: IntakeRun, input: IngestInput): AsyncGenerator<IngestedItem[]> {
  const preview = input.is_dry_run ? new Map<string, string>() : undefined;
  let index = 0;
  for await (const { prepared, entries } of readAhead(prepareBatches(input, begun))) {
    const appended = await begun.environment.database.append(entries, { is_preview: input.is_dry_run });
    if (preview !== undefined) noticeRepeats(preview, { entries, appended });
    const answered = answer(prepared, { appended, first: index });
    if (!input.is_dry_run) begun.environment.onIntake?.(answered.map(({ outcome }) => outcome));
    yield input.wants_stored_costs ? await giveStoredCosts(begun.environment.database, answered) : answered;
    index += prepared.length;
  }
}

/** A batch that is ready to be appended. */
interface PreparedBatch {
  readonly prepared: readonly Prepared[];
  readonly entries: readonly AppendEntry[];
}

/** Values that are prepared in one turn of the event loop, which the answers of a database wait for. */
const TURN_ITEMS = 10;

/** Prepares batches; while one is stored, so is the next. */
async function* prepareBatches({ items, is_dry_run }: IngestInput, begun: IntakeRun): AsyncGenerator<PreparedBatch> {
  for await (const batch of collectBatches(items, begun.environment.database.append_records)) {
    // An input may last for days, and prices change meanwhile.
    const run = { ...begun, book: await begun.environment.priceBook() };
    const prepared: Prepared[] = [];
    for (let at = 0; at < batch.length; at += TURN_ITEMS) {
      if (at > 0) await giveTurn();
      for (const item of batch.slice(at, at + TURN_ITEMS)) prepared.push(...prepareItem(item, run));
    }
    const entries = prepared.flatMap(({ entry }) => (entry === undefined ? [] : [entry]));
    if (!is_dry_run) await begun.environment.database.prepareAppend(entries);
    yield { prepared, entries };
  }
}

/** In a preview nothing is stored, so repeats within the input itself are told from what came before. */
function noticeRepeats(
  seen: Map<string, string>,
  { entries, appended }: { entries: readonly AppendEntry[]; appended: AppendOutcome[] },
): void {
  entries.forEach(({ record, may_supersede }, position) => {
    if (appended[position]!.outcome !== "inserted") return;
    const key = JSON.stringify([record.organization_id, record.id]);
    const first = seen.get(key);
    if (first === undefined) seen.set(key, record.content_hash);
    else appended[position] = { outcome: first === record.content_hash || may_supersede ? "duplicate" : "conflict" };
  });
}
