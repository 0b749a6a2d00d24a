/**
 * Stored usage: one record, pages of records, and deleting one.
 */

import { sql } from "kysely";
import type { Selectable } from "kysely";
import type { CostQuery, Dimension, TimeRange } from "../core/analytics/query.ts";
import { CostopsError } from "../core/error.ts";
import { type Usd, usdFromNanos } from "../core/money.ts";
import { readAppliedPrice } from "../core/pricing/applied_price.ts";
import type { AppliedPrice, UnpricedReason } from "../core/pricing/price.ts";
import type { QualityFlag, ServiceTier, UsageRecord } from "../core/usage/record.ts";
import { DEFAULT_RECORD_SORT, type RecordPosition, type RecordSort } from "../core/usage/record_sort.ts";
import type { OtherUnits } from "../core/usage/units.ts";
import { recordAudit } from "./audit.ts";
import { columnOf } from "./costs.ts";
import type { Database, Queries } from "./database.ts";
import { adjustRollups } from "./rollup_changes.ts";
import type { RollupChange } from "./rollups.ts";
import type { UsageTable } from "./tables.ts";
import { continueUsage, orderUsage } from "./usage_order.ts";

/** A row of the usage table as it is read. */
export type UsageRow = Selectable<UsageTable>;

/** A stored record: what was admitted, without what only ingest needs, and the cost it was given. */
export interface StoredUsage extends Omit<UsageRecord, "content_hash" | "is_retry_safe"> {
  readonly cost: Usd | null;
  readonly unpriced_reason: UnpricedReason | null;
  /** Where the applied price is stored; null when there is none. */
  readonly applied_price_id: bigint | null;
}

/** A stored record and the price it was given. */
export interface PricedUsage extends StoredUsage {
  readonly price: AppliedPrice | null;
  /** The model that the price is of; null when there is none. */
  readonly catalog_model: string | null;
}

/** Which record. */
export interface UsageKey {
  readonly organization_id: string;
  readonly id: string;
}

/** Reads one record. Fails with `not_found` when the organization has none of this id, with `deleted` when it had. */
export async function readUsage(database: Database, key: UsageKey): Promise<PricedUsage> {
  const row = await readRow(database.reader, key);
  const usage = toStoredUsage(row);
  if (usage.applied_price_id === null) return { ...usage, price: null, catalog_model: null };
  const { body } = await database.reader.selectFrom("applied_prices").select("body")
    .where("id", "=", usage.applied_price_id).executeTakeFirstOrThrow();
  const price = readAppliedPrice(body);
  return { ...usage, price, catalog_model: price.model };
}

async function readRow(queries: Queries, { organization_id, id }: UsageKey): Promise<UsageRow> {
  const identity = await queries.selectFrom("usage_identity").select(["timestamp", "deleted_at"])
    .where("organization_id", "=", organization_id).where("id", "=", id).executeTakeFirst();
  if (identity === undefined) throw new CostopsError("not_found", `Cannot find the record ${JSON.stringify(id)}`);
  if (identity.deleted_at !== null) {
    const at = new Date(Number(identity.deleted_at)).toISOString();
    throw new CostopsError("deleted", `Cannot read the record ${JSON.stringify(id)}: it was deleted at ${at}`);
  }
  const row = await queries.selectFrom("usage").selectAll().where("organization_id", "=", organization_id)
    .where("timestamp", "=", identity.timestamp).where("id", "=", id).executeTakeFirst();
  if (row !== undefined) return row;
  throw new CostopsError("not_found", `Cannot find the record ${JSON.stringify(id)}: retention has dropped it`);
}

/** What a page of records is asked for with. */
export interface UsagePageInput {
  readonly organization_id: string;
  readonly range?: TimeRange;
  readonly filter: CostQuery["filter"];
  readonly limit: number;
  /** {@link DEFAULT_RECORD_SORT} when it is not given. */
  readonly sort?: RecordSort;
  /** The last record of the page before: the next page begins after it. */
  readonly after?: RecordPosition;
}

/** A page of records in an order; stable while records arrive. */
export async function listUsage(database: Database, input: UsagePageInput): Promise<StoredUsage[]> {
  let query = database.scanner.selectFrom("usage as t").selectAll("t").where(
    "t.organization_id",
    "=",
    input.organization_id,
  );
  if (input.range !== undefined) {
    query = query.where("t.timestamp", ">=", BigInt(input.range.since)).where(
      "t.timestamp",
      "<",
      BigInt(input.range.until),
    );
  }
  for (const [dimension, values] of input.filter) query = query.where(inValues(dimension, values));
  const sort = input.sort ?? DEFAULT_RECORD_SORT;
  if (input.after !== undefined) query = continueUsage(query, sort, input.after);
  const rows = await orderUsage(query, sort).limit(input.limit).execute();
  return rows.map(toStoredUsage);
}

