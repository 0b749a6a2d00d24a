/**
 * Why a cost is not what was expected: volume, mix, price, cache and tokens per request, models that came or went, usage
 * without a price. The parts add up to the difference exactly.
 *
 * The cost of a model is requests × its share × (prompt tokens × how they were cached + output tokens) × its price level.
 * The difference is shared out by the Shapley value (Shapley 1953; Ang, Huang & Mu 2009 on decompositions that leave no
 * residual): each factor's mean effect over every order in which the factors may change.
 */

import { type Usd, usdFromNanos } from "../money.ts";
import { settleUsd } from "./split_usd.ts";

/** What a difference may be due to. */
export const CAUSES = [
  "volume",
  "mix",
  "price",
  "cache",
  "tokens_per_request",
  "new_model",
  "gone_model",
  "unpriced",
] as const;
export type CauseName = (typeof CAUSES)[number];

/** One cause and its part of the difference. */
export interface Cause {
  readonly name: CauseName;
  /** The model that came, went or has no price; null for what concerns all of them. */
  readonly model: string | null;
  readonly amount: Usd;
}

/** What one model was used for and cost, in sums; of the expected period they may be means of several. */
export interface ModelUsage {
  readonly model: string;
  readonly requests: number;
  /** Uncached. */
  readonly input_tokens: number;
  readonly cache_read_tokens: number;
  readonly cache_write_tokens: number;
  readonly output_tokens: number;
  /** Nano-dollars of what is priced. */
  readonly cost_nanos: number;
  /** The part of its records that has no price, from 0 to 1. */
  readonly unpriced_share: number;
}

/** What tokens cost beside an uncached input token of the same model. */
export interface RelativeRates {
  readonly cache_read: number;
  readonly cache_write: number;
  readonly output: number;
}

/** What is explained. */
export interface Difference {
  readonly expected: Usd;
  readonly actual: Usd;
  /** By model; scaled to what was expected. */
  readonly before: readonly ModelUsage[];
  readonly after: readonly ModelUsage[];
  /** By model; {@link USUAL_RATES} for others. */
  readonly rates?: ReadonlyMap<string, RelativeRates>;
}

/** What tokens cost beside an uncached input token where a model's prices are not known, as most providers have it. */
export const USUAL_RATES: RelativeRates = { cache_read: 0.1, cache_write: 1.25, output: 5 };

/** Explains a difference: its causes by size, those of no amount left out unless usage without a price is one. */
export function explainDifference({ expected, actual, before, after, rates }: Difference): Cause[] {
  const scaled = scaleTo(Number(expected), before);
  const old = new Map(scaled.map((usage) => [usage.model, usage]));
  const now = new Map(after.map((usage) => [usage.model, usage]));
  const parts: { name: CauseName; model: string | null; nanos: number }[] = [];
  for (const [model, usage] of now) {
    if (!isUsed(old.get(model))) parts.push({ name: "new_model", model, nanos: usage.cost_nanos });
  }
  for (const [model, usage] of old) {
    if (!isUsed(now.get(model))) parts.push({ name: "gone_model", model, nanos: -usage.cost_nanos });
  }
  const kept = [...now.keys()].filter((model) => isUsed(old.get(model)) && isUsed(now.get(model)));
  const pairs = kept.map((model) => pairOf(old.get(model)!, now.get(model)!, rates?.get(model) ?? USUAL_RATES));
  for (const [name, nanos] of shareOut(pairs)) parts.push({ name, model: null, nanos });
  const unpriced = [...now.values()].filter((usage) =>
    usage.unpriced_share !== (old.get(usage.model)?.unpriced_share ?? 0)
  );
  for (const { model } of unpriced) {
    const pair = pairs.find((pair) => pair.model === model);
    parts.push({ name: "unpriced", model, nanos: pair === undefined ? 0 : pair.unpriced_nanos });
  }
  if (parts.length === 0) return [];
  const amounts = settleUsd(usdFromNanos(actual - expected), parts.map(({ nanos }) => nanos));
  return parts.map(({ name, model }, at): Cause => ({ name, model, amount: amounts[at]! }))
    .filter(({ name, amount }) => amount !== 0n || name === "unpriced")
    .sort((a, b) => compareSizes(b.amount, a.amount) || CAUSES.indexOf(a.name) - CAUSES.indexOf(b.name));
}

/** The factors of one model before and after, priced as if all of it had a price. */
interface ModelPair {
  readonly model: string;
  readonly before: Factors;
  readonly after: Factors;
  /** How much less is priced than before, at the model's own price level. */
  readonly unpriced_nanos: number;
}

interface Factors {
  readonly requests: number;
  readonly prompt: number;
  readonly output: number;
  /** What a prompt token costs beside an uncached one. */
  readonly cached: number;
  /** Nano-dollars of an uncached input token, as the cost implies. */
  readonly price: number;
}

function pairOf(before: ModelUsage, after: ModelUsage, rates: RelativeRates): ModelPair {
  const old = fullCost(before, costEach(after));
  const now = fullCost(after, costEach(before));
  const prices = pricesOf(
    { cost_nanos: old, weight: weigh(before, rates) },
    { cost_nanos: now, weight: weigh(after, rates) },
  );
  return {
    model: after.model,
    before: factorsOf(before, { cost_nanos: old, rates, price: prices?.[0] }),
    after: factorsOf(after, { cost_nanos: now, rates, price: prices?.[1] }),
    unpriced_nanos: after.cost_nanos - now - (before.cost_nanos - old),
  };
}

