/**
 * From what a source said to a record that may be stored: defaults filled in, every limit checked, an id given.
 */

import { LIMITS } from "../limits.ts";
import { roundUsd } from "../money.ts";
import type { ContentOrdinals } from "./content_ordinals.ts";
import { deriveId, hashContent } from "./identity.ts";
import {
  type QualityFlag,
  RejectedRecord,
  type ReportedCost,
  type ServiceTier,
  type UsageDraft,
  type UsageRecord,
} from "./record.ts";

/** What the caller supplies for records whose source does not say it. */
export interface IntakeDefaults {
  readonly provider?: string;
  readonly project?: string;
  readonly user?: string;
  readonly environment?: string;
  readonly session?: string;
  readonly service_tier?: ServiceTier;
  readonly region?: string;
  /** Milliseconds since 1970 UTC. */
  readonly timestamp?: number;
  readonly tags?: Readonly<Record<string, string>>;
}

/** What is known about the input besides the record itself. */
export interface IntakeContext {
  readonly organization_id: string;
  readonly defaults: IntakeDefaults;
  /** When the record came in; milliseconds since 1970 UTC. */
  readonly now: number;
  readonly newId: () => string;
  readonly ordinals: Pick<ContentOrdinals, "next">;
  /** What the draft's `extra` was part of, where it was left out because it does not fit: the hash of all of it. */
  readonly hash_with_extra?: string;
  /** `file`, `stdin`, `api`, …. */
  readonly source: string;
  readonly format: string;
  /** The provider's one name; undefined when neither the provider given nor the model tells it. */
  readonly resolveProvider: (provider: string | undefined, model: string) => ResolvedProvider | undefined;
}

/** A provider's one name, and whether the model alone told it. */
export interface ResolvedProvider {
  readonly provider: string;
  readonly is_assumed: boolean;
}

// deno-lint-ignore no-control-regex -- the control characters of Unicode (Cc), without the slower Unicode mode.
const CONTROL_CHARACTER = /[\x00-\x1f\x7f-\x9f]/;
const RESERVED_IDS = new Set(["stats", "batch", "stream", "aggregate", "trends"]);

/** Makes a record of a draft. Fails with RejectedRecord when it cannot be placed, priced or kept as it is. */
export function admitUsage(draft: UsageDraft, context: IntakeContext): UsageRecord {
  const { defaults } = context;
  const quality: QualityFlag[] = draft.quality === undefined ? [] : [...draft.quality];
  const model = checkText("model", draft.model);
  if (model === null) throw new RejectedRecord("missing_model", "Cannot take a record without a model");
  const provider = placeProvider(draft.provider ?? defaults.provider, model, context);
  if (provider.is_assumed) quality.push("assumed_provider");
  const contentHash = context.hash_with_extra ?? hashContent(draft);
  const givenTimestamp = draft.timestamp ?? defaults.timestamp;
  if (givenTimestamp === undefined) quality.push("assumed_timestamp");
  const timestamp = checkTimestamp(givenTimestamp ?? context.now, context.now);
  const identity = giveId(draft, contentHash, context);
  return {
    organization_id: context.organization_id,
    id: identity.id,
    content_hash: contentHash,
    timestamp,
    ingested_at: context.now,
    provider: provider.provider,
    model,
    service_tier: draft.service_tier ?? defaults.service_tier ?? "standard",
    region: checkText("region", draft.region ?? defaults.region),
    operation: checkText("operation", draft.operation),
    project: checkText("project", draft.project ?? defaults.project),
    user: checkText("user", draft.user ?? defaults.user),
    environment: checkText("environment", draft.environment ?? defaults.environment),
    session: checkText("session", draft.session ?? defaults.session),
    api_key: checkText("api_key", draft.api_key),
    tags: checkTags(draft.tags, defaults.tags),
    status: checkText("status", draft.status),
    latency_ms: keepDuration(draft.latency_ms, quality),
    time_to_first_token_ms: keepDuration(draft.time_to_first_token_ms, quality),
    reported_cost: checkReportedCost(draft.reported_cost),
    source: context.source,
    format: context.format,
    input_tokens: draft.input_tokens,
    cache_read_tokens: draft.cache_read_tokens,
    cache_write_5m_tokens: draft.cache_write_5m_tokens,
    cache_write_1h_tokens: draft.cache_write_1h_tokens,
    output_tokens: draft.output_tokens,
    reasoning_tokens: draft.reasoning_tokens,
    units: draft.units,
    extra: context.hash_with_extra === undefined ? keepExtra(draft.extra, quality) : dropExtra(quality),
    quality,
    is_retry_safe: identity.is_retry_safe,
  };
}

function placeProvider(provider: string | undefined, model: string, context: IntakeContext): ResolvedProvider {
  checkText("provider", provider);
  const resolved = context.resolveProvider(provider, model);
  if (resolved !== undefined) return resolved;
  throw new RejectedRecord(
    "missing_provider",
    `Cannot tell the provider of model ${quote(model)}: give the field provider, or --provider`,
  );
}

function giveId(draft: UsageDraft, hash: string, context: IntakeContext): { id: string; is_retry_safe: boolean } {
  if (draft.id !== undefined) return { id: checkId(draft.id), is_retry_safe: true };
  if (draft.timestamp === undefined) return { id: context.newId(), is_retry_safe: false };
  return { id: deriveId(hash, context.ordinals.next(hash)), is_retry_safe: true };
}

