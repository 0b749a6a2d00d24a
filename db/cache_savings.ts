/**
 * Cached tokens by the price they were given, from which follows what caching saved.
 */

import { sql } from "kysely";
import { CACHED_UNITS, type CachedTokens, type CachedUnit } from "../core/analytics/cache_savings.ts";
import { CostopsError } from "../core/error.ts";
import { LIMITS } from "../core/limits.ts";
import { readAppliedPrice } from "../core/pricing/applied_price.ts";
import type { AppliedPrice } from "../core/pricing/price.ts";
import { OTHER_UNITS, type OtherUnitName } from "../core/usage/units.ts";
import type { Queries } from "./database.ts";
import { type KeptRecords, whereKept } from "./kept_records.ts";

/**
 * Adds up the cached tokens of what is priced, by provider, model and applied price: as many rows as there are prices,
 * however many records. Fails with `too_large` beyond LIMITS.query_rows.
 */
export async function readCachedTokens(queries: Queries, kept: KeptRecords): Promise<CachedTokens[]> {
  const sums = CACHED_UNITS.map((unit) => sql`cast(sum(${tokensOf(unit)}) as bigint) as ${sql.ref(unit)}`);
  const { rows } = await sql<Record<string, unknown>>`
    with sums as (
      select t.provider, t.model, t.applied_price_id, ${sql.join(sums)}
      from usage as t
      where ${whereKept(kept)} and t.applied_price_id is not null and t.cache_read_tokens + t.cache_write_5m_tokens
        + t.cache_write_1h_tokens + t.modal_cache_read_tokens + t.modal_cache_write_tokens > 0
      group by t.applied_price_id, t.provider, t.model
    )
    select s.*, a.body as body
    from sums as s join applied_prices as a on a.id = s.applied_price_id
    limit ${LIMITS.query_rows + 1}`.execute(queries);
  if (rows.length > LIMITS.query_rows) {
    throw new CostopsError(
      "too_large",
      `Cannot add up what caching saved at more than ${LIMITS.query_rows} prices: filter, or ask for a shorter period`,
    );
  }
  const prices = new Map<bigint, AppliedPrice>();
  return rows.map((row) => {
    const id = row.applied_price_id as bigint;
    const price = prices.get(id) ?? readAppliedPrice(row.body as string);
    prices.set(id, price);
    const tokens = CACHED_UNITS.map((unit): [CachedUnit, bigint] => [unit, row[unit] as bigint]);
    return { provider: row.provider as string, model: row.model as string, price, tokens: Object.fromEntries(tokens) };
  });
}

/** The rarer units are looked for only where a row says that it has any. */
function tokensOf(unit: CachedUnit) {
  if (!Object.hasOwn(OTHER_UNITS, unit)) return sql`t.${sql.ref(unit)}`;
  const column = OTHER_UNITS[unit as CachedUnit & OtherUnitName].column === "cache_read_tokens"
    ? sql`t.modal_cache_read_tokens`
    : sql`t.modal_cache_write_tokens`;
  return sql`case when ${column} > 0 then cast(coalesce(t.units ->> ${sql.lit(unit)}, '0') as bigint) else 0 end`;
}
