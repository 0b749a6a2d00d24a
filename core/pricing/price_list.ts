/**
 * Prices as people look at them: what holds now, and a model's prices through time.
 */

import type { Catalogue } from "./catalogue.ts";
import type { CatalogueModel } from "./catalogue_model.ts";
import { parseHours } from "./hours.ts";
import { type ModelMatch } from "./model_match.ts";
import type { OwnPrice } from "./own_price.ts";
import { isSeenBy, providerKey, rankOwnPrices } from "./own_prices.ts";
import type { PriceSource, RateCard } from "./price.ts";
import { foldName } from "./provider_name.ts";

/** One price as it is listed. */
export interface PriceEntry {
  readonly source: PriceSource;
  /** The catalogue's version or the own price's id. */
  readonly reference: string;
  readonly provider: string;
  /** The catalogue's id, or an own price's pattern. */
  readonly model: string;
  /** RFC 3339; null is "since ever". */
  readonly effective_from: string | null;
  /** RFC 3339; null is "until further notice". */
  readonly effective_to: string | null;
  readonly hours: string | null;
  /**
   * Whether its time is over, now, or to come. A current price for hours of the day is current all day; a voided one was
   * ended where it begins and has never held.
   */
  readonly state: "past" | "current" | "future" | "voided";
  readonly rates: RateCard;
  readonly note: string | null;
}

/** The prices in force at an instant: own prices by provider and pattern, then the catalogue's in its order. */
export function listPrices(
  catalogue: Catalogue,
  ownPrices: readonly OwnPrice[],
  options: { readonly at: number; readonly provider?: string; readonly organization_id?: string },
): PriceEntry[] {
  const wanted = options.provider === undefined ? undefined : providerKey(catalogue, options.provider);
  const own = ownPrices
    .filter((price) => isSeenBy(price, options.organization_id))
    .filter((price) => wanted === undefined || providerKey(catalogue, price.provider) === wanted)
    .map((price) => ownEntry(price, options.at))
    .sort((one, other) => `${one.provider} ${one.model}` < `${other.provider} ${other.model}` ? -1 : 1);
  const catalogued = catalogue.providers
    .filter(({ id }) => wanted === undefined || id === wanted)
    .flatMap((provider) =>
      provider.models.flatMap((model) => catalogueEntries(catalogue, { provider: provider.id, model, at: options.at }))
    );
  return [...own, ...catalogued].filter(({ state }) => state === "current");
}

/** Every price of a model in order of precedence, then of time. */
export function showPrices(
  match: ModelMatch,
  ownPrices: readonly OwnPrice[],
  { at, organization_id, model, catalogue }: {
    readonly at: number;
    readonly organization_id?: string;
    readonly model: string;
    readonly catalogue: Catalogue;
  },
): PriceEntry[] {
  const provider = match.catalogue_provider?.id ?? foldName(match.provider ?? "");
  const visible = ownPrices.filter((price) =>
    isSeenBy(price, organization_id) && providerKey(catalogue, price.provider) === provider
  );
  const own = rankOwnPrices(visible, { reported: model, catalogued: match.model }).map((price) => ownEntry(price, at));
  if (match.catalogue_model === undefined) return own;
  return [...own, ...catalogueEntries(catalogue, { provider, model: match.catalogue_model, at })];
}

function ownEntry(price: OwnPrice, at: number): PriceEntry {
  return {
    source: price.organization_id === null ? "installation" : "organization",
    reference: price.id,
    provider: price.provider,
    model: price.model,
    effective_from: new Date(price.effective_from).toISOString(),
    effective_to: price.effective_to === null ? null : new Date(price.effective_to).toISOString(),
    hours: price.hours === null ? null : parseHours(price.hours).text,
    state: price.effective_to === price.effective_from
      ? "voided"
      : stateAt(at, price.effective_from, price.effective_to ?? Infinity),
    rates: price.rates,
    note: price.note,
  };
}

function catalogueEntries(
  catalogue: Catalogue,
  { provider, model, at }: { provider: string; model: CatalogueModel; at: number },
): PriceEntry[] {
  const periods = model.periods();
  return periods.flatMap((period, index): PriceEntry[] => {
    const to = periods[index + 1]?.from ?? null;
    const entry = (hours: string | null, rates: RateCard): PriceEntry => ({
      source: "catalogue",
      reference: catalogue.version,
      provider,
      model: model.id,
      effective_from: period.from === null ? null : new Date(period.from).toISOString(),
      effective_to: to === null ? null : new Date(to).toISOString(),
      hours,
      state: stateAt(at, period.from ?? -Infinity, to ?? Infinity),
      rates,
      note: model.is_deprecated ? "no longer offered" : null,
    });
    return [entry(null, period.rates), ...period.hourly.map(({ hours, rates }) => entry(hours.text, rates))];
  });
}

function stateAt(at: number, from: number, to: number): PriceEntry["state"] {
  if (at < from) return "future";
  return at < to ? "current" : "past";
}
