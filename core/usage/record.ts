/**
 * The usage record: what one call used, after its source's format has been read and before it is stored.
 */

import type { Usd } from "../money.ts";
import type { OtherUnits } from "./units.ts";

/** How the call was served; `standard` when the source does not say. */
export const SERVICE_TIERS = ["standard", "batch", "flex", "priority", "fast"] as const;
export type ServiceTier = (typeof SERVICE_TIERS)[number];

/** What was noticed about a record that is kept all the same. */
export const QUALITY_FLAGS = [
  /** A cache-write total larger than its 5-minute and 1-hour parts: the remainder is priced as 5 minutes. */
  "cache_write_unsplit",
  /** It could not be told whether the input includes the cache; taken as inclusive. */
  "assumed_inclusive",
  /** The source's parts add up to more than its total: parts kept, none negative. */
  "breakdown_exceeds_total",
  /** The source's own total differs from the sum of the buckets. */
  "total_mismatch",
  /** The source has token counters that costops does not know; kept in `extra`. */
  "unmapped_tokens",
  /** The source does not say when; the time of ingestion was taken. */
  "assumed_timestamp",
  /** The provider was told by the model's name alone. */
  "assumed_provider",
  /** The source names a service tier that costops does not know; kept in `extra`, priced as standard. */
  "unknown_service_tier",
  /** Unknown fields of the source were too large or too deep to keep beside the record. */
  "extra_dropped",
  /** A latency below 0 or above 30 days; left out. */
  "implausible_latency",
  /** The source does not say which model; stored as `unknown`, without a price. */
  "missing_model",
  /** A gateway answered from its own cache: nothing was used, what the answer once took is kept in `extra`. */
  "served_from_cache",
] as const;
export type QualityFlag = (typeof QUALITY_FLAGS)[number];

/**
 * The token buckets and units of one call, disjoint: no token is in two of them. Whole numbers from 0 to
 * `LIMITS.units`. `reasoning_tokens` is a subset of `output_tokens` and adds to nothing.
 */
export interface UsageCounts {
  readonly input_tokens: number;
  readonly cache_read_tokens: number;
  readonly cache_write_5m_tokens: number;
  readonly cache_write_1h_tokens: number;
  readonly output_tokens: number;
  readonly reasoning_tokens: number;
  readonly units: OtherUnits | null;
}

/** What a source said a call cost: its text as it stood, beside the amount rounded half to even. */
export interface ReportedCost {
  readonly text: string;
  readonly amount: Usd;
}

/** What one format makes of one value of its source: only what the source says, nothing filled in. */
export interface UsageDraft extends UsageCounts {
  readonly id?: string;
  /** Milliseconds since 1970 UTC. */
  readonly timestamp?: number;
  readonly organization_id?: string;
  readonly provider?: string;
  /** As reported; required to be priced and stored. */
  readonly model?: string;
  readonly service_tier?: ServiceTier;
  readonly region?: string;
  /** `chat`, `embedding`, `image`, `audio`, …. */
  readonly operation?: string;
  readonly project?: string;
  readonly user?: string;
  readonly environment?: string;
  readonly session?: string;
  /** A label, never the secret. */
  readonly api_key?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly status?: string;
  readonly latency_ms?: number;
  readonly time_to_first_token_ms?: number;
  /** The decimal as it stood in the source, in US dollars. */
  readonly reported_cost?: string;
  /** What the source said of usage that has no field here. */
  readonly extra?: Readonly<Record<string, unknown>>;
  readonly quality?: readonly QualityFlag[];
}

/** One call's usage, complete and within every limit. `null` is known to be absent. */
export interface UsageRecord extends UsageCounts {
  readonly organization_id: string;
  readonly id: string;
  /** Of the caller's content (core/usage/identity.ts): the first 128 bits of a SHA-256, 32 hex digits. */
  readonly content_hash: string;
  /** When the call happened; milliseconds since 1970 UTC. */
  readonly timestamp: number;
  readonly ingested_at: number;
  readonly provider: string;
  readonly model: string;
  readonly service_tier: ServiceTier;
  readonly region: string | null;
  readonly operation: string | null;
  readonly project: string | null;
  readonly user: string | null;
  readonly environment: string | null;
  readonly session: string | null;
  readonly api_key: string | null;
  readonly tags: Readonly<Record<string, string>> | null;
  readonly status: string | null;
  readonly latency_ms: number | null;
  readonly time_to_first_token_ms: number | null;
  readonly reported_cost: ReportedCost | null;
  /** How it came in: `file`, `api`, …. */
  readonly source: string;
  /** The format it was read as: `canonical`, `openai-chat`, …. */
  readonly format: string;
  readonly extra: Readonly<Record<string, unknown>> | null;
  readonly quality: readonly QualityFlag[];
  /** Whether sending the same input again is recognised; false when the id is random (CONTRACT 2.3). */
  readonly is_retry_safe: boolean;
}

/** Why a record is refused; stable, for people who script on it. */
export const REJECTION_CODES = [
  "unreadable_json",
  "unreadable_csv",
  "invalid_utf8",
  "line_too_long",
  "not_an_object",
  "unknown_format",
  "invalid_field",
  "invalid_text",
  "invalid_id",
  "missing_model",
  "missing_provider",
  "negative_tokens",
  "tokens_out_of_range",
  "ambiguous_tokens",
  "invalid_timestamp",
  "timestamp_out_of_range",
  "cost_out_of_range",
  "too_many_tags",
  "unknown_organization",
  "forbidden_organization",
  "beyond_retention",
] as const;
export type RejectionCode = (typeof REJECTION_CODES)[number];

/** A refused record: a stable code and a sentence for people. */
export interface Rejection {
  readonly code: RejectionCode;
  readonly detail: string;
}

/** Thrown by a format or a check to refuse one record; caught once, in the ingest pipeline. */
export class RejectedRecord extends Error {
  readonly code: RejectionCode;
  /** The id that the record gives itself, where that much of it was read. */
  readonly id: string | undefined;
  constructor(code: RejectionCode, detail: string, id?: string) {
    super(detail);
    this.name = "RejectedRecord";
    this.code = code;
    this.id = id;
  }
}

/** What became of one record of the input. They add up to what was read. */
export const OUTCOMES = [
  "inserted",
  "updated",
  "duplicate",
  "conflict",
  "deleted",
  "rejected",
  "skipped",
] as const;
export type Outcome = (typeof OUTCOMES)[number];
