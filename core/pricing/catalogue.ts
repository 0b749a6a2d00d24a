/**
 * The price catalogue: providers, models, matchers and dated prices as the genai-prices package has them, made exact.
 */

import { CostopsError } from "../error.ts";
import { type CatalogueModel, type PricePeriod, readPeriods, type RoundedPrice } from "./catalogue_model.ts";
import { compileMatcher, type NameTest, readMatcher } from "./matcher.ts";

/** The version of the genai-prices package that deno.json pins. */
export const BUNDLED_CATALOGUE_VERSION = "genai-prices 0.1.8";

/** The day on which that version was published, UTC. */
export const BUNDLED_CATALOGUE_PUBLISHED_MS = Date.UTC(2026, 8, 23);

/** One provider of the catalogue. */
export interface CatalogueProvider {
  readonly id: string;
  readonly name: string;
  /** Whether a lower-case provider name means this one. */
  readonly isMeantBy: NameTest;
  /** Whether a lower-case model name tells that this is its provider. */
  readonly isToldBy: NameTest;
  readonly models: readonly CatalogueModel[];
  /** The model that a lower-case name means, the first that matches; the provider's own models only. */
  readonly matchModel: (name: string) => CatalogueModel | undefined;
  /** Providers whose models this one sells too, at their prices. */
  readonly fallback_providers: readonly string[];
}

/** A price catalogue. Its prices are read model by model when first asked for: most commands need few. */
export interface Catalogue {
  /** `genai-prices 0.1.8`. */
  readonly version: string;
  readonly providers: readonly CatalogueProvider[];
  readonly findProvider: (id: string) => CatalogueProvider | undefined;
  /** What {@link readCatalogue} was given, to be stored as JSON. */
  readonly data: readonly unknown[];
}

/** What a full check of a catalogue found. */
export interface CatalogueCheck {
  readonly providers: number;
  readonly models: number;
  /** Prices with more than nine decimals, rounded half to even. */
  readonly rounded: readonly RoundedPrice[];
  /** Price keys that costops does not know; their prices are kept out. */
  readonly unknown_price_keys: readonly string[];
}

/**
 * Reads a catalogue from its list of providers (the package's value, or JSON of it). Only the structure is looked at
 * here; a model's matcher and prices are read when first asked for, so a catalogue from elsewhere goes through
 * {@link checkCatalogue} before it is trusted. Fails with `invalid`.
 */
export function readCatalogue(providers: unknown, version: string): Catalogue {
  if (!Array.isArray(providers) || providers.length === 0) throw wrongCatalogue("a list of providers is wanted");
  const data = providers as readonly unknown[];
  const byId = new Map<string, CatalogueProvider>();
  for (const value of data) {
    const provider = readProvider(value);
    if (byId.has(provider.id)) throw wrongCatalogue(`provider ${provider.id} is there twice`);
    byId.set(provider.id, provider);
  }
  return { version, providers: [...byId.values()], findProvider: (id) => byId.get(id), data };
}

/** Reads every matcher and price of a catalogue. Fails with `invalid` at the first that is none. */
export function checkCatalogue(catalogue: Catalogue): CatalogueCheck {
  const rounded: RoundedPrice[] = [];
  const unknown_price_keys: string[] = [];
  let models = 0;
  for (const value of catalogue.data) {
    const provider = value as ProviderData;
    for (const field of ["provider_match", "model_match"] as const) {
      if (provider[field] !== undefined && provider[field] !== null) readMatcher(provider[field]);
    }
    const ids = new Set<string>();
    for (const model of provider.models) {
      if (ids.has(model.id)) throw wrongCatalogue(`model ${provider.id} ${model.id} is there twice`);
      ids.add(model.id);
      readMatcher(model.match);
      readPeriods(model.prices, { provider: provider.id, model: model.id }, { rounded, unknown_price_keys });
      models += 1;
    }
  }
  return { providers: catalogue.providers.length, models, rounded, unknown_price_keys };
}

/** Writes a catalogue as JSON; {@link parseCatalogue} reads it back. */
export function writeCatalogue(catalogue: Catalogue): string {
  return JSON.stringify(catalogue.data);
}

/** Reads a catalogue from JSON text. Fails with `unreadable` when it is no JSON, with `invalid` when it is no catalogue. */
export function parseCatalogue(text: string, version: string): Catalogue {
  let providers: unknown;
  try {
    providers = JSON.parse(text);
  } catch (error) {
    throw new CostopsError("unreadable", "Cannot read the price catalogue: it is not JSON", { cause: error });
  }
  return readCatalogue(providers, version);
}

/** The catalogue that comes with the program, its package loaded when first asked for. */
export async function loadBundledCatalogue(): Promise<Catalogue> {
  const { waitForUpdate } = await import("@pydantic/genai-prices");
  return readCatalogue(await waitForUpdate(), BUNDLED_CATALOGUE_VERSION);
}

interface ProviderData {
  readonly id: string;
  readonly name?: unknown;
  readonly provider_match?: unknown;
  readonly model_match?: unknown;
  readonly fallback_model_providers?: unknown;
  readonly models: readonly ModelData[];
}

interface ModelData {
  readonly id: string;
  readonly name?: unknown;
  readonly deprecated?: unknown;
  readonly context_window?: unknown;
  readonly match: unknown;
  readonly prices: unknown;
}

function readProvider(value: unknown): CatalogueProvider {
  if (!isProviderData(value)) throw wrongCatalogue("every provider wants an id and a list of models");
  const models = value.models.map((model) => readModel(model, value.id));
  return {
    id: value.id,
    name: typeof value.name === "string" ? value.name : value.id,
    isMeantBy: lazyTest(value.provider_match),
    isToldBy: lazyTest(value.model_match),
    models: models.map(({ model }) => model),
    matchModel: (name) => models.find(({ isNamedBy }) => isNamedBy(name))?.model,
    fallback_providers: Array.isArray(value.fallback_model_providers)
      ? value.fallback_model_providers.filter((id) => typeof id === "string")
      : [],
  };
}

function readModel(value: unknown, provider: string): { model: CatalogueModel; isNamedBy: NameTest } {
  if (!isModelData(value)) throw wrongCatalogue(`every model of ${provider} wants an id`);
  let periods: readonly PricePeriod[] | undefined;
  const model: CatalogueModel = {
    id: value.id,
    provider,
    name: typeof value.name === "string" ? value.name : null,
    is_deprecated: value.deprecated === true,
    context_window: typeof value.context_window === "number" ? value.context_window : null,
    periods: () =>
      periods ??= readPeriods(value.prices, { provider, model: value.id }, { rounded: [], unknown_price_keys: [] }),
  };
  return { model, isNamedBy: lazyTest(value.match) };
}

/** A matcher that is read and compiled when it is first asked; an absent one matches nothing. */
function lazyTest(matcher: unknown): NameTest {
  if (matcher === undefined || matcher === null) return () => false;
  let test: NameTest | undefined;
  return (name) => (test ??= compileMatcher(readMatcher(matcher)))(name);
}

function isProviderData(value: unknown): value is ProviderData {
  return isRecord(value) && isId(value.id) && Array.isArray(value.models);
}

function isModelData(value: unknown): value is ModelData {
  return isRecord(value) && isId(value.id);
}

function isId(value: unknown): boolean {
  return typeof value === "string" && value !== "" && value.length <= 256;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function wrongCatalogue(detail: string): CostopsError {
  return new CostopsError("invalid", `Cannot read the price catalogue: ${detail}`);
}
