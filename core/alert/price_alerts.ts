/**
 * Alerts of missing prices: one for each model and day that has usage without a price.
 */

import type { Alert } from "./alert.ts";

/** Usage of a model on one day that has no price. */
export interface UnpricedDay {
  readonly provider: string;
  readonly model: string;
  /** Of UTC: `2026-01-05`. */
  readonly day: string;
  readonly records: bigint;
  readonly tokens: bigint;
  /** Why, in the words of the price book. */
  readonly reasons: readonly string[];
}

/** Longer than anybody looks back. */
const KEPT_MS = 400 * 86_400_000;

/** The alert of one model's day. */
export function toPriceAlert({ provider, model, day, records, tokens, reasons }: UnpricedDay): Alert {
  return {
    type: "price.missing",
    key: JSON.stringify(["price", provider, model, day]),
    text: `No price for ${model} of ${provider}: ${records} records of ${day} have no cost (${reasons.join(", ")})`,
    data: { provider, model, day, records: Number(records), tokens: Number(tokens), reasons },
    keep_until: Date.parse(`${day}T00:00:00Z`) + KEPT_MS,
  };
}

/** Whether the key of such an alert is of a day. */
export function isOfDay(key: string, day: string): boolean {
  return (JSON.parse(key) as unknown[]).at(-1) === day;
}
