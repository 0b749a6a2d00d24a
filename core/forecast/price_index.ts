/**
 * What the usage of late would cost at another time: by it a price change is seen before it comes.
 */

import type { CostRow } from "../analytics/measures.ts";
import type { Interval, TimeBucket } from "../analytics/query.ts";
import { toApproximateDollars } from "../money.ts";
import { priceUsage } from "../pricing/cost.ts";
import type { FoundPrice } from "../pricing/found_price.ts";
import type { PriceBook } from "../pricing/price_book.ts";
import type { ServiceTier } from "../usage/record.ts";

/** The usage of one model at one service tier. */
export interface ModelUsage {
  readonly provider: string;
  readonly model: string;
  readonly service_tier: ServiceTier;
  /** Of a group's dimensions, in their order. */
  readonly group: readonly (string | null)[];
  readonly measures: CostRow["measures"];
}

/** The price level in a period, 1 in the last one that has ended. */
export type PriceIndex = (period: TimeBucket) => number;

/** A change of price that is known ahead. */
export interface PriceChange extends Pick<ModelUsage, "provider" | "model" | "service_tier"> {
  /** The first period that it is felt in. */
  readonly period: string;
  /** The price level there over the one before; null where there is no such factor. */
  readonly factor: number | null;
  /** What the forecast cannot tell: there is no price from then on, or there was none to pay before. */
  readonly unknown?: "no price" | "free before";
}

/** What prices are looked up with. */
export interface PricedTime {
  readonly book: PriceBook;
  readonly organization_id: string;
  readonly interval: Interval;
  readonly history: readonly TimeBucket[];
  readonly future: readonly TimeBucket[];
}

const HOUR_MS = 3_600_000;
/** Instants of a period at which prices are looked up; of longer ones at every hour of the clock, as some prices want. */
const STEP_MS: Readonly<Record<Interval, number>> = {
  hour: HOUR_MS / 4,
  day: HOUR_MS,
  week: 7 * HOUR_MS,
  month: 25 * HOUR_MS,
};

/** Prices that hold in a period: how many of its instants each holds at, and the first of them. */
type FoundPrices = Map<FoundPrice, { readonly count: number; readonly at: number }>;

/** What is known of the prices of a model. */
interface ModelPrices {
  /** Whether some hold for hours of the day only. */
  readonly has_hours: boolean;
  /** When one begins or ends. */
  readonly changes: readonly number[];
  readonly periods: Map<number, FoundPrices>;
}

/** Prices the usage of models in any period; what was priced once at a price is remembered. */
export class PriceLevels {
  readonly time: PricedTime;
  readonly #costs = new Map<ModelUsage, Map<FoundPrice, number | null>>();
  readonly #levels = new Map<ModelUsage, Map<number, number | null>>();
  readonly #found = new Map<string, ModelPrices>();

  constructor(time: PricedTime) {
    this.time = time;
  }

