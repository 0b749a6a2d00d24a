/**
 * The cost of a call before it is made, and what the same counts would cost elsewhere.
 */

import type { UsageCounts } from "../usage/record.ts";
import { type UnitName, UNITS } from "../usage/units.ts";
import { priceUsage } from "./cost.ts";
import type { AppliedPrice, Cost, PriceQuestion } from "./price.ts";
import type { PriceBook } from "./price_book.ts";
import { choosePriceKey } from "./price_keys.ts";
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
 * An alternative is a model that the catalogue does not mark deprecated, of the same provider or of one that sells its
 * own models. It is of the same kind: text goes in and comes out of it where it does of the model that was asked for. It
 * has a price above zero for every unit of the call at the same service tier, and its context window, where the catalogue
 * knows it, holds the call. Whether its answers are as good is not for a price book to say.
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
      if (!isSameKind(other.price, cost.price)) continue;
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
    chosen:
      `the cheapest models of ${[...sellers].sort().join(", ")} that are not marked deprecated in the catalogue ` +
      `${book.version}, price the same kinds of tokens and have a price for every unit of this call at the service ` +
      `tier ${call.service_tier}; by price alone, not by quality`,
  };
}

/** What tells kinds of models apart: one that answers has a price of output, one that makes embeddings has none. */
const TEXT_UNITS = ["input_tokens", "output_tokens"] as const;

function isSameKind(one: AppliedPrice, other: AppliedPrice): boolean {
  return TEXT_UNITS.every((unit) => hasRate(one, unit) === hasRate(other, unit));
}

function hasRate({ rates }: AppliedPrice, unit: UnitName): boolean {
  return choosePriceKey(UNITS[unit].dimensions, Object.keys(rates)) !== undefined;
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
