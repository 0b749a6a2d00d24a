/**
 * What single records tell of a period and no roll-up does: latencies, statuses, savings, first and last record.
 */

import { sql } from "kysely";
import { savedByCaching } from "../core/analytics/cache_savings.ts";
import type { CallQuality } from "../core/analytics/call_quality.ts";
import { type GroupFacts, groupKey } from "../core/analytics/compare_groups.ts";
import type { CostQuery } from "../core/analytics/query.ts";
import type { UsageFacts } from "../core/analytics/statistics.ts";
import { CostopsError } from "../core/error.ts";
import { type Usd, usdFromNanos } from "../core/money.ts";
import { UNPRICED_REASONS } from "../core/pricing/price.ts";
import { readCachedTokens } from "./cache_savings.ts";
import { inSnapshot } from "./costs.ts";
import type { Database, Queries } from "./database.ts";
import { findKeptRecords, type KeptRecords, whereKept } from "./kept_records.ts";
import { type LatencyAnswer, readLatencies } from "./latency.ts";
import { countStatuses, type StatusCount, sumStatuses } from "./statuses.ts";

/**
 * Reads what records tell of each group of a query, in one snapshot. Below the mark of retention there are none to tell:
 * `records_since` says from when on there are. Savings are read when `hasSavings`, of queries by provider and model.
 */
export async function readGroupFacts(
  database: Database,
  query: CostQuery,
  { hasSavings }: { readonly hasSavings: boolean },
): Promise<GroupFacts> {
  return await inSnapshot(database, async (queries) => {
    const kept = await findKeptRecords(queries, query);
    const latencies = await readLatencies(queries, kept, query.group_by);
    const statuses = await countStatuses(queries, kept, query.group_by);
    return {
      quality: joinQuality(latencies, statuses),
      whole: { latencies: latencies.whole, statuses: sumStatuses(statuses) },
      savings: hasSavings && kept.isWhole ? await readSavings(queries, kept) : new Map(),
      records_since: kept.isWhole ? null : kept.since,
    };
  });
}

/** Statuses that statistics list; the others are in the counts. */
const LISTED_STATUSES = 20;

/** Reads what records tell of a whole query, in one snapshot; below the mark of retention as {@link readGroupFacts}. */
export async function readUsageFacts(database: Database, query: CostQuery): Promise<UsageFacts> {
  return await inSnapshot(database, async (queries) => {
    const kept = await findKeptRecords(queries, query);
    const latencies = await readLatencies(queries, kept, []);
    const statuses = await countStatuses(queries, kept, []);
    return {
      quality: { latencies: latencies.whole, statuses: sumStatuses(statuses) },
      ...await readEnds(queries, kept),
      statuses: statuses.slice(0, LISTED_STATUSES),
      unpriced: await readUnpriced(queries, kept),
      records_since: kept.isWhole ? null : kept.since,
    };
  });
}

/** The start of the first UTC day with any usage of an organization, dropped records included; null when there is none. */
export async function findFirstDay({ reader }: Database, organization_id: string): Promise<number | null> {
  const { first } = await reader.selectFrom("usage_by_day").select((of) =>
    of.fn.min<bigint | null>("start").as("first")
  )
    .where("organization_id", "=", organization_id).executeTakeFirstOrThrow();
  return first === null ? null : Number(first);
}

function joinQuality(latencies: LatencyAnswer, counts: readonly StatusCount[]): Map<string, CallQuality> {
  const quality = new Map<string, CallQuality>();
  for (const { dimensions, latencies: found } of latencies.groups) {
    quality.set(groupKey(dimensions), { latencies: found });
  }
  for (const [key, group] of Map.groupBy(counts, ({ dimensions }) => groupKey(dimensions))) {
    quality.set(key, { ...quality.get(key), statuses: sumStatuses(group) });
  }
  return quality;
}

/** Rounded once for each provider, model and price; a group's savings are the exact sum of those. */
async function readSavings(queries: Queries, kept: KeptRecords): Promise<Map<string, Usd | null>> {
  const savings = new Map<string, Usd | null>();
  for (const cached of await readCachedTokens(queries, kept)) {
    const key = groupKey([cached.provider, cached.model]);
    const before = savings.get(key);
    const saved = savedByCaching(cached);
    savings.set(key, saved === null || before === null ? null : usdFromNanos((before ?? 0n) + saved));
  }
  return savings;
}

async function readEnds(queries: Queries, kept: KeptRecords) {
  const { rows } = await sql<{ first_record: bigint | null; last_record: bigint | null }>`
    select min(t.timestamp) as first_record, max(t.timestamp) as last_record
    from usage as t
    where ${whereKept(kept)}`.execute(queries);
  const { first_record, last_record } = rows[0]!;
  return {
    first_record: first_record === null ? null : Number(first_record),
    last_record: last_record === null ? null : Number(last_record),
  };
}

async function readUnpriced(queries: Queries, kept: KeptRecords): Promise<UsageFacts["unpriced"]> {
  const { rows } = await sql<{ reason: string; records: bigint; tokens: bigint }>`
    select t.unpriced_reason as reason, cast(count(*) as bigint) as records, cast(sum(
      t.input_tokens + t.cache_read_tokens + t.cache_write_5m_tokens + t.cache_write_1h_tokens + t.output_tokens
      + t.modal_input_tokens + t.modal_cache_read_tokens + t.modal_cache_write_tokens + t.modal_output_tokens
    ) as bigint) as tokens
    from usage as t
    where ${whereKept(kept)} and t.unpriced_reason is not null
    group by t.unpriced_reason
    order by records desc, reason`.execute(queries);
  return rows.map(({ reason, records, tokens }) => {
    const known = UNPRICED_REASONS.find((name) => name === reason);
    if (known !== undefined) return { reason: known, records, tokens };
    throw new CostopsError("storage_failure", `Cannot read "${reason}" as the reason why a record has no price`);
  });
}
