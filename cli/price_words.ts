/**
 * Prices in words: rates with what they are for, and when they hold.
 */

import type { TieredRate } from "../core/pricing/price.ts";
import { findPriceKey } from "../core/pricing/price_keys.ts";
import { formatRate } from "../core/pricing/rate_card.ts";
import { showControls } from "./terminal.ts";

/** A rate for people: `$2.5 / 1M tokens`, with its long-context tiers. */
export function writeRate(priceKey: string, { base, tiers }: TieredRate): string {
  const label = findPriceKey(priceKey)?.label ?? priceKey;
  const above = tiers.map((tier) =>
    `$${formatRate(tier.rate)} for requests above ${tier.above_input_tokens.toLocaleString("en-US")} input tokens`
  );
  return [`$${formatRate(base)} / ${label}`, ...above].join("; ");
}

/** When a price holds: `2026-01-01T00:00:00Z`, `since ever`. */
export function writeFrom(effective_from: string | null): string {
  return effective_from === null ? "since ever" : writeTime(effective_from);
}

/** A word of a command as a shell takes it: quoted where it must be, control characters as escapes. */
export function quoteWord(word: string): string {
  const shown = showControls(word);
  return /^[\w.:/@%+=,-]+$/.test(shown) ? shown : `'${shown.replaceAll("'", `'\\''`)}'`;
}

/** The flag that names the organization a command is for, with a space before it, when one was named. */
export function writeOrg(org: string | undefined): string {
  return org === undefined ? "" : ` --org ${quoteWord(org)}`;
}

/** An instant without needless fractions of a second. */
export function writeTime(instant: string): string {
  return instant.replace(/\.000Z$/, "Z");
}