/** Tokens as so many uncached input tokens. */
function weigh(usage: ModelUsage, rates: RelativeRates): number {
  return weighPrompt(usage, rates) + rates.output * usage.output_tokens;
}

function weighPrompt(
  { input_tokens, cache_read_tokens, cache_write_tokens }: ModelUsage,
  rates: RelativeRates,
): number {
  return input_tokens + rates.cache_read * cache_read_tokens + rates.cache_write * cache_write_tokens;
}

interface Weighed {
  readonly cost_nanos: number;
  readonly weight: number;
}

/**
 * What an uncached input token cost before and after. Where only what is free was used, it tells nothing of a price, which
 * is taken to be that of the other time. Undefined where tokens do not tell what usage costs.
 */
function pricesOf(before: Weighed, after: Weighed): readonly [number, number] | undefined {
  const [old, now] = [before, after].map(({ cost_nanos, weight }) => weight > 0 ? cost_nanos / weight : undefined);
  if (old !== undefined && now !== undefined) return [old, now];
  if (old !== undefined && after.cost_nanos === 0) return [old, old];
  if (now !== undefined && before.cost_nanos === 0) return [now, now];
  return undefined;
}

/** What usage would cost if its records without a price cost as much as the others, or as those of the other period. */
function fullCost(usage: ModelUsage, each_other: number): number {
  return usage.unpriced_share < 1 ? costEach(usage) * usage.requests : each_other * usage.requests;
}

/** What a request of what is priced costs, 0 when nothing is. */
function costEach({ cost_nanos, unpriced_share, requests }: ModelUsage): number {
  return unpriced_share < 1 ? cost_nanos / (1 - unpriced_share) / requests : 0;
}

function factorsOf(
  usage: ModelUsage,
  { cost_nanos, rates, price }: {
    readonly cost_nanos: number;
    readonly rates: RelativeRates;
    readonly price: number | undefined;
  },
): Factors {
  const { requests } = usage;
  // What is not billed by tokens has a price for each request.
  if (price === undefined) return { requests, prompt: 1, output: 0, cached: 1, price: cost_nanos / requests };
  const prompt = promptOf(usage);
  const output = rates.output * usage.output_tokens;
  const cached = prompt === 0 ? 1 : weighPrompt(usage, rates) / prompt;
  return { requests, prompt: prompt / requests, output: output / requests, cached, price };
}

function promptOf({ input_tokens, cache_read_tokens, cache_write_tokens }: ModelUsage): number {
  return input_tokens + cache_read_tokens + cache_write_tokens;
}

const SHARED = ["volume", "mix", "price", "cache", "tokens_per_request"] as const;

/** The Shapley value of each factor, in nano-dollars. */
function shareOut(pairs: readonly ModelPair[]): [CauseName, number][] {
  if (pairs.length === 0) return [];
  const costs = Array.from({ length: 2 ** SHARED.length }, (_, changed) => costWith(pairs, changed));
  return SHARED.map((name, factor) => {
    let value = 0;
    for (let changed = 0; changed < costs.length; changed++) {
      if (changed & (1 << factor)) continue;
      value += weightOf(changed) * (costs[changed | (1 << factor)]! - costs[changed]!);
    }
    return [name, value];
  });
}

/** The part of all orders in which exactly these factors have changed before the next one does. */
function weightOf(changed: number): number {
  const count = SHARED.filter((_, factor) => changed & (1 << factor)).length;
  return factorial(count) * factorial(SHARED.length - count - 1) / factorial(SHARED.length);
}

function factorial(n: number): number {
  return n <= 1 ? 1 : n * factorial(n - 1);
}

/** The cost of all models where the factors in `changed` (bits in the order of SHARED) are those after. */
function costWith(pairs: readonly ModelPair[], changed: number): number {
  const pick = (factor: number) => changed & (1 << factor) ? "after" as const : "before" as const;
  const [volume, mix, price, cache, tokens] = SHARED.map((_, factor) => pick(factor)) as [Side, Side, Side, Side, Side];
  const requests = { before: sumRequests(pairs, "before"), after: sumRequests(pairs, "after") };
  return pairs.reduce((sum, pair) => {
    const share = pair[mix].requests / requests[mix];
    const each = pair[tokens].prompt * pair[cache].cached + pair[tokens].output;
    return sum + requests[volume] * share * each * pair[price].price;
  }, 0);
}

type Side = "before" | "after";

function sumRequests(pairs: readonly ModelPair[], side: Side): number {
  return pairs.reduce((sum, pair) => sum + pair[side].requests, 0);
}

function scaleTo(expected_nanos: number, usages: readonly ModelUsage[]): ModelUsage[] {
  const total = usages.reduce((sum, { cost_nanos }) => sum + cost_nanos, 0);
  const factor = total === 0 ? 1 : expected_nanos / total;
  return usages.map((usage) => ({
    ...usage,
    requests: usage.requests * factor,
    input_tokens: usage.input_tokens * factor,
    cache_read_tokens: usage.cache_read_tokens * factor,
    cache_write_tokens: usage.cache_write_tokens * factor,
    output_tokens: usage.output_tokens * factor,
    cost_nanos: usage.cost_nanos * factor,
  }));
}

function isUsed(usage: ModelUsage | undefined): boolean {
  return usage !== undefined && usage.requests > 0;
}

function compareSizes(a: bigint, b: bigint): number {
  const [x, y] = [a < 0n ? -a : a, b < 0n ? -b : b];
  return x < y ? -1 : x > y ? 1 : 0;
}