  /**
   * The index of several models together, each weighed by what its usage costs. A model that has no price at some time of
   * the forecast, or in the period that is 1, says nothing of it.
   */
  indexOf(usages: readonly ModelUsage[]): PriceIndex {
    const { history, future } = this.time;
    const last = history.at(-1);
    const weighed = usages.filter((usage) =>
      [...(last === undefined ? [] : [last]), ...future].every((period) => this.#level(usage, period) !== null)
    );
    const sum = (period: TimeBucket): number | null => {
      let total = 0;
      for (const usage of weighed) {
        const level = this.#level(usage, period);
        if (level === null) return null;
        total += level;
      }
      return total;
    };
    const base = last === undefined ? 0 : sum(last) ?? 0;
    return (period) => {
      const level = base > 0 ? sum(period) : null;
      // A time before its first price tells nothing of what its usage is worth now.
      return level === null ? 1 : level / base;
    };
  }

  /** The changes that the forecast's periods bring to these models, at most one a period each. */
  findChanges(usages: readonly ModelUsage[]): PriceChange[] {
    const { history, future, interval } = this.time;
    const changes: PriceChange[] = [];
    for (const usage of usages) {
      // Prices by the hour repeat every day: the hours of a day are all known.
      const known = history.slice(interval === "hour" ? -25 : -1);
      const levels = new Set(known.map((period) => this.#level(usage, period)));
      let before = known.length === 0 ? null : this.#level(usage, known.at(-1)!);
      for (const period of future) {
        const level = this.#level(usage, period);
        if (!levels.has(level) && before !== null) {
          const { provider, model, service_tier } = usage;
          const change = { provider, model, service_tier, period: period.label };
          if (level === null) changes.push({ ...change, factor: null, unknown: "no price" });
          else if (before === 0) changes.push({ ...change, factor: null, unknown: "free before" });
          else changes.push({ ...change, factor: level / before });
          levels.add(level);
        }
        before = level ?? before;
      }
    }
    return changes;
  }

  /** What a usage costs at the prices of a period, on average over it; null when there is no price at some time of it. */
  #level(usage: ModelUsage, period: TimeBucket): number | null {
    let levels = this.#levels.get(usage);
    if (levels === undefined) this.#levels.set(usage, levels = new Map());
    const known = levels.get(period.since);
    if (known !== undefined) return known;
    const level = this.#averageCost(usage, period);
    levels.set(period.since, level);
    return level;
  }

  #averageCost(usage: ModelUsage, period: TimeBucket): number | null {
    let sum = 0;
    let instants = 0;
    const found = this.#pricesIn(usage, period);
    for (const [price, { count, at }] of found) {
      const cost = this.#costAt(usage, price, at);
      if (cost === null) return null;
      // One price for the whole period gives its cost as it is, to the last digit.
      if (found.size === 1) return cost;
      sum += cost * count;
      instants += count;
    }
    return sum / instants;
  }

  /** The prices that hold in a period, by how many of its instants: the same for everybody who uses the model. */
  #pricesIn({ provider, model, service_tier }: ModelUsage, { since, until }: TimeBucket): FoundPrices {
    const { book, organization_id, interval } = this.time;
    const name = JSON.stringify([provider, model, service_tier]);
    let known = this.#found.get(name);
    if (known === undefined) {
      const entries = book.show(provider, model, { at: since, organization_id });
      const ends = entries.flatMap(({ effective_from, effective_to }) => [effective_from, effective_to]);
      known = {
        has_hours: entries.some(({ hours }) => hours !== null),
        changes: ends.flatMap((instant) => instant === null ? [] : [Date.parse(instant)]),
        periods: new Map(),
      };
      this.#found.set(name, known);
    }
    const before = known.periods.get(since);
    if (before !== undefined) return before;
    const isSteady = !known.has_hours && !known.changes.some((instant) => instant > since && instant < until);
    const found: FoundPrices = new Map();
    for (let at = since; at < until; at += isSteady ? until - since : STEP_MS[interval]) {
      const price = book.findPrice({ organization_id, provider, model, service_tier, region: null, timestamp: at });
      const same = found.get(price);
      found.set(price, { count: (same?.count ?? 0) + 1, at: same?.at ?? at });
    }
    known.periods.set(since, found);
    return found;
  }

  #costAt(usage: ModelUsage, found: FoundPrice, timestamp: number): number | null {
    let costs = this.#costs.get(usage);
    if (costs === undefined) this.#costs.set(usage, costs = new Map());
    const known = costs.get(found);
    if (known !== undefined) return known;
    const { book, organization_id } = this.time;
    const { provider, model, service_tier, measures } = usage;
    const { amount } = priceUsage({
      organization_id,
      provider,
      model,
      service_tier,
      timestamp,
      region: null,
      input_tokens: Number(measures.input_tokens),
      cache_read_tokens: Number(measures.cache_read_tokens),
      cache_write_5m_tokens: Number(measures.cache_write_tokens),
      cache_write_1h_tokens: 0,
      output_tokens: Number(measures.output_tokens),
      reasoning_tokens: 0,
      // Sums say nothing of how long a request was, so none reaches a long-context price.
      units: { requests: Math.max(2, Number(measures.requests)) },
    }, book);
    const cost = amount === null ? null : toApproximateDollars(amount);
    costs.set(found, cost);
    return cost;
  }
}
