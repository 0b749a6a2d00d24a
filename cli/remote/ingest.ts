/**
 * Usage read here and stored by a server: the same records as if they were read there, each once however often the
 * connection is lost.
 *
 * What makes a record the same record (its content's hash, how often that content came before, a UUID where it has
 * neither id nor time) is made before it is first sent, so that sending it again is a duplicate. Records go in batches,
 * one after another; the next is prepared meanwhile, and no more are held.
 */

import { Buffer } from "node:buffer";
import { v7 as newUuid } from "uuid";
import { CostopsError } from "../../core/error.ts";
import { LIMITS } from "../../core/limits.ts";
import { parseUsd } from "../../core/money.ts";
import { ContentOrdinals } from "../../core/usage/content_ordinals.ts";
import type { Format, FormatReader } from "../../core/usage/format.ts";
import { admitUsage, type IntakeDefaults } from "../../core/usage/intake.ts";
import type { RecordOutcome } from "../../core/usage/summary.ts";
import { type SentRecord, toSentRecord, writeSentRecord } from "../../core/usage/sent_record.ts";
import { collectBatches, readAhead } from "../../server/operations/batches.ts";
import type { IngestedItem, IngestInput } from "../../server/operations/ingest.ts";
import { type AdmittedRecord, describeConflict } from "../../server/operations/intake_run.ts";
import { asRejection, readItem, type ReadRecord } from "../../server/operations/read_item.ts";
import type { Client, Waiting } from "./client.ts";

/** The most bytes of one batch: half of what a server takes, for what may be configured lower. */
const BATCH_BYTES = LIMITS.batch_bytes / 2;
/** No record that can be stored is larger once its unknown fields are within their limit. */
const RECORD_BYTES = 256 * 1024;

interface To {
  readonly client: Client;
  /** Where records go that name none; the credential's when it is undefined. */
  readonly organization_id: string | undefined;
  readonly waiting: Waiting;
}

/** One record with what is sent of it, if anything is. */
interface Outgoing {
  readonly read: ReadRecord;
  readonly sent?: SentRecord;
  readonly json?: string;
  /** Of a record that is refused here: the id it gives itself. */
  readonly given_id?: string;
}

/**
 * Takes usage in as `ingestUsage` does: what became of every record, batch by batch, in the order of the input; a batch
 * is durable before its outcomes are given. Fails as the server does; earlier batches stay.
 */
export async function* ingestRemotely(input: IngestInput, to: To): AsyncGenerator<IngestedItem[]> {
  const run = new RemoteRun(input, to);
  for await (const group of readAhead(prepareGroups(input, run))) yield await run.send(group);
}

async function* prepareGroups({ items }: IngestInput, run: RemoteRun): AsyncGenerator<Outgoing[]> {
  for await (const batch of collectBatches(items, LIMITS.batch_records)) {
    const reads = batch.flatMap((item) => readItem(item, run.reading));
    yield* groupForRequests(reads.map((read) => run.prepare(read)));
  }
}

/** Cuts into what one request may carry. */
function* groupForRequests(outgoing: readonly Outgoing[]): Generator<Outgoing[]> {
  let group: Outgoing[] = [];
  let bytes = 0;
  let count = 0;
  for (const one of outgoing) {
    const size = one.json === undefined ? 0 : byteLength(one.json);
    const isFull = size > 0 && (count === LIMITS.batch_records || bytes + size > BATCH_BYTES);
    if (isFull) {
      yield group;
      [group, bytes, count] = [[], 0, 0];
    }
    group.push(one);
    bytes += size;
    if (size > 0) count++;
  }
  if (group.length > 0) yield group;
}

/** One input on its way. */
class RemoteRun {
  readonly reading: { readonly format?: Format; readonly readers: Map<Format, FormatReader> };
  readonly #ordinals = new ContentOrdinals();
  /** What a dry run has seen: nothing is stored, so the server cannot know. */
  readonly #seen = new Map<string, string>();
  readonly #head: string;
  #index = 0;

  constructor(readonly input: IngestInput, readonly to: To) {
    this.reading = { format: input.format, readers: new Map() };
    const { source, defaults, is_dry_run } = input;
    const { organization_id } = to;
    const head = JSON.stringify({ organization_id, source, defaults: dropEmpty(defaults), dry_run: is_dry_run });
    this.#head = head.slice(0, -1);
  }

  prepare(read: ReadRecord): Outgoing {
    if (read.draft === undefined) return { read, given_id: read.given_id };
    const { draft, format, ...kept } = read;
    const sent = toSentRecord(draft, {
      format: format.name,
      nextOrdinal: (hash) => this.#ordinals.next(hash),
      newId: newUuid,
    });
    const json = writeSentRecord(sent);
    if (byteLength(json) <= RECORD_BYTES) return { read, sent, json };
    // Nobody can store it, and the reason is told as it would be told there.
    const rejection = this.#refuse(draft, format);
    return { read: { ...kept, rejection, stands_alone: false }, given_id: draft.id };
  }

