/**
 * From the names in a record to the catalogue's provider and model.
 */

import type { Catalogue, CatalogueProvider } from "./catalogue.ts";
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
    const provider = findProviderByName(catalogue, given);
    const name = readModelName(names.model);
    if (provider === undefined) return unresolved(given, name.region);
    const match = resolved({ catalogue, provider, name, is_assumed: false });
    const prefixed = match.model === null ? splitPrefix(catalogue, names.model) : undefined;
    if (prefixed?.provider !== provider) return match;
    return resolved({ catalogue, provider, name: readModelName(prefixed.model), is_assumed: false });
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
  const prefixed = splitPrefix(catalogue, model);
  if (prefixed !== undefined) {
    const { provider, model: rest } = prefixed;
    return resolved({ catalogue, provider, name: readModelName(rest), is_assumed: true });
  }
  const told = catalogue.providers.filter((provider) => name.spellings.some((spelling) => provider.isToldBy(spelling)));
  const [provider] = told;
  if (provider !== undefined && told.length === 1) return resolved({ catalogue, provider, name, is_assumed: true });
  return { ...unresolved(null, name.region), is_assumed: false };
}

/** Takes `azure/gpt-4o` apart when what stands before the first slash means a provider. */
function splitPrefix(catalogue: Catalogue, model: string): { provider: CatalogueProvider; model: string } | undefined {
  const slash = model.indexOf("/");
  const provider = slash > 0 ? findProviderByName(catalogue, model.slice(0, slash)) : undefined;
  return provider === undefined ? undefined : { provider, model: model.slice(slash + 1) };
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
