/**
 * Shows prices, and usage that has none.
 */

import { formatInstant } from "../core/time.ts";
import type { PriceEntry } from "../core/pricing/price_book.ts";
import { formatRate } from "../core/pricing/rate_card.ts";
import type { RateCard, TieredRate } from "../core/pricing/price.ts";
import { PRICE_KEY_NAMES } from "../core/pricing/price_keys.ts";
import {
  listMissingPrices,
  listPriceEntries,
  type MissingPrice,
  showModelPrices,
  type ShownPrice,
} from "../server/operations/prices.ts";
import { toWireMissing } from "../server/wire/missing_price.ts";
import { toWirePriceEntry } from "../server/wire/price.ts";
import { writeGrid } from "./grid.ts";
import type { CommonOptions } from "./options.ts";
import { quoteWord, writeFrom, writeOrg, writeRate, writeTime } from "./price_words.ts";
import type { Shell } from "./run.ts";
import { withSession } from "./session.ts";
import { showControls } from "./terminal.ts";

/** The flags of `prices list`. */
export interface ListPricesOptions extends CommonOptions {
  readonly provider?: string;
  readonly at?: string;
  readonly own?: true;
  readonly json?: true;
}

/** Answers `costops prices list`. */
export async function listPrices(options: ListPricesOptions, { terminal }: Shell): Promise<void> {
  const entries = await withSession(
    options,
    (session) =>
      session.perform(listPriceEntries, { provider: options.provider, at: options.at, is_own_only: options.own }),
  );
  if (options.json) return terminal.out(writeList(entries.map(toWirePriceEntry)));
  if (entries.length > 0) return terminal.out(writeEntries(entries));
  if (!options.quiet) terminal.note(options.own ? "There are no own prices in force then." : "No such prices.");
}

function writeEntries(entries: readonly PriceEntry[]): string {
  const rows = entries.map((entry) => {
    const { input_mtok, cache_read_mtok, output_mtok, ...others } = entry.rates;
    const more = inOrder(others).map(([key, rate]) => `${key} ${shortRate(rate)}`);
    return [
      entry.provider,
      entry.hours === null ? entry.model : `${entry.model} (${entry.hours})`,
      shortRate(input_mtok),
      shortRate(cache_read_mtok),
      shortRate(output_mtok),
      more.join(", "),
      entry.source === "catalogue" ? "" : `${entry.source} ${entry.reference}`,
    ];
  });
  const header = ["provider", "model", "input_mtok", "cache_read_mtok", "output_mtok", "more", "own price"];
  return writeGrid(header, rows, ["left", "left", "right", "right", "right", "left", "left"]);
}

/** A rate in little room; a `+` says that long requests have another. */
function shortRate(rate: TieredRate | undefined): string {
  return rate === undefined ? "" : `${formatRate(rate.base)}${rate.tiers.length > 0 ? "+" : ""}`;
}

/** The flags of `prices show`. */
export interface ShowPricesOptions extends CommonOptions {
  readonly provider?: string;
  readonly json?: true;
}

/** Answers `costops prices show`. */
export async function showPrices(model: string, options: ShowPricesOptions, { terminal }: Shell): Promise<void> {
  const entries = await withSession(
    options,
    (session) => session.perform(showModelPrices, { provider: options.provider, model }),
  );
  terminal.out(options.json ? writeList(entries.map(toWirePriceEntry)) : entries.map(writeEntry).join("\n"));
}

/** Which of several current prices costs take. */
function writeUse({ is_in_use, set_aside_by, hours }: ShownPrice): string {
  if (set_aside_by !== null) return ` (not used: the own price ${set_aside_by} holds)`;
  if (!is_in_use) return "";
  return hours === null ? " (in use)" : " (in use in its hours)";
}

/** Rates in the order of the table of price keys, whatever order they come in. */
function inOrder(rates: RateCard): [string, TieredRate][] {
  return PRICE_KEY_NAMES.flatMap((key) => rates[key] === undefined ? [] : [[key, rates[key]]]);
}

