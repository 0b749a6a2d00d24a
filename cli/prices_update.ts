/**
 * Takes a price catalogue in, after showing what changes.
 */

import type { CatalogueDiff, ModelChange, WrittenPeriod } from "../core/pricing/catalogue_diff.ts";
import type { WrittenRate } from "../core/pricing/rate_card.ts";
import { type CatalogueUpdate, updateCatalogue } from "../server/operations/catalogues.ts";
import { askFirst } from "./ask.ts";
import { readCatalogueFile } from "./catalogue_source.ts";
import type { CommonOptions } from "./options.ts";
import { writeFrom } from "./price_words.ts";
import type { Shell } from "./run.ts";
import { withLocalSession } from "./session.ts";
import { showControls, type Terminal } from "./terminal.ts";

/** The flags of `prices update`. */
export interface UpdatePricesOptions extends CommonOptions {
  readonly from?: string;
  readonly dryRun?: true;
  readonly yes?: true;
}

/** Answers `costops prices update`. */
export async function updatePrices(options: UpdatePricesOptions, { terminal }: Shell): Promise<void> {
  const file = options.from === undefined ? undefined : await readCatalogueFile(options.from);
  await withLocalSession(options, async (session) => {
    const update = await session.perform(updateCatalogue, { file, is_dry_run: true });
    writeUpdate(update, terminal);
    if (update.is_same || options.dryRun) return;
    askFirst(`Take the catalogue ${update.after} in?`, { yes: options.yes, terminal });
    await session.perform(updateCatalogue, { file, is_dry_run: false });
    terminal.out(`Took ${update.after} in.\n`);
    if (!options.quiet) terminal.note("Stored costs are as they were: costops reprice prices them again.");
  });
}

function writeUpdate({ before, after, check, diff, is_same }: CatalogueUpdate, terminal: Terminal): void {
  if (is_same) {
    const name = before === after ? after : `${after} is ${before}, which`;
    terminal.out(`Nothing changes: ${name} is in force\n`);
    return;
  }
  const { added, removed, changed, unchanged } = diff;
  terminal.out(`From ${before} to ${after}: ${check.providers} providers, ${check.models} models\n`);
  for (const line of writeDiff(diff)) terminal.out(`${showControls(line)}\n`);
  terminal.out(
    `${added.length} new, ${changed.length} with other prices, ${removed.length} gone, ${unchanged} unchanged\n`,
  );
  const { rounded, unknown_price_keys } = check;
  if (rounded.length > 0) {
    terminal.note(`${rounded.length} prices have more than 9 decimals and are rounded half to even`);
  }
  if (unknown_price_keys.length > 0) {
    const keys = [...new Set(unknown_price_keys)].join(", ");
    terminal.note(showControls(`Kept out, for costops does not know what they are the price of: ${keys}`));
  }
}

function* writeDiff({ added, removed, changed }: CatalogueDiff): Generator<string> {
  for (const change of added) yield* writeChange("+", change);
  for (const { provider, model } of removed) yield `- ${provider} ${model}`;
  for (const change of changed) yield* writeChange("~", change);
}

function* writeChange(sign: string, { provider, model, before, after }: ModelChange): Generator<string> {
  yield `${sign} ${provider} ${model}`;
  const known = new Set(before.map(writePeriod));
  const kept = new Set(after.map(writePeriod));
  for (const text of known) if (!kept.has(text)) yield `    was ${text}`;
  for (const text of kept) if (!known.has(text)) yield `    ${before.length === 0 ? "" : "now "}${text}`;
}

function writePeriod({ from, hours, rates }: WrittenPeriod): string {
  const written = Object.entries(rates).map(([key, rate]) => `${key} ${writeWritten(rate)}`);
  return `${writeFrom(from)}${hours === null ? "" : ` ${hours}`}: ${written.join(", ") || "free"}`;
}

function writeWritten(rate: WrittenRate): string {
  if (typeof rate === "string") return rate;
  return [rate.base, ...rate.tiers.map((tier) => `${tier.price} above ${tier.above_input_tokens}`)].join("/");
}
