/**
 * What changed between two catalogues, model by model, for people to see before they take the new one.
 */

import type { Catalogue } from "./catalogue.ts";
import type { CatalogueModel, PricePeriod } from "./catalogue_model.ts";
import { writeRates, type WrittenRates } from "./rate_card.ts";

/** Prices of one period of a model, as written. */
export interface WrittenPeriod {
  /** RFC 3339; null is "since ever". */
  readonly from: string | null;
  /** null is the whole day. */
  readonly hours: string | null;
  readonly rates: WrittenRates;
}

/** One model that is in one of the two, or has other prices in each. */
export interface ModelChange {
  readonly provider: string;
  readonly model: string;
  /** Empty when the model is new. */
  readonly before: readonly WrittenPeriod[];
  /** Empty when the model is gone. */
  readonly after: readonly WrittenPeriod[];
}

/** The difference between two catalogues; models in order of provider and id. */
export interface CatalogueDiff {
  readonly added: readonly ModelChange[];
  readonly removed: readonly ModelChange[];
  readonly changed: readonly ModelChange[];
  readonly unchanged: number;
}

/** Compares the prices of two catalogues. Fails with `invalid` when a price in either is none. */
export function diffCatalogues(before: Catalogue, after: Catalogue): CatalogueDiff {
  const old = indexModels(before);
  const added: ModelChange[] = [];
  const changed: ModelChange[] = [];
  let unchanged = 0;
  const now = indexModels(after);
  for (const [key, { provider, model }] of now) {
    const previous = old.get(key);
    const change = {
      provider,
      model: model.id,
      before: previous === undefined ? [] : writePeriods(previous.model.periods()),
      after: writePeriods(model.periods()),
    };
    if (previous === undefined) added.push(change);
    else if (JSON.stringify(change.before) !== JSON.stringify(change.after)) changed.push(change);
    else unchanged += 1;
  }
  const removed = [...old]
    .filter(([key]) => !now.has(key))
    .map(([, { provider, model }]) => ({
      provider,
      model: model.id,
      before: writePeriods(model.periods()),
      after: [],
    }));
  return { added: inOrder(added), removed: inOrder(removed), changed: inOrder(changed), unchanged };
}

/** Writes the periods of a model, those for the whole day before those for hours of it. */
export function writePeriods(periods: readonly PricePeriod[]): WrittenPeriod[] {
  return periods.flatMap((period) => {
    const from = period.from === null ? null : new Date(period.from).toISOString();
    return [
      { from, hours: null, rates: writeRates(period.rates) },
      ...period.hourly.map(({ hours, rates }) => ({ from, hours: hours.text, rates: writeRates(rates) })),
    ];
  });
}

function indexModels(catalogue: Catalogue): Map<string, { provider: string; model: CatalogueModel }> {
  const models = new Map<string, { provider: string; model: CatalogueModel }>();
  for (const provider of catalogue.providers) {
    for (const model of provider.models) models.set(`${provider.id}\n${model.id}`, { provider: provider.id, model });
  }
  return models;
}

function inOrder(changes: ModelChange[]): ModelChange[] {
  return changes.sort((one, other) => compareText(one.provider, other.provider) || compareText(one.model, other.model));
}

function compareText(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
