/**
 * The price book: every price there is, and which of them holds for a call at its instant.
 *
 * Order of precedence: the organization's own prices, the installation's own, the catalogue. Within own prices the more
 * specific pattern wins, then the one for hours of the day.
 */

import { distance } from "fastest-levenshtein";
import { LIMITS } from "../limits.ts";
import { type Catalogue } from "./catalogue.ts";
import { compileCatalogue } from "./catalogue_prices.ts";
import { type Candidate, type FoundPrice, noPrice } from "./found_price.ts";
import { isWithinHours } from "./hours.ts";
import { matchModel, type ModelMatch, type ResolvedModel } from "./model_match.ts";
import type { OwnPrice } from "./own_price.ts";
import { compileOwnPrices } from "./own_prices.ts";
import { listPrices, type PriceEntry, showPrices } from "./price_list.ts";
import type { PriceQuestion } from "./price.ts";

export type { FoundPrice, Unpriced } from "./found_price.ts";
export type { ResolvedModel } from "./model_match.ts";
export type { PriceEntry } from "./price_list.ts";

/** All prices as of one moment, immutable; what was looked up is remembered, within a limit. */
export interface PriceBook {
  /** The catalogue's version: `genai-prices 0.1.8`. */
  readonly version: string;
  readonly catalogue: Catalogue;
  readonly own_prices: readonly OwnPrice[];
  /** Where the names in a record lead; `provider` undefined or empty is told by the model's name where it can be. */
  resolve(provider: string | undefined, model: string): ResolvedModel;
  /** The price in force for a call at its own instant. The same price is the same object, so it can be interned. */
  findPrice(question: PriceQuestion): FoundPrice;
  /** The catalogue's model ids nearest to a name by edit distance, nearest first; of all providers when it is unknown. */
  nearestModels(provider: string | undefined, model: string, count: number): readonly string[];
  /** The prices in force at an instant, by provider and model: own prices, then the catalogue's. */
  list(options: { readonly at: number; readonly provider?: string; readonly organization_id?: string }): PriceEntry[];
  /** Every price of a model, past and future ones too, each with its state at an instant. */
  show(
    provider: string | undefined,
    model: string,
    options: { readonly at: number; readonly organization_id?: string },
  ): PriceEntry[];
}

interface Lookup {
  readonly candidates: readonly Candidate[];
  /** The answer when no candidate holds at the instant. */
  readonly otherwise: FoundPrice;
}

/** Makes the price book of a catalogue and own prices; those of every organization, each seen by its own alone. */
export function createPriceBook(catalogue: Catalogue, ownPrices: readonly OwnPrice[]): PriceBook {
  const own = compileOwnPrices(catalogue, ownPrices);
  const catalogued = compileCatalogue(catalogue);
  const matches = new Map<string, ModelMatch>();
  const lookups = new Map<string, Lookup>();

  function match(provider: string | undefined, model: string): ModelMatch {
    return remember(matches, joinNames(provider ?? "", model), () => matchModel(catalogue, { provider, model }));
  }

  function lookUp(question: PriceQuestion): Lookup {
    const names = match(question.provider, question.model);
    const call = { ...question, region: question.region ?? names.region };
    const candidates = [...own.find(call, names), ...catalogued.find(call, names)];
    return { candidates, otherwise: explainNoPrice({ catalogue, call, names, hasPrices: candidates.length > 0 }) };
  }

  return {
    version: catalogue.version,
    catalogue,
    own_prices: ownPrices,
    resolve(provider, model) {
      const { provider: id, model: modelId, region, is_assumed } = match(provider, model);
      return { provider: id, model: modelId, region, is_assumed };
    },
    findPrice(question) {
      const organization = own.organizations.has(question.organization_id) ? question.organization_id : "";
      const names = joinNames(question.region ?? "", joinNames(question.provider, question.model));
      const key = `${question.service_tier} ${joinNames(organization, names)}`;
      const lookup = lookups.get(key) ?? remember(lookups, key, () => lookUp(question));
      return chooseCandidate(lookup, question.timestamp);
    },
    nearestModels: (provider, model, count) => nearestModels(catalogue, { provider, model, count }),
    list: (options) => listPrices(catalogue, ownPrices, options),
    show: (provider, model, options) => showPrices(match(provider, model), ownPrices, { ...options, model, catalogue }),
  };
}

/** A key of two texts that no other two texts share, whatever is in them. */
function joinNames(one: string, other: string): string {
  return `${one.length} ${one}${other}`;
}

function chooseCandidate({ candidates, otherwise }: Lookup, instant: number): FoundPrice {
  for (const candidate of candidates) {
    if (instant < candidate.from || instant >= candidate.to) continue;
    if (candidate.hours === null || isWithinHours(candidate.hours, instant)) return candidate.found;
  }
  return otherwise;
}

/** Looks up or makes a value; when the map is full the oldest entry goes. */
function remember<Value>(map: Map<string, Value>, key: string, make: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const value = make();
  if (map.size >= LIMITS.price_lookups) {
    const oldest = map.keys().next();
    if (oldest.done !== true) map.delete(oldest.value);
  }
  map.set(key, value);
  return value;
}

/** Names offered when a model is unknown. */
const NEAREST = 3;

function explainNoPrice(
  { catalogue, call, names, hasPrices }: {
    catalogue: Catalogue;
    call: PriceQuestion;
    names: ModelMatch;
    hasPrices: boolean;
  },
): FoundPrice {
  if (hasPrices || names.catalogue_model !== undefined) {
    return noPrice("no_price_at_that_time", `no price of ${call.provider} ${call.model} was in force at that time`);
  }
  if (names.provider === null) {
    return noPrice(
      "unknown_provider",
      `the model "${call.model}" does not tell its provider, and the record names none`,
    );
  }
  if (names.catalogue_provider === undefined) {
    return noPrice("unknown_provider", `no price is known for the provider "${call.provider}"`);
  }
  const nearest = nearestModels(catalogue, { provider: call.provider, model: call.model, count: NEAREST });
  const known = nearest.length === 0 ? "" : `; the nearest known are ${nearest.join(", ")}`;
  return noPrice("unknown_model", `no price is known for the model "${call.model}" of ${names.provider}${known}`);
}

function nearestModels(
  catalogue: Catalogue,
  { provider, model, count }: { provider: string | undefined; model: string; count: number },
): readonly string[] {
  const found = provider === undefined ? undefined : matchModel(catalogue, { provider, model }).catalogue_provider;
  const sellers = found === undefined
    ? catalogue.providers
    : catalogue.providers.filter(({ id }) => id === found.id || found.fallback_providers.includes(id));
  const name = model.trim().toLowerCase().slice(0, LIMITS.id_characters);
  const ids = new Set(sellers.flatMap(({ models }) => models.map(({ id }) => id)));
  return [...ids]
    .map((id) => ({ id, far: distance(name, id.toLowerCase()) }))
    .sort((one, other) => one.far - other.far || (one.id < other.id ? -1 : 1))
    .slice(0, count)
    .map(({ id }) => id);
}
