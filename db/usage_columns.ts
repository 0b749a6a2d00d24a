/**
 * A record as a row of the usage table: columns in one order, for statements that bind by position.
 */

import { createHash } from "node:crypto";
import { writeAppliedPrice } from "../core/pricing/applied_price.ts";
import type { AppliedPrice } from "../core/pricing/price.ts";
import { sumModalTokens } from "./rollups.ts";
import type { AppendEntry } from "./append.ts";

/** The columns of the usage table, in the order of {@link writeRow}. */
export const USAGE_COLUMNS = [
  "organization_id",
  "timestamp",
  "id",
  "ingested_at",
  "provider",
  "model",
  "service_tier",
  "region",
  "operation",
  "project",
  "user_id",
  "environment",
  "session",
  "api_key",
  "tags",
  "status",
  "latency_ms",
  "time_to_first_token_ms",
  "source",
  "format",
  "input_tokens",
  "cache_read_tokens",
  "cache_write_5m_tokens",
  "cache_write_1h_tokens",
  "output_tokens",
  "reasoning_tokens",
  "units",
  "modal_input_tokens",
  "modal_cache_read_tokens",
  "modal_cache_write_tokens",
  "modal_output_tokens",
  "cost_nanos",
  "unpriced_reason",
  "applied_price_id",
  "reported_cost",
  "reported_cost_nanos",
  "extra",
  "quality",
] as const;

/** A value of a row. */
export type ColumnValue = string | number | bigint | null;

/** The row of an entry; `priceId` is where its applied price is stored. */
export function writeRow({ record, cost }: AppendEntry, priceId: bigint | null): ColumnValue[] {
  const modal = sumModalTokens(record.units);
  return [
    record.organization_id,
    record.timestamp,
    record.id,
    record.ingested_at,
    record.provider,
    record.model,
    record.service_tier,
    record.region ?? "",
    record.operation ?? "",
    record.project ?? "",
    record.user ?? "",
    record.environment ?? "",
    record.session ?? "",
    record.api_key ?? "",
    record.tags === null ? null : JSON.stringify(record.tags),
    record.status,
    record.latency_ms,
    record.time_to_first_token_ms,
    record.source,
    record.format,
    record.input_tokens,
    record.cache_read_tokens,
    record.cache_write_5m_tokens,
    record.cache_write_1h_tokens,
    record.output_tokens,
    record.reasoning_tokens,
    record.units === null ? null : JSON.stringify(record.units),
    modal.input_tokens,
    modal.cache_read_tokens,
    modal.cache_write_tokens,
    modal.output_tokens,
    cost.amount,
    cost.amount === null ? cost.reason : null,
    priceId,
    record.reported_cost?.text ?? null,
    record.reported_cost?.amount ?? null,
    record.extra === null ? null : JSON.stringify(record.extra),
    record.quality.join(","),
  ];
}

/** An applied price as it is stored once for all records that share it. */
export interface StoredPrice {
  /** The first 63 bits of the body's SHA-256. */
  readonly id: bigint;
  readonly body: string;
}

/** Makes the stored form of an applied price. */
export function storePrice(price: AppliedPrice): StoredPrice {
  const body = writeAppliedPrice(price);
  const digest = createHash("sha256").update(body).digest();
  return { id: digest.readBigUInt64BE(0) >> 1n, body };
}