function inValues(dimension: Dimension, values: readonly string[]) {
  return sql<boolean>`${columnOf(dimension)} in (${sql.join(values)})`;
}

/**
 * Deletes one record: its row goes, its sums leave the roll-ups, its id stays used, and the audit log says who did it,
 * all in one transaction. Fails as {@link readUsage} does.
 */
export async function deleteUsage(
  database: Database,
  key: UsageKey,
  { actor, now }: { readonly actor: string; readonly now: number },
): Promise<void> {
  await database.write(async (queries) => {
    const row = await readRow(queries, key);
    await queries.deleteFrom("usage").where("organization_id", "=", key.organization_id)
      .where("timestamp", "=", row.timestamp).where("id", "=", key.id).execute();
    await queries.updateTable("usage_identity").set({ deleted_at: BigInt(now) })
      .where("organization_id", "=", key.organization_id).where("id", "=", key.id).execute();
    await adjustRollups(queries, [toRollupChange(row, -1n)]);
    const detail = { id: row.id, timestamp: Number(row.timestamp), cost_nanos: row.cost_nanos?.toString() ?? null };
    await recordAudit(queries, {
      organization_id: key.organization_id,
      at: now,
      actor,
      action: "usage.delete",
      detail,
    });
  }, { usage_of: key.organization_id });
}

/** What a row adds to the roll-ups, or takes from them with a sign of -1. */
export function toRollupChange(row: UsageRow, sign: 1n | -1n): RollupChange {
  const input_tokens = row.input_tokens + row.modal_input_tokens;
  const cache_read_tokens = row.cache_read_tokens + row.modal_cache_read_tokens;
  const cache_write_tokens = row.cache_write_5m_tokens + row.cache_write_1h_tokens + row.modal_cache_write_tokens;
  const output_tokens = row.output_tokens + row.modal_output_tokens;
  const isUnpriced = row.cost_nanos === null ? 1n : 0n;
  const total = input_tokens + cache_read_tokens + cache_write_tokens + output_tokens;
  return {
    organization_id: row.organization_id,
    timestamp: Number(row.timestamp),
    provider: row.provider,
    model: row.model,
    project: row.project,
    environment: row.environment,
    service_tier: row.service_tier,
    user_id: row.user_id,
    requests: sign * BigInt(readJson<OtherUnits>(row.units)?.requests ?? 1),
    records: sign,
    input_tokens: sign * input_tokens,
    cache_read_tokens: sign * cache_read_tokens,
    cache_write_tokens: sign * cache_write_tokens,
    output_tokens: sign * output_tokens,
    cost_nanos: sign * (row.cost_nanos ?? 0n),
    unpriced_records: sign * isUnpriced,
    unpriced_tokens: sign * isUnpriced * total,
  };
}

/** A row as a stored record. */
export function toStoredUsage(row: UsageRow): StoredUsage {
  return {
    organization_id: row.organization_id,
    id: row.id,
    timestamp: Number(row.timestamp),
    ingested_at: Number(row.ingested_at),
    provider: row.provider,
    model: row.model,
    service_tier: row.service_tier as ServiceTier,
    region: row.region || null,
    operation: row.operation || null,
    project: row.project || null,
    user: row.user_id || null,
    environment: row.environment || null,
    session: row.session || null,
    api_key: row.api_key || null,
    tags: readJson(row.tags),
    status: row.status,
    latency_ms: toNumber(row.latency_ms),
    time_to_first_token_ms: toNumber(row.time_to_first_token_ms),
    source: row.source,
    format: row.format,
    input_tokens: Number(row.input_tokens),
    cache_read_tokens: Number(row.cache_read_tokens),
    cache_write_5m_tokens: Number(row.cache_write_5m_tokens),
    cache_write_1h_tokens: Number(row.cache_write_1h_tokens),
    output_tokens: Number(row.output_tokens),
    reasoning_tokens: Number(row.reasoning_tokens),
    units: readJson(row.units),
    reported_cost: row.reported_cost === null
      ? null
      : { text: row.reported_cost, amount: usdFromNanos(row.reported_cost_nanos!) },
    extra: readJson(row.extra),
    quality: row.quality === "" ? [] : row.quality.split(",") as QualityFlag[],
    cost: row.cost_nanos === null ? null : usdFromNanos(row.cost_nanos),
    unpriced_reason: row.unpriced_reason as UnpricedReason | null,
    applied_price_id: row.applied_price_id,
  };
}

function readJson<Value>(text: string | null): Value | null {
  return text === null ? null : JSON.parse(text);
}

function toNumber(whole: bigint | null): number | null {
  return whole === null ? null : Number(whole);
}
