/**
 * The catalogue's prices made ready for lookup: for a call, when each price of its model holds and its rate plan.
 */

import type { Catalogue } from "./catalogue.ts";
import type { CatalogueModel } from "./catalogue_model.ts";
import { type Candidate, type FoundPrice, noPrice } from "./found_price.ts";
import type { Hours } from "./hours.ts";
import { findMinimumAudio } from "./minimums.ts";
import type { ModelMatch } from "./model_match.ts";
import type { ModifierRow } from "./modifier_rows.ts";
import { findModifierRows, toModifier } from "./modifiers.ts";
import type { PriceQuestion, RateCard } from "./price.ts";
import { compileRatePlan } from "./rate_plan.ts";

/** The catalogue's part of a price book. */
export interface CataloguePrices {
  /** The prices of the call's model, those for hours of the day before those for the whole day. */
  find(call: PriceQuestion, match: ModelMatch): readonly Candidate[];
}

/** Prepares a catalogue for lookup. Plans are made when first needed and kept: there are few for each model. */
export function compileCatalogue(catalogue: Catalogue): CataloguePrices {
  const kept = new Map<string, readonly Candidate[]>();
  return {
    find(call, { catalogue_provider: provider, catalogue_model: model }) {
      if (provider === undefined || model === undefined) return [];
      const rows = findModifierRows({ ...call, provider: provider.id, model: model.id });
      const factors = rows?.map((row) => row.name).join(",") ?? `none ${call.service_tier}`;
      const key = `${provider.id}\n${model.provider}\n${model.id}\n${factors}`;
      const known = kept.get(key);
      if (known !== undefined) return known;
      const candidates = rows === undefined
        ? [withoutFactor(call, provider.id, model)]
        : toCandidates(model, { reference: catalogue.version, provider: provider.id, rows });
      kept.set(key, candidates);
      return candidates;
    },
  };
}

function toCandidates(
  model: CatalogueModel,
  { reference, provider, rows }: { reference: string; provider: string; rows: readonly ModifierRow[] },
): readonly Candidate[] {
  const candidates: Candidate[] = [];
  const periods = model.periods();
  for (const [index, period] of periods.entries()) {
    const from = period.from ?? -Infinity;
    const to = periods[index + 1]?.from ?? Infinity;
    const toFound = (card: RateCard, hours: Hours | null): FoundPrice => ({
      plan: compileRatePlan({
        source: "catalogue",
        reference,
        provider,
        model: model.id,
        effective_from: period.from === null ? null : new Date(period.from).toISOString(),
        hours: hours?.text ?? null,
        card,
        unknown: rows.flatMap((row) => row.unknown ?? []),
        excludes_long_context: rows.some((row) => row.excludes_long_context === true),
        modifiers: rows.map((row) => toModifier(row, card)),
        minimum_audio_ms: findMinimumAudio(provider, model.id),
      }),
    });
    for (const { hours, rates } of period.hourly.toReversed()) {
      candidates.push({ from, to, hours, found: toFound(rates, hours) });
    }
    candidates.push({ from, to, hours: null, found: toFound(period.rates, null) });
  }
  return candidates;
}

function withoutFactor(call: PriceQuestion, provider: string, model: CatalogueModel): Candidate {
  const detail = `no published factor is known for the service tier ${call.service_tier} of ${provider} ${model.id}`;
  return { from: -Infinity, to: Infinity, hours: null, found: noPrice("no_price_for_service_tier", detail) };
}
