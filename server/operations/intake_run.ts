/**
 * One input on its way in: each value read, admitted and priced, and said what became of it.
 */

import type { Principal } from "../../core/access.ts";
import { LIMITS } from "../../core/limits.ts";
import { priceUsage } from "../../core/pricing/cost.ts";
import type { Cost, KeptCost } from "../../core/pricing/price.ts";
import type { PriceBook } from "../../core/pricing/price_book.ts";
import { ContentOrdinals } from "../../core/usage/content_ordinals.ts";
import type { Format, FormatReader } from "../../core/usage/format.ts";
import { admitUsage, type IntakeDefaults } from "../../core/usage/intake.ts";
import type { InputItem } from "../../core/usage/reader.ts";
import { RejectedRecord, type Rejection, type UsageDraft, type UsageRecord } from "../../core/usage/record.ts";
import type { RecordOutcome } from "../../core/usage/summary.ts";
import type { AppendEntry, AppendOutcome } from "../../db/append.ts";
import { listOrganizations } from "../../db/organizations.ts";
import type { Environment } from "../environment.ts";
import { asRejection, readItem, type ReadRecord } from "./read_item.ts";

/** How the values of an input are taken. */
export interface IntakeSettings {
  /** `stdin`, `file`, `api`. */
  readonly source: string;
  /** Undefined: each value's format is detected. */
  readonly format?: Format;
  readonly defaults: IntakeDefaults;
}

/** What is told of a record that was admitted. */
export type AdmittedRecord = Pick<UsageRecord, "organization_id" | "id" | "format" | "extra" | "quality">;

/** One record's outcome together with the input it came from. */
export interface IngestedItem {
  readonly outcome: RecordOutcome;
  readonly item: InputItem;
  /** The record as it was admitted; absent when it was refused or skipped. */
  readonly record?: AdmittedRecord;
  /** Whether it is taken in alike without what stands before it in the input: the source gives its id, and its format keeps no state. */
  readonly stands_alone: boolean;
}

/** What is known while one input is taken in. */
export interface IntakeRun {
  readonly environment: Environment;
  readonly principal: Principal;
  readonly settings: IntakeSettings;
  /** Those that a record may name; only a super admin's may name any but their own. */
  readonly organizations: ReadonlySet<string>;
  readonly book: PriceBook;
  readonly ordinals: Pick<ContentOrdinals, "next">;
  /** Of a record whose unknown fields were left out on the way: the hash of all of it. */
  readonly hash_with_extra?: string;
  /** What reads this input, for formats that read an input as a whole. */
  readonly readers: Map<Format, FormatReader>;
}

/** Begins to take an input in. */
export async function openRun(
  environment: Environment,
  principal: Principal,
  settings: IntakeSettings,
): Promise<IntakeRun> {
  const organizations = principal.is_super_admin ? await findOrganizations(environment) : NONE;
  return {
    environment,
    principal,
    settings,
    organizations,
    book: await environment.priceBook(),
    ordinals: new ContentOrdinals(),
    readers: new Map(),
  };
}

const NONE: ReadonlySet<string> = new Set();

async function findOrganizations({ database }: Environment): Promise<ReadonlySet<string>> {
  return new Set((await listOrganizations(database)).map(({ id }) => id));
}

/** One record before it is appended: an entry, or the outcome it already has. */
export interface Prepared {
  readonly item: InputItem;
  readonly stands_alone: boolean;
  readonly entry?: AppendEntry;
  readonly rejection?: Rejection;
  /** The id that a refused record gives itself. */
  readonly given_id?: string;
}

/** Prepares what one value of the input holds. */
export function prepareItem(item: InputItem, run: IntakeRun): Prepared[] {
  const { format } = run.settings;
  return readItem(item, { format, readers: run.readers }).map((read) => prepareRead(read, run));
}