function checkId(id: string): string {
  if (id.length === 0 || id.length > LIMITS.id_characters) {
    throw new RejectedRecord("invalid_id", `Cannot take id ${quote(id)}: use 1 to ${LIMITS.id_characters} characters`);
  }
  if (CONTROL_CHARACTER.test(id) || !id.isWellFormed()) {
    throw new RejectedRecord("invalid_id", `Cannot take id ${quote(id)}: it has control or broken characters`);
  }
  if (RESERVED_IDS.has(id)) {
    throw new RejectedRecord("invalid_id", `Cannot take id ${quote(id)}: it is a reserved word of the API`);
  }
  return id;
}

/** Text is kept byte for byte or refused; absent and empty text is null. */
function checkText(field: string, text: string | undefined): string | null {
  if (text === undefined || text === "") return null;
  checkCharacters(field, text, LIMITS.text_characters);
  return text;
}

function checkCharacters(field: string, text: string, most: number): void {
  if (text.length > most) {
    throw new RejectedRecord("invalid_text", `Cannot take ${field} of ${text.length} characters: at most ${most}`);
  }
  if (text.includes("\0") || !text.isWellFormed()) {
    throw new RejectedRecord("invalid_text", `Cannot take ${field} ${quote(text)}: it has NUL or broken characters`);
  }
}

function checkTags(
  given: Readonly<Record<string, string>> | undefined,
  defaults: Readonly<Record<string, string>> | undefined,
): Readonly<Record<string, string>> | null {
  if (given === undefined && defaults === undefined) return null;
  const entries = Object.entries(defaults === undefined ? given! : { ...defaults, ...given });
  if (entries.length > LIMITS.tags) {
    throw new RejectedRecord("too_many_tags", `Cannot take ${entries.length} tags: at most ${LIMITS.tags}`);
  }
  for (const [key, value] of entries) {
    if (key === "") throw new RejectedRecord("invalid_text", "Cannot take a tag without a name");
    checkCharacters("a tag's name", key, LIMITS.tag_key_characters);
    checkTagValue(key, value);
  }
  return entries.length === 0 ? null : Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The name is quoted only for a message: every record passes here. */
function checkTagValue(key: string, value: string): void {
  if (value.length <= LIMITS.tag_value_characters && !value.includes("\0") && value.isWellFormed()) return;
  checkCharacters(`tag ${quote(key)}`, value, LIMITS.tag_value_characters);
}

function checkTimestamp(timestamp: number, now: number): number {
  if (timestamp < LIMITS.earliest_ms) {
    throw new RejectedRecord(
      "timestamp_out_of_range",
      `Cannot take the time ${writeInstant(timestamp)}: it is before 2015`,
    );
  }
  if (timestamp > now + LIMITS.future_ms) {
    throw new RejectedRecord(
      "timestamp_out_of_range",
      `Cannot take the time ${writeInstant(timestamp)}: it is more than 24 hours in the future`,
    );
  }
  return timestamp;
}

function writeInstant(timestamp: number): string {
  const date = new Date(timestamp);
  return Number.isNaN(date.getTime()) ? `${timestamp} ms` : date.toISOString();
}

/** Whole milliseconds; what cannot be a latency is left out and flagged, since it says nothing about cost. */
function keepDuration(milliseconds: number | undefined, quality: QualityFlag[]): number | null {
  if (milliseconds === undefined) return null;
  const rounded = Math.round(milliseconds);
  if (rounded >= 0 && rounded <= LIMITS.latency_ms) return rounded;
  if (!quality.includes("implausible_latency")) quality.push("implausible_latency");
  return null;
}

function checkReportedCost(text: string | undefined): ReportedCost | null {
  if (text === undefined) return null;
  const amount = readReportedCost(text);
  if (amount < 0n || amount > LIMITS.record_nanos) {
    throw new RejectedRecord("cost_out_of_range", `Cannot take reported cost ${quote(text)}: 0 to 10 million dollars`);
  }
  return { text, amount };
}

function readReportedCost(text: string): ReportedCost["amount"] {
  try {
    return roundUsd(text);
  } catch {
    throw new RejectedRecord(
      "invalid_field",
      `Cannot read reported cost ${quote(text)}: write a decimal such as 0.0125`,
    );
  }
}

/** Keeps unknown fields within their bounds; JSON writes lone surrogates and NUL as escapes, so any text can be stored. */
function keepExtra(
  extra: Readonly<Record<string, unknown>> | undefined,
  quality: QualityFlag[],
): Readonly<Record<string, unknown>> | null {
  if (extra === undefined) return null;
  return fitsExtra(extra) ? extra : dropExtra(quality);
}

/** Whether unknown fields are small and flat enough to be kept beside a record. */
export function fitsExtra(extra: Readonly<Record<string, unknown>>): boolean {
  return depthOf(extra) <= LIMITS.json_depth && JSON.stringify(extra).length <= LIMITS.extra_bytes;
}

function dropExtra(quality: QualityFlag[]): null {
  quality.push("extra_dropped");
  return null;
}

/** Nesting of a value, counted only as far as the limit: a deeper one is refused anyway. */
function depthOf(value: unknown, depth = 0): number {
  if (typeof value !== "object" || value === null || depth > LIMITS.json_depth) return depth;
  let deepest = depth + 1;
  for (const inner of Object.values(value)) deepest = Math.max(deepest, depthOf(inner, depth + 1));
  return deepest;
}

function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