  #refuse(draft: NonNullable<ReadRecord["draft"]>, format: Format) {
    try {
      admitUsage(draft, {
        organization_id: "",
        defaults: this.input.defaults,
        now: Date.now(),
        newId: newUuid,
        ordinals: { next: () => 1 },
        source: this.input.source,
        format: format.name,
        resolveProvider: (provider) => ({ provider: provider ?? "", is_assumed: false }),
      });
    } catch (error) {
      return asRejection(error);
    }
    throw new Error("a record within every limit is larger than any may be");
  }

  async send(group: readonly Outgoing[]): Promise<IngestedItem[]> {
    const records = group.flatMap(({ json }) => json === undefined ? [] : [json]);
    const results = records.length === 0 ? [] : await this.#request(records);
    let next = 0;
    return group.map((outgoing) => {
      const index = this.#index++;
      return hasSent(outgoing)
        ? this.#tell(outgoing, { result: results[next++]!, index })
        : tellUnsent(outgoing, index);
    });
  }

  async #request(records: readonly string[]): Promise<readonly WireResult[]> {
    const { client, waiting } = this.to;
    const json = `${this.#head},"records":[${records.join(",")}]}`;
    const answer = await client.sendPatiently({ method: "post", path: "/imports", json }, waiting);
    const { results } = answer.json;
    if (Array.isArray(results) && results.length === records.length) return results;
    throw new CostopsError(
      "failure",
      `Cannot read the answer of ${client.server}: it does not say what became of every record`,
    );
  }

  #tell(
    { read, sent }: Outgoing & { readonly sent: SentRecord },
    { result, index }: { readonly result: WireResult; readonly index: number },
  ): IngestedItem {
    const { item, stands_alone } = read;
    const { quality = [], cost_usd, index: _index, ...rest } = result;
    const cost = cost_usd === undefined ? {} : { cost: cost_usd === null ? null : parseUsd(cost_usd) };
    const outcome = this.#noticeRepeat({ index, line: item.line, ...rest, ...cost }, { read, sent });
    if (outcome.outcome === "rejected" || outcome.id === null) return { item, stands_alone: false, outcome };
    const extra = sent.is_extra_left_out ? null : sent.draft.extra ?? null;
    const organization_id = sent.draft.organization_id ?? this.to.organization_id ?? "";
    const record = { organization_id, id: outcome.id, format: sent.format, extra, quality };
    return { item, stands_alone, outcome, record };
  }

  /** In a dry run repeats within the input itself are told from what came before. */
  #noticeRepeat(outcome: RecordOutcome, { read, sent }: { readonly read: ReadRecord; readonly sent: SentRecord }) {
    const { id } = outcome;
    if (!this.input.is_dry_run || outcome.outcome !== "inserted" || id === null) return outcome;
    const key = JSON.stringify([sent.draft.organization_id ?? this.to.organization_id, id]);
    const first = this.#seen.get(key);
    if (first === undefined) {
      this.#seen.set(key, sent.content_hash);
      return outcome;
    }
    if (first === sent.content_hash || (read.draft !== undefined && read.format.may_supersede)) {
      return { ...outcome, outcome: "duplicate" as const };
    }
    const { index, line } = outcome;
    return { index, line, ...describeConflict(id) };
  }
}

/** What became of one record, as the server tells it. */
type WireResult = Omit<RecordOutcome, "line" | "cost"> & {
  readonly cost_usd?: string | null;
  readonly quality?: AdmittedRecord["quality"];
};

function hasSent(outgoing: Outgoing): outgoing is Outgoing & { readonly sent: SentRecord; readonly json: string } {
  return outgoing.sent !== undefined;
}

/** A value that is no record, or one that is refused here. */
function tellUnsent({ read, given_id }: Outgoing, index: number): IngestedItem {
  const { item, stands_alone } = read;
  const rejection = read.draft === undefined ? read.rejection : undefined;
  const at = { index, line: item.line };
  const outcome: RecordOutcome = rejection === undefined
    ? { ...at, id: null, outcome: "skipped" }
    : { ...at, id: given_id ?? null, outcome: "rejected", ...rejection };
  return { item, stands_alone, outcome };
}

/** An empty default says nothing, as no default does. */
function dropEmpty(defaults: IntakeDefaults): IntakeDefaults {
  return Object.fromEntries(Object.entries(defaults).filter(([, value]) => value !== undefined && value !== ""));
}

function byteLength(text: string): number {
  return Buffer.byteLength(text);
}
