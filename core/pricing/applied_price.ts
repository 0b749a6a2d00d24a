/**
 * The applied price as canonical JSON: the same price is always the same text, so that it is stored once.
 */

import { CostopsError } from "../error.ts";
import type { AppliedPrice, Modifier, PriceSource, Rate } from "./price.ts";

const SOURCES: readonly string[] = ["organization", "installation", "catalogue"] satisfies readonly PriceSource[];

/** Writes an applied price: bigints as strings, fields in a fixed order, rates by price key in alphabetical order. */
export function writeAppliedPrice(price: AppliedPrice): string {
  const rates = Object.keys(price.rates).sort().map((key) => [key, writeRate(price.rates[key]!)] as const);
  return JSON.stringify({
    source: price.source,
    reference: price.reference,
    provider: price.provider,
    model: price.model,
    effective_from: price.effective_from,
    hours: price.hours,
    rates: Object.fromEntries(rates),
    above_input_tokens: price.above_input_tokens,
    modifiers: price.modifiers.map((modifier) => ({
      name: modifier.name,
      numerator: String(modifier.numerator),
      denominator: String(modifier.denominator),
      source: modifier.source,
      price_keys: [...modifier.price_keys].sort(),
    })),
    minimum_audio_ms: price.minimum_audio_ms,
  });
}

/** Reads what {@link writeAppliedPrice} wrote. Fails with `storage_failure` when it is anything else. */
export function readAppliedPrice(text: string): AppliedPrice {
  try {
    return toAppliedPrice(JSON.parse(text));
  } catch (error) {
    throw new CostopsError("storage_failure", `Cannot read a stored price "${text.slice(0, 120)}"`, { cause: error });
  }
}

function toAppliedPrice(value: unknown): AppliedPrice {
  const fields = toObject(value);
  const source = toText(fields.source);
  if (!SOURCES.includes(source)) throw new TypeError(`source ${source}`);
  return {
    source: source as PriceSource,
    reference: toText(fields.reference),
    provider: toText(fields.provider),
    model: toText(fields.model),
    effective_from: fields.effective_from === null ? null : toText(fields.effective_from),
    hours: fields.hours === null ? null : toText(fields.hours),
    rates: Object.fromEntries(Object.entries(toObject(fields.rates)).map(([key, rate]) => [key, toRate(rate)])),
    above_input_tokens: fields.above_input_tokens === null ? null : toNumber(fields.above_input_tokens),
    modifiers: toList(fields.modifiers).map(toModifier),
    minimum_audio_ms: fields.minimum_audio_ms === null ? null : toNumber(fields.minimum_audio_ms),
  };
}

function toModifier(value: unknown): Modifier {
  const fields = toObject(value);
  return {
    name: toText(fields.name),
    numerator: BigInt(toText(fields.numerator)),
    denominator: BigInt(toText(fields.denominator)),
    source: toText(fields.source),
    price_keys: toList(fields.price_keys).map(toText),
  };
}

function writeRate(rate: Rate): { nanos: string; per: string } {
  return { nanos: String(rate.nanos), per: String(rate.per) };
}

function toRate(value: unknown): Rate {
  const fields = toObject(value);
  return { nanos: BigInt(toText(fields.nanos)), per: BigInt(toText(fields.per)) };
}

function toObject(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new TypeError("an object is wanted");
  return Object.fromEntries(Object.entries(value));
}

function toList(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new TypeError("a list is wanted");
  return value;
}

function toText(value: unknown): string {
  if (typeof value !== "string") throw new TypeError("a text is wanted");
  return value;
}

function toNumber(value: unknown): number {
  if (typeof value !== "number" || !Number.isSafeInteger(value)) throw new TypeError("a whole number is wanted");
  return value;
}
