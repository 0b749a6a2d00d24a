/**
 * Prices stored usage again: rows, roll-ups and the audit log in one transaction, or a preview that writes nothing.
 */

import type { CostQuery, TimeRange } from "../core/analytics/query.ts";
import { CostopsError } from "../core/error.ts";
import { LIMITS } from "../core/limits.ts";
import { formatUsd, type Usd, usdFromNanos, ZERO_USD } from "../core/money.ts";
import type { AppliedPrice, Cost } from "../core/pricing/price.ts";
import { recordAudit } from "./audit.ts";
import type { Database, Queries } from "./database.ts";
import type { Act } from "./organizations.ts";
import { adjustRollups } from "./rollup_changes.ts";
import type { RollupChange } from "./rollups.ts";
import { type StoredUsage, toRollupChange, toStoredUsage, type UsageRow } from "./usage.ts";
import { type StoredPrice, storePrice } from "./usage_columns.ts";
import { walkUsage } from "./usage_walk.ts";

/** Which records are priced again. */
export interface RepriceSelection {
  readonly organization_id: string;
  /** Everything when it is not given. */
  readonly range: TimeRange | undefined;
  readonly filter: CostQuery["filter"];
}

/** What pricing again does to the records of one model, or to all of them. */
export interface RepriceTotals {
  readonly records: number;
  /** Records whose cost, price or reason becomes another. */
  readonly changed: number;
  /** Those among them whose amount becomes another. */
  readonly changed_amounts: number;
  readonly newly_priced: number;
  readonly newly_unpriced: number;
  /** Records that had no price before, and that have none after. */
  readonly unpriced_before: number;
  readonly unpriced_after: number;
  /** Sums of what is priced, of all records that were looked at; of those without a price nothing is known. */
  readonly before: Usd;
  readonly after: Usd;
}

/** The records of one model. */
export interface RepricedModel extends RepriceTotals {
  readonly provider: string;
  readonly model: string;
}

/** What pricing again did, or would do. */
export interface RepriceResult extends RepriceTotals {
  /** By provider and model. */
  readonly models: readonly RepricedModel[];
}

/**
 * Prices every selected record again and keeps what differs, all of it or nothing. With `is_preview` nothing is
 * written. Fails with `invalid` when a record would cost more than `LIMITS.record_nanos`.
 */
export function repriceUsage(
  database: Database,
  selection: RepriceSelection,
  { price, is_preview, actor, now }: Act & {
    readonly price: (stored: StoredUsage) => Cost;
    readonly is_preview: boolean;
  },
): Promise<RepriceResult> {
  if (is_preview) return walk(database.scanner, { selection, price });
  return database.write(async (queries) => {
    const writer = new PriceWriter(queries);
    const result = await walk(queries, { selection, price, write: (changes) => writer.write(changes) });
    if (result.changed > 0) {
      const { organization_id } = selection;
      const detail = describe(selection, result);
      await recordAudit(queries, { organization_id, at: now, actor, action: "usage.reprice", detail });
    }
    return result;
  }, { usage_of: selection.organization_id });
}

/** A row and what it costs now. */
interface Repriced {
  readonly row: UsageRow;
  readonly cost: Cost;
  readonly applied: StoredPrice | null;
}

interface Walk {
  readonly selection: RepriceSelection;
  readonly price: (stored: StoredUsage) => Cost;
  readonly write?: (changes: readonly Repriced[]) => Promise<void>;
}

async function walk(queries: Queries, { selection, price, write }: Walk): Promise<RepriceResult> {
  const models = new Map<string, RepricedModel>();
  const prices = new WeakMap<AppliedPrice, StoredPrice>();
  for await (const rows of walkUsage(queries, selection)) {
    const changes: Repriced[] = [];
    for (const row of rows) {
      const repriced = repriceRow(row, { price, prices });
      const key = `${row.provider}\n${row.model}`;
      models.set(key, addTotals(models.get(key) ?? { ...NOTHING, provider: row.provider, model: row.model }, repriced));
      if (isChanged(repriced)) changes.push(repriced);
    }
    if (changes.length > 0) await write?.(changes);
  }
  const inOrder = [...models].sort(([one], [other]) => one < other ? -1 : 1).map(([, model]) => model);
  return { ...sumTotals(inOrder), models: inOrder };
}