function writeEntry(entry: ShownPrice): string {
  const end = entry.effective_to === null ? "" : ` until ${writeTime(entry.effective_to)}`;
  const hours = entry.hours === null ? "" : `, ${entry.hours} each day`;
  const when = entry.state === "voided"
    ? `voided, would have begun ${writeFrom(entry.effective_from)}`
    : `${entry.state}${writeUse(entry)}, ${writeFrom(entry.effective_from)}${end}`;
  const head = `${entry.provider} ${entry.model}: ${when}${hours}`;
  const lines = [
    head,
    `  from ${entry.source === "catalogue" ? "the catalogue" : `the ${entry.source}'s own price`} ${entry.reference}`,
    ...inOrder(entry.rates).map(([key, rate]) => `  ${key}: ${writeRate(key, rate)}`),
    ...(entry.note === null ? [] : [`  note: ${entry.note}`]),
  ];
  return `${lines.map(showControls).join("\n")}\n`;
}

/** The flags of `prices missing`. */
export interface MissingPricesOptions extends CommonOptions {
  readonly since?: string;
  readonly until?: string;
  readonly tz?: string;
  readonly json?: true;
}

/** Answers `costops prices missing`. */
export async function listMissing(options: MissingPricesOptions, { terminal }: Shell): Promise<void> {
  const groups = await withSession(options, (session) => {
    const { since, until } = options;
    return session.perform(listMissingPrices, { since, until, tz: session.config.tz.value });
  });
  if (options.json) return terminal.out(writeList(groups.map(toWireMissing)));
  if (groups.length > 0) terminal.out(writeMissing(groups));
  if (options.quiet) return;
  terminal.note(groups.length === 0 ? "Every record has a price." : writeHint(groups, options));
}

/** Models for which the whole command is written out. */
const HINTS = 5;

/** The commands that price what has no price, from the first day it was seen on; days are of UTC in both. */
function writeHint(groups: readonly MissingPrice[], { org }: MissingPricesOptions): string {
  const models = new Map<string, MissingPrice[]>();
  for (const group of groups) {
    const key = JSON.stringify([group.provider, group.model]);
    models.set(key, [...models.get(key) ?? [], group]);
  }
  const commands = [...models.values()].map((same) => {
    const { provider, model } = same[0]!;
    const tiers = new Set(same.map(({ service_tier }) => service_tier).filter((tier) => tier !== "standard"));
    const factors = [...tiers].map((tier) => ` --modifier ${quoteWord(tier)}=…`).join("");
    return `  costops prices set ${quoteWord(model)} --provider ${
      quoteWord(provider)
    } --input … --output …${factors} ` +
      `--from ${firstDay(same)}${writeOrg(org)}`;
  });
  const more = commands.length > HINTS ? [`  and so on for ${commands.length - HINTS} more`] : [];
  return [
    "Set their prices, US dollars for a million tokens in the place of each …:",
    ...commands.slice(0, HINTS),
    ...more,
    "then see what that changes:",
    `  costops reprice --since ${firstDay(groups)} --tz UTC --dry-run${writeOrg(org)}`,
  ].join("\n");
}

function firstDay(groups: readonly MissingPrice[]): string {
  const first = Math.min(...groups.map(({ first_seen }) => first_seen));
  return new Date(first).toISOString().slice(0, "2026-01-31".length);
}

function writeMissing(groups: readonly MissingPrice[]): string {
  const rows = groups.map((group) => [
    group.provider,
    group.model,
    group.service_tier,
    group.reason,
    group.records.toLocaleString("en-US"),
    group.tokens.toLocaleString("en-US"),
    formatInstant(group.first_seen, "UTC"),
    formatInstant(group.last_seen, "UTC"),
    group.nearest_models.join(", "),
  ]);
  const header = [
    "provider",
    "model",
    "tier",
    "reason",
    "records",
    "tokens",
    "first seen",
    "last seen",
    "nearest known",
  ];
  const { left, right } = { left: "left", right: "right" } as const;
  return writeGrid(header, rows, [left, left, left, left, right, right, left, left, left]);
}

function writeList(data: readonly unknown[]): string {
  return `${JSON.stringify({ data }, null, 2)}\n`;
}
