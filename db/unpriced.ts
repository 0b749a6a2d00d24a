/**
 * Usage that has no price: which models, and why.
 */

import { sql } from "kysely";
import type { TimeRange } from "../core/analytics/query.ts";
import { CostopsError } from "../core/error.ts";
import { LIMITS } from "../core/limits.ts";
import { UNPRICED_REASONS, type UnpricedReason } from "../core/pricing/price.ts";
import type { Database } from "./database.ts";

/** Records of one model without a price. */
export interface UnpricedGroup {
  readonly provider: string;
  readonly model: string;
  readonly service_tier: string;
  readonly reason: UnpricedReason;
  readonly records: bigint;
  readonly tokens: bigint;
  /** Instants of the first and the last of them; milliseconds since 1970 UTC. */
  readonly first_seen: number;
  readonly last_seen: number;
}

/** Groups of unpriced records, most tokens first. Fails with `too_large` beyond `LIMITS.query_rows`. */
export async function listUnpriced(
  { scanner }: Database,
  { organization_id, range }: { readonly organization_id: string; readonly range?: TimeRange },
): Promise<UnpricedGroup[]> {
  let query = scanner.selectFrom("usage")
    .select((of) => [
      "provider",
      "model",
      "service_tier",
      "unpriced_reason as reason",
      of.fn.countAll<bigint>().as("records"),
      sql<bigint>`cast(sum(
        input_tokens + cache_read_tokens + cache_write_5m_tokens + cache_write_1h_tokens + output_tokens
        + modal_input_tokens + modal_cache_read_tokens + modal_cache_write_tokens + modal_output_tokens
      ) as bigint)`.as("tokens"),
      of.fn.min<bigint>("timestamp").as("first_seen"),
      of.fn.max<bigint>("timestamp").as("last_seen"),
    ])
    .where("organization_id", "=", organization_id)
    .where("unpriced_reason", "is not", null);
  if (range !== undefined) {
    query = query.where("timestamp", ">=", BigInt(range.since)).where("timestamp", "<", BigInt(range.until));
  }
  const rows = await query.groupBy(["provider", "model", "service_tier", "unpriced_reason"])
    .orderBy("tokens", "desc").orderBy("provider").orderBy("model").orderBy("service_tier").orderBy("unpriced_reason")
    .limit(LIMITS.query_rows + 1).execute();
  if (rows.length > LIMITS.query_rows) {
    throw new CostopsError(
      "too_large",
      `Cannot list more than ${LIMITS.query_rows} unpriced models: ask for a shorter period`,
    );
  }
  return rows.map((row) => ({
    ...row,
    reason: readReason(row.reason),
    first_seen: Number(row.first_seen),
    last_seen: Number(row.last_seen),
  }));
}

function readReason(text: string | null): UnpricedReason {
  const reason = UNPRICED_REASONS.find((known) => known === text);
  if (reason !== undefined) return reason;
  throw new CostopsError("storage_failure", `Cannot read "${text}" as the reason why a record has no price`);
}
