/**
 * The life of a record: read, admitted, priced, appended, answered. The CLI and the API share all of it.
 */

import type { Principal } from "../../core/access.ts";
import { LIMITS } from "../../core/limits.ts";
import { priceUsage } from "../../core/pricing/cost.ts";
import type { PriceBook } from "../../core/pricing/price_book.ts";
import { detectFormat } from "../../core/usage/detect.ts";
import type { Format, FormatReader } from "../../core/usage/format.ts";
import { ContentOrdinals } from "../../core/usage/content_ordinals.ts";
import { admitUsage, type IntakeDefaults } from "../../core/usage/intake.ts";
import type { InputItem } from "../../core/usage/reader.ts";
import { RejectedRecord, type Rejection, type UsageDraft, type UsageRecord } from "../../core/usage/record.ts";
import type { RecordOutcome } from "../../core/usage/summary.ts";
import type { AppendEntry, AppendOutcome } from "../../db/append.ts";
import { listOrganizations } from "../../db/organizations.ts";
import type { Environment } from "../environment.ts";
import { collectBatches } from "./batches.ts";
import type { Operation } from "./operation.ts";

/** What is ingested and how. */
export interface IngestInput {
  readonly items: AsyncIterable<InputItem[]>;
  /** `stdin`, `file`, `api`. */
  readonly source: string;
  /** Undefined: each value's format is detected. */
  readonly format?: Format;
  readonly defaults: IntakeDefaults;
  /** Nothing is stored; outcomes are what they would be. */
  readonly is_dry_run: boolean;
}

/** One record's outcome together with the input it came from. */
export interface IngestedItem {
  readonly outcome: RecordOutcome;
  readonly item: InputItem;
  /** The record as it was admitted; absent when it was refused or skipped. */
  readonly record?: UsageRecord;
  /** Whether it is taken in alike without what stands before it in the input: the source gives its id, and its format keeps no state. */
  readonly stands_alone: boolean;
}

/**
 * Takes usage in and says of every record what became of it, batch by batch, in the order of the input; a batch is
 * durable before its outcomes are given. Fails with `temporary` or `storage_*` when the database cannot take a batch;
 * earlier batches stay.
 */
export const ingestUsage: Operation<IngestInput, AsyncIterable<IngestedItem[]>> = {
  name: "ingestUsage",
  permission: "usage:create",
  handle: async (environment, principal, input) => {
    const organizations = new Set((await listOrganizations(environment.database)).map(({ id }) => id));
    const book = await environment.priceBook();
    return ingestBatches({
      environment,
      principal,
      input,
      organizations,
      book,
      ordinals: new ContentOrdinals(),
      readers: new Map(),
    });
  },
};

interface Run {
  readonly environment: Environment;
  readonly principal: Principal;
  readonly input: IngestInput;
  readonly organizations: ReadonlySet<string>;
  readonly book: PriceBook;
  readonly ordinals: ContentOrdinals;
  /** What reads this input, for formats that read an input as a whole. */
  readonly readers: Map<Format, FormatReader>;
}

async function* ingestBatches(run: Run): AsyncGenerator<IngestedItem[]> {
  const preview = run.input.is_dry_run ? new Map<string, string>() : undefined;
  let index = 0;
  for await (const items of collectBatches(run.input.items, LIMITS.append_records)) {
    const prepared = items.flatMap((item) => prepareItem(item, run));
    const entries = prepared.flatMap(({ entry }) => (entry === undefined ? [] : [entry]));
    const appended = await run.environment.database.append(entries, { is_preview: run.input.is_dry_run });
    if (preview !== undefined) noticeRepeats(preview, { entries, appended });
    yield answer(prepared, { appended, first: index });
    index += prepared.length;
  }
}

/** One record before it is appended: an entry, or the outcome it already has. */
interface Prepared {
  readonly item: InputItem;
  readonly stands_alone: boolean;
  readonly entry?: AppendEntry;
  readonly rejection?: Rejection;
}

function prepareItem(item: InputItem, run: Run): Prepared[] {
  if (item.rejection !== undefined) return [{ item, rejection: item.rejection, stands_alone: false }];
  try {
    const format = run.input.format ?? detectFormat(item.value);
    if (format === undefined) return [{ item, rejection: UNKNOWN_FORMAT, stands_alone: false }];
    const drafts = findReader(format, run).read(item.value);
    if (drafts.length === 0) return [{ item, stands_alone: format.open === undefined }];
    return drafts.map((draft) => prepareDraft(item, { draft, format, run }));
  } catch (error) {
    return [{ item, rejection: asRejection(error), stands_alone: false }];
  }
}

function findReader(format: Format, { readers }: Run): FormatReader {
  if (format.open === undefined) return format;
  let reader = readers.get(format);
  if (reader === undefined) readers.set(format, reader = format.open());
  return reader;
}

interface Drafted {
  readonly draft: UsageDraft | RejectedRecord;
  readonly format: Format;
  readonly run: Run;
}

function prepareDraft(item: InputItem, { draft, format, run }: Drafted): Prepared {
  try {
    if (draft instanceof RejectedRecord) throw draft;
    const stands_alone = draft.id !== undefined && format.open === undefined;
    return { item, entry: prepareEntry(draft, { format, run }), stands_alone };
  } catch (error) {
    return { item, rejection: asRejection(error), stands_alone: false };
  }
}

const UNKNOWN_FORMAT: Rejection = {
  code: "unknown_format",
  detail: "Cannot tell what this is: it has no usage that a known format would have; name one with --format",
};

function asRejection(error: unknown): Rejection {
  if (error instanceof RejectedRecord) return { code: error.code, detail: error.message };
  throw error;
}

function prepareEntry(draft: UsageDraft, { format, run }: { format: Format; run: Run }): AppendEntry {
  const { environment, book, input } = run;
  const record = admitUsage(draft, {
    organization_id: placeOrganization(draft.organization_id, run),
    defaults: input.defaults,
    now: environment.now(),
    newId: environment.newId,
    ordinals: run.ordinals,
    source: input.source,
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
  return format.may_supersede === undefined ? { record, cost } : { record, cost, may_supersede: true };
}

/** The organization is the credential's; only a super admin's records choose another, and only one that exists. */
function placeOrganization(named: string | undefined, { principal, organizations }: Run): string {
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

function answer(
  prepared: readonly Prepared[],
  { appended, first }: { appended: readonly AppendOutcome[]; first: number },
): IngestedItem[] {
  let next = 0;
  return prepared.map(({ entry, rejection, ...kept }, offset) => {
    const at = { index: first + offset, line: kept.item.line };
    if (rejection !== undefined) return { ...kept, outcome: { ...at, id: null, outcome: "rejected", ...rejection } };
    if (entry === undefined) return { ...kept, outcome: { ...at, id: null, outcome: "skipped" } };
    return { ...kept, record: entry.record, outcome: { ...at, ...describe(entry, appended[next++]!) } };
  });
}

function describe({ record, cost }: AppendEntry, appended: AppendOutcome): Omit<RecordOutcome, "index" | "line"> {
  const { outcome } = appended;
  if (outcome === "rejected") return { id: record.id, ...appended };
  if (outcome === "conflict") {
    return {
      id: record.id,
      outcome,
      code: outcome,
      detail: `Cannot store ${JSON.stringify(record.id)} again with other content: the first is kept`,
    };
  }
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
