/**
 * Usage records and entries for the tests of db/: defaults, and what a test says otherwise.
 */

import { createHash } from "node:crypto";
import type { CostQuery } from "../../core/analytics/query.ts";
import { usdFromNanos } from "../../core/money.ts";
import type { AppliedPrice, Cost } from "../../core/pricing/price.ts";
import type { UsageRecord } from "../../core/usage/record.ts";
import type { AppendEntry } from "../../db/append.ts";

/** 2026-01-05T12:00:00Z. */
export const NOON = Date.UTC(2026, 0, 5, 12);

/** One hundred input tokens and ten output tokens at noon, without any dimension that may be missing. */
export function makeRecord(overrides: Partial<UsageRecord> = {}): UsageRecord {
  const record = {
    organization_id: "default",
    id: "r1",
    timestamp: NOON,
    ingested_at: NOON,
    provider: "openai",
    model: "gpt-5",
    service_tier: "standard",
    region: null,
    operation: null,
    project: null,
    user: null,
    environment: null,
    session: null,
    api_key: null,
    tags: null,
    status: null,
    latency_ms: null,
    time_to_first_token_ms: null,
    reported_cost: null,
    source: "file",
    format: "canonical",
    input_tokens: 100,
    cache_read_tokens: 0,
    cache_write_5m_tokens: 0,
    cache_write_1h_tokens: 0,
    output_tokens: 10,
    reasoning_tokens: 0,
    units: null,
    extra: null,
    quality: [],
    is_retry_safe: true,
    ...overrides,
  } as const;
  return { content_hash: hashText(record.id), ...record };
}

/** An entry that cost one dollar. */
export function makeEntry(overrides: Partial<UsageRecord> = {}, cost: Cost = makeCost(1_000_000_000n)): AppendEntry {
  return { record: makeRecord(overrides), cost };
}

/** A cost at {@link makePrice}'s price. */
export function makeCost(nanos: bigint, price: AppliedPrice = PRICE): Cost {
  return { amount: usdFromNanos(nanos), price, components: [] };
}

/** No cost, since the model is not known. */
export const UNPRICED: Cost = { amount: null, reason: "unknown_model", detail: "no price for this model" };

/** A price of its own for each reference. */
export function makePrice(reference: string): AppliedPrice {
  return {
    source: "catalogue",
    reference,
    provider: "openai",
    model: "gpt-5",
    effective_from: null,
    hours: null,
    rates: { input_mtok: { nanos: 1_250_000_000n, per: 1_000_000n } },
    above_input_tokens: null,
    modifiers: [],
    minimum_audio_ms: null,
  };
}

const PRICE = makePrice("prices 1");

/** The first 128 bits of a text's SHA-256, the shape of a content hash. */
export function hashText(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}

/** A query of January 2026 in UTC, ungrouped, and what a test says otherwise; one bucket of the whole range. */
export function makeQuery(overrides: Partial<CostQuery>): CostQuery {
  const range = overrides.range ?? { since: Date.UTC(2026, 0, 1), until: Date.UTC(2026, 1, 1) };
  return {
    organization_id: "default",
    tz: "UTC",
    group_by: [],
    interval: null,
    buckets: [{ ...range, label: "all" }],
    filter: new Map(),
    units: [],
    ...overrides,
    range,
  };
}
