/**
 * From the names in a record to the catalogue's provider and model.
 */

import { type Catalogue, type CatalogueProvider } from "./catalogue.ts";
import type { CatalogueModel } from "./catalogue_model.ts";
import { type ModelName, readModelName } from "./model_name.ts";
import { findProviderByName } from "./provider_name.ts";

/** Where a record's names lead. */
export interface ResolvedModel {
  /** The catalogue's id of who sold the call; the name as given when no catalogue knows it; null when nothing tells. */
  readonly provider: string | null;
  /** The catalogue's id of the model, null when it is unknown. */
  readonly model: string | null;
  /** What the model's name says about where it ran: `us`, `global`, `us-east-1`. */
  readonly region: string | null;
  /** Whether the provider was told by the model's name alone. */
  readonly is_assumed: boolean;
}

/** A resolved model with the catalogue's entries. */
export interface ModelMatch extends ResolvedModel {
  readonly catalogue_provider: CatalogueProvider | undefined;
  readonly catalogue_model: CatalogueModel | undefined;
}

/** Names of providers that only pass calls on; the model's name says to whom. */
const PASS_THROUGH = new Set(["litellm", "litellm_proxy", "litellm-proxy"]);

/** Resolves the names in a record. Pure, and slow enough to be remembered by the caller. */
export function matchModel(catalogue: Catalogue, names: { provider: string | undefined; model: string }): ModelMatch {
  const given = names.provider?.trim() ?? "";
  if (given !== "" && !PASS_THROUGH.has(given.toLowerCase())) {
    const name = readModelName(names.model);
    const provider = findProviderByName(catalogue, given);
    if (provider === undefined) return unresolved(given, name.region);
    return resolved({ catalogue, provider, name, is_assumed: false });
  }
  return matchModelAlone(catalogue, names.model);
}

/** A model whose record names no provider: a path or a prefix may name it, else the model's own name must tell. */
function matchModelAlone(catalogue: Catalogue, model: string): ModelMatch {
  const name = readModelName(model);
  if (name.provider !== null) {
    const provider = findProviderByName(catalogue, name.provider);
    if (provider !== undefined) return resolved({ catalogue, provider, name, is_assumed: true });
  }
  const told = catalogue.providers.filter((provider) => name.spellings.some((spelling) => provider.isToldBy(spelling)));
  const told_alone = told.length === 1 ? told[0] : undefined;
  const slash = model.indexOf("/");
  if (slash > 0) {
    const provider = findProviderByName(catalogue, model.slice(0, slash));
    if (provider !== undefined) {
      return resolved({ catalogue, provider, name: readModelName(model.slice(slash + 1)), is_assumed: true });
    }
  }
  if (told_alone !== undefined) return resolved({ catalogue, provider: told_alone, name, is_assumed: true });
  return { ...unresolved(null, name.region), is_assumed: false };
}

function resolved(
  { catalogue, provider, name, is_assumed }: {
    catalogue: Catalogue;
    provider: CatalogueProvider;
    name: ModelName;
    is_assumed: boolean;
  },
): ModelMatch {
  const model = findModel(catalogue, provider, name.spellings);
  return {
    provider: provider.id,
    model: model?.id ?? null,
    region: name.region,
    is_assumed,
    catalogue_provider: provider,
    catalogue_model: model,
  };
}

/** The first spelling that any model of the provider, or of those whose models it sells too, goes by. */
function findModel(
  catalogue: Catalogue,
  provider: CatalogueProvider,
  spellings: readonly string[],
): CatalogueModel | undefined {
  const sellers = [provider];
  for (const id of provider.fallback_providers) {
    const fallback = catalogue.findProvider(id);
    if (fallback !== undefined) sellers.push(fallback);
  }
  for (const spelling of spellings) {
    for (const seller of sellers) {
      const model = seller.matchModel(spelling);
      if (model !== undefined) return model;
    }
  }
  return undefined;
}

function unresolved(provider: string | null, region: string | null): ModelMatch {
  return {
    provider,
    model: null,
    region,
    is_assumed: false,
    catalogue_provider: undefined,
    catalogue_model: undefined,
  };
}