function repriceRow(
  row: UsageRow,
  { price, prices }: { price: (stored: StoredUsage) => Cost; prices: WeakMap<AppliedPrice, StoredPrice> },
): Repriced {
  const cost = price(toStoredUsage(row));
  if (cost.amount === null) return { row, cost, applied: null };
  if (cost.amount > LIMITS.record_nanos) {
    throw new CostopsError(
      "invalid",
      `Cannot price "${row.id}" again: it would cost $${formatUsd(cost.amount)}, more than one record may`,
    );
  }
  let applied = prices.get(cost.price);
  if (applied === undefined) prices.set(cost.price, applied = storePrice(cost.price));
  return { row, cost, applied };
}

function isChanged({ row, cost, applied }: Repriced): boolean {
  const reason = cost.amount === null ? cost.reason : null;
  return row.cost_nanos !== cost.amount || row.unpriced_reason !== reason ||
    row.applied_price_id !== (applied?.id ?? null);
}

/** Writes changed costs within one transaction. */
class PriceWriter {
  readonly #queries: Queries;
  readonly #stored = new Set<bigint>();

  constructor(queries: Queries) {
    this.#queries = queries;
  }

  async write(changes: readonly Repriced[]): Promise<void> {
    const rollups: RollupChange[] = [];
    for (const change of changes) {
      const after = await this.#writeRow(change);
      rollups.push(toRollupChange(change.row, -1n), toRollupChange(after, 1n));
    }
    await adjustRollups(this.#queries, rollups);
  }

  async #writeRow({ row, cost, applied }: Repriced): Promise<UsageRow> {
    if (applied !== null) await this.#storePrice(applied);
    const costs = {
      cost_nanos: cost.amount,
      unpriced_reason: cost.amount === null ? cost.reason : null,
      applied_price_id: applied?.id ?? null,
    };
    await this.#queries.updateTable("usage").set(costs)
      .where("organization_id", "=", row.organization_id).where("timestamp", "=", row.timestamp)
      .where("id", "=", row.id).execute();
    return { ...row, ...costs };
  }

  async #storePrice({ id, body }: StoredPrice): Promise<void> {
    if (this.#stored.has(id)) return;
    await this.#queries.insertInto("applied_prices").values({ id, body })
      .onConflict((conflict) => conflict.column("id").doNothing()).execute();
    const kept = await this.#queries.selectFrom("applied_prices").select("body").where("id", "=", id)
      .executeTakeFirstOrThrow();
    if (kept.body !== body) throw new Error(`two applied prices have the id ${id}`);
    this.#stored.add(id);
  }
}

const NOTHING: RepriceTotals = {
  records: 0,
  changed: 0,
  changed_amounts: 0,
  newly_priced: 0,
  newly_unpriced: 0,
  unpriced_before: 0,
  unpriced_after: 0,
  before: ZERO_USD,
  after: ZERO_USD,
};

function addTotals(model: RepricedModel, repriced: Repriced): RepricedModel {
  const { row: { cost_nanos }, cost: { amount } } = repriced;
  return {
    ...model,
    records: model.records + 1,
    changed: model.changed + (isChanged(repriced) ? 1 : 0),
    changed_amounts: model.changed_amounts + (cost_nanos !== amount ? 1 : 0),
    newly_priced: model.newly_priced + (cost_nanos === null && amount !== null ? 1 : 0),
    newly_unpriced: model.newly_unpriced + (cost_nanos !== null && amount === null ? 1 : 0),
    unpriced_before: model.unpriced_before + (cost_nanos === null ? 1 : 0),
    unpriced_after: model.unpriced_after + (amount === null ? 1 : 0),
    before: usdFromNanos(model.before + (cost_nanos ?? 0n)),
    after: usdFromNanos(model.after + (amount ?? 0n)),
  };
}

function sumTotals(models: readonly RepricedModel[]): RepriceTotals {
  return models.reduce<RepriceTotals>((sum, model) => ({
    records: sum.records + model.records,
    changed: sum.changed + model.changed,
    changed_amounts: sum.changed_amounts + model.changed_amounts,
    newly_priced: sum.newly_priced + model.newly_priced,
    newly_unpriced: sum.newly_unpriced + model.newly_unpriced,
    unpriced_before: sum.unpriced_before + model.unpriced_before,
    unpriced_after: sum.unpriced_after + model.unpriced_after,
    before: usdFromNanos(sum.before + model.before),
    after: usdFromNanos(sum.after + model.after),
  }), NOTHING);
}

function describe({ range, filter }: RepriceSelection, { models: _models, ...totals }: RepriceResult) {
  return {
    ...totals,
    before: formatUsd(totals.before),
    after: formatUsd(totals.after),
    since: range === undefined ? null : new Date(range.since).toISOString(),
    until: range === undefined ? null : new Date(range.until).toISOString(),
    filter: Object.fromEntries(filter),
  };
}
