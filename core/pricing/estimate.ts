/**
 * The cost of a call before it is made, and what the same counts would cost elsewhere.
 */

import type { UsageCounts } from "../usage/record.ts";
import { priceUsage } from "./cost.ts";
import type { Cost, PriceQuestion } from "./price.ts";
import type { PriceBook } from "./price_book.ts";
import type { Usd } from "../money.ts";

/** The same call on another model. */
export interface Alternative {
  readonly provider: string;
  readonly model: string;
  readonly name: string | null;
  readonly amount: Usd;
  /** How much less it costs than the call that was asked for; positive. */
  readonly saving: Usd;
  readonly is_same_provider: boolean;
}

/** What a call would cost, with cheaper alternatives when it has a price. */
export interface Estimate {
  readonly cost: Cost;
  /** Cheapest first. */
  readonly alternatives: readonly Alternative[];
  /** How the alternatives were chosen, for people. */
  readonly chosen: string;
}

/** Providers that run the models they sell; resellers list the same models at passing prices. */
const DIRECT_PROVIDERS = ["anthropic", "cohere", "deepseek", "google", "mistral", "openai", "x-ai"];

const MAX_ALTERNATIVES = 50;

/**
 * Prices a hypothetical call and up to `count` (at most 50) cheaper models.
 *
 * An alternative is a model of the catalogue that is still offered, by the same provider or by one that sells its own
 * models, has a price above zero for every unit of the call at the same service tier, and whose context window, where
 * the catalogue knows it, holds the call. Whether its answers are as good is not for a price book to say.
 */
export function estimateCost(
  call: PriceQuestion & UsageCounts,
  { book, count }: { readonly book: PriceBook; readonly count: number },
): Estimate {
  const cost = priceUsage(call, book);
  if (cost.amount === null) return { cost, alternatives: [], chosen: "none: the call itself has no price" };
  const here = book.resolve(call.provider, call.model);
  const tokens = countTokens(call);
  const sellers = new Set([...DIRECT_PROVIDERS, ...(here.provider === null ? [] : [here.provider])]);
  const alternatives: Alternative[] = [];
  for (const provider of book.catalogue.providers) {
    if (!sellers.has(provider.id)) continue;
    const is_same_provider = provider.id === here.provider;
    for (const model of provider.models) {
      if (model.is_deprecated || (is_same_provider && model.id === here.model)) continue;
      if (model.context_window !== null && model.context_window < tokens) continue;
      const other = priceUsage({ ...call, provider: provider.id, model: model.id, region: null }, book);
      if (other.amount === null || other.amount === 0n || other.amount >= cost.amount) continue;
      const saving = (cost.amount - other.amount) as Usd;
      alternatives.push({
        provider: provider.id,
        model: model.id,
        name: model.name,
        amount: other.amount,
        saving,
        is_same_provider,
      });
    }
  }
  return {
    cost,
    alternatives: alternatives.sort(compareAlternatives).slice(0, Math.min(count, MAX_ALTERNATIVES)),
    chosen: `the cheapest models still offered by ${[...sellers].sort().join(", ")} that have a price for every unit ` +
      `of this call at the service tier ${call.service_tier}; by price alone, not by quality`,
  };
}

function compareAlternatives(one: Alternative, other: Alternative): number {
  if (one.amount !== other.amount) return one.amount < other.amount ? -1 : 1;
  if (one.is_same_provider !== other.is_same_provider) return one.is_same_provider ? -1 : 1;
  return `${one.provider} ${one.model}` < `${other.provider} ${other.model}` ? -1 : 1;
}

function countTokens(call: UsageCounts): number {
  return call.input_tokens + call.cache_read_tokens + call.cache_write_5m_tokens + call.cache_write_1h_tokens +
    call.output_tokens;
}