/** Prepares a record that was read. */
export function prepareRead(read: ReadRecord, run: IntakeRun): Prepared {
  if (read.draft === undefined) return read;
  const { draft, format, ...kept } = read;
  try {
    return { ...kept, entry: prepareEntry(draft, { format, run }) };
  } catch (error) {
    return { ...kept, rejection: asRejection(error), given_id: draft.id, stands_alone: false };
  }
}

function prepareEntry(draft: UsageDraft, { format, run }: { format: Format; run: IntakeRun }): AppendEntry {
  const { environment, book, settings } = run;
  const record = admitUsage(draft, {
    organization_id: placeOrganization(draft.organization_id, run),
    defaults: settings.defaults,
    now: environment.now(),
    newId: environment.newId,
    ordinals: run.ordinals,
    hash_with_extra: run.hash_with_extra,
    source: settings.source,
    format: format.name,
    resolveProvider: (provider, model) => {
      const resolved = book.resolve(provider, model);
      return resolved.provider === null ? undefined : { provider: resolved.provider, is_assumed: resolved.is_assumed };
    },
  });
  const cost = priceUsage(record, book);
  if (cost.amount !== null && cost.amount > LIMITS.record_nanos) {
    throw new RejectedRecord("cost_out_of_range", "Cannot take a record that costs more than 10 million dollars");
  }
  const kept = keepCost(cost);
  return format.may_supersede === undefined ? { record, cost: kept } : { record, cost: kept, may_supersede: true };
}

/** Components are most of a cost, and would be kept until the record is stored. */
function keepCost(cost: Cost): KeptCost {
  return cost.amount === null ? cost : { amount: cost.amount, price: cost.price };
}

/** The organization is the credential's; only a super admin's records choose another, and only one that exists. */
function placeOrganization(named: string | undefined, { principal, organizations }: IntakeRun): string {
  if (named === undefined || named === principal.organization_id) return principal.organization_id;
  if (!principal.is_super_admin) {
    throw new RejectedRecord("forbidden_organization", `Cannot write to the organization ${JSON.stringify(named)}`);
  }
  if (organizations.has(named)) return named;
  throw new RejectedRecord(
    "unknown_organization",
    `Cannot find the organization ${JSON.stringify(named)}: create it with costops admin org create ${
      JSON.stringify(named)
    }`,
  );
}

/** Says what became of prepared records, in their order; `first` is the index of the first in the input. */
export function answer(
  prepared: readonly Prepared[],
  { appended, first }: { appended: readonly AppendOutcome[]; first: number },
): IngestedItem[] {
  let next = 0;
  return prepared.map(({ entry, rejection, given_id = null, ...kept }, offset) => {
    const at = { index: first + offset, line: kept.item.line };
    if (rejection !== undefined) {
      return { ...kept, outcome: { ...at, id: given_id, outcome: "rejected", ...rejection } };
    }
    if (entry === undefined) return { ...kept, outcome: { ...at, id: null, outcome: "skipped" } };
    return { ...kept, record: entry.record, outcome: { ...at, ...describe(entry, appended[next++]!) } };
  });
}

/** An id that is taken by other content. */
export function describeConflict(id: string) {
  const outcome = "conflict" as const;
  const detail = `Cannot store ${JSON.stringify(id)} again with other content: the first is kept`;
  return { id, outcome, code: outcome, detail };
}

function describe({ record, cost }: AppendEntry, appended: AppendOutcome): Omit<RecordOutcome, "index" | "line"> {
  const { outcome } = appended;
  if (outcome === "rejected") return { id: record.id, ...appended };
  if (outcome === "conflict") return describeConflict(record.id);
  if (outcome === "deleted") {
    return {
      id: record.id,
      outcome,
      code: outcome,
      detail: `Cannot store ${JSON.stringify(record.id)} again: it was deleted`,
    };
  }
  return {
    id: record.id,
    outcome,
    cost: cost.amount,
    ...(cost.amount === null ? { unpriced_reason: cost.reason } : {}),
    ...(record.is_retry_safe ? {} : { retry_safe: false as const }),
  };
}
