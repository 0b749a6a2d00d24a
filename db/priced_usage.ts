/**
 * Walks stored usage with the prices it was given, in the order of time, as it was at one instant.
 */

import type { CostQuery } from "../core/analytics/query.ts";
import { CostopsError } from "../core/error.ts";
import { readAppliedPrice } from "../core/pricing/applied_price.ts";
import { type RateStep, thawPrice } from "../core/pricing/rate_plan.ts";
import type { Database, Queries } from "./database.ts";
import { beyondMark, findPruneMark } from "./retention.ts";
import type { UsageRow } from "./usage.ts";
import { walkUsage } from "./usage_walk.ts";

/** A row, and the price that its cost was worked out with; null when it has none. */
export interface PricedRow {
  readonly row: UsageRow;
  readonly step: RateStep | null;
}

/**
 * Gives the rows of a query to `take`, page by page; its grouping is for who takes them. Fails with `beyond_retention`
 * when some of them are gone, with `storage_failure` when a price is, and as `take` does.
 */
export async function walkPricedUsage(
  database: Database,
  query: CostQuery,
  take: (rows: readonly PricedRow[]) => void | Promise<void>,
): Promise<void> {
  const { organization_id, range, filter } = query;
  await database.scanner.transaction().setIsolationLevel("repeatable read").execute(async (queries) => {
    const mark = await findPruneMark(queries, organization_id);
    if (mark !== undefined && range.since < mark) throw beyondMark("export", mark);
    const prices = new Map<bigint, RateStep>();
    for await (const rows of walkUsage(queries, { organization_id, range, filter })) {
      const ids = rows.flatMap(({ applied_price_id: id }) => id === null || prices.has(id) ? [] : [id]);
      await readPrices(queries, { ids: [...new Set(ids)], prices });
      await take(rows.map((row) => ({ row, step: findStep(row, prices) })));
    }
  });
}

/** Statements take no more parameters than this at once, on any database. */
const IDS = 500;

async function readPrices(
  queries: Queries,
  { ids, prices }: { readonly ids: readonly bigint[]; readonly prices: Map<bigint, RateStep> },
): Promise<void> {
  for (let at = 0; at < ids.length; at += IDS) {
    const found = await queries.selectFrom("applied_prices").select(["id", "body"])
      .where("id", "in", ids.slice(at, at + IDS)).execute();
    for (const { id, body } of found) prices.set(id, thawPrice(readAppliedPrice(body)));
  }
}

function findStep({ id, applied_price_id }: UsageRow, prices: ReadonlyMap<bigint, RateStep>): RateStep | null {
  if (applied_price_id === null) return null;
  const step = prices.get(applied_price_id);
  if (step !== undefined) return step;
  throw new CostopsError("storage_failure", `Cannot read the price of the record ${JSON.stringify(id)}: it is gone`);
}
