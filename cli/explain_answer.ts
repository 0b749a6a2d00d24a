/**
 * Explains one record's cost, for people or as JSON.
 */

import { formatUsd, usdFromNanos } from "../core/money.ts";
import type { AppliedPrice, Modifier } from "../core/pricing/price.ts";
import { formatInstant } from "../core/time.ts";
import { TEXT_UNIT_NAMES } from "../core/usage/units.ts";
import type { PricedUsage } from "../db/usage.ts";
import { explainUsage, type Explanation } from "../server/operations/explanations.ts";
import { formatQuantity } from "../server/wire/counts.ts";
import { writeComponents } from "./components.ts";
import { writeExplanation } from "./explain_json.ts";
import type { CommonOptions } from "./options.ts";
import { writeFrom } from "./price_words.ts";
import { QUALITY_WORDS } from "./quality_words.ts";
import type { Shell } from "./run.ts";
import { withSession } from "./session.ts";
import { showControls } from "./terminal.ts";

/** The flags of `explain`. */
export interface ExplainOptions extends CommonOptions {
  readonly json?: true;
}

/** Answers `costops explain`. */
export async function explain(id: string, options: ExplainOptions, { terminal }: Shell): Promise<void> {
  const explanation = await withSession(options, (session) => session.perform(explainUsage, { id }), {
    isReading: true,
  });
  terminal.out(options.json ? writeExplanation(explanation) : writeText(explanation));
}

function writeText(explanation: Explanation): string {
  const { usage, cost } = explanation;
  const arithmetic = cost === null
    ? writeAbsence(explanation)
    : `${writeComponents(cost.components, cost.amount)}\n${lay(describePrice(cost.price))}`;
  const rest = lay([...describeReported(usage), ...describeQuality(usage)]);
  return `${lay(describeRecord(usage))}\n${arithmetic}${rest === "" ? "" : `\n${rest}`}`;
}

/** A name and what is said of it; only what there is. */
type Fact = readonly [name: string, text: string | null];

/** The longest of the names. */
const NAME_CHARACTERS = 12;

function lay(facts: readonly Fact[]): string {
  return facts.filter(([, text]) => text !== null)
    .map(([name, text]) => `${name.padEnd(NAME_CHARACTERS)}${showControls(text!)}\n`).join("");
}

function describeRecord(usage: PricedUsage): Fact[] {
  const isResolved = usage.catalog_model !== null && usage.catalog_model !== usage.model;
  const tags = Object.entries(usage.tags ?? {}).map(([key, value]) => `${key}=${value}`).join(", ");
  return [
    ["record", usage.id],
    ["time", formatInstant(usage.timestamp, "UTC")],
    ["model", `${usage.provider} ${usage.model}${isResolved ? `, priced as ${usage.catalog_model}` : ""}`],
    ["tier", usage.service_tier],
    ["region", usage.region],
    ["operation", usage.operation],
    ["project", usage.project],
    ["user", usage.user],
    ["environment", usage.environment],
    ["session", usage.session],
    ["tags", tags === "" ? null : tags],
    ["read as", `${usage.format}, from ${usage.source} at ${formatInstant(usage.ingested_at, "UTC")}`],
  ];
}

function describePrice(price: AppliedPrice): Fact[] {
  const source = price.source === "catalogue" ? "the catalogue" : `the ${price.source}'s own price`;
  const above = price.above_input_tokens?.toLocaleString("en-US");
  const minimum = price.minimum_audio_ms === null
    ? null
    : `audio of at least ${price.minimum_audio_ms / 1000} s a request`;
  return [
    ["price", `${source} ${price.reference}: ${price.provider} ${price.model}`],
    ["in force", writeFrom(price.effective_from)],
    ["hours", price.hours],
    ["long input", above === undefined ? null : `the rates for requests above ${above} input tokens`],
    ["minimum", minimum],
    ...price.modifiers.map((modifier): Fact => ["factor", writeModifier(modifier)]),
  ];
}

function writeModifier({ name, numerator, denominator, source, price_keys }: Modifier): string {
  return `${name} x ${numerator}/${denominator} on ${price_keys.join(", ")} (${source})`;
}

function writeAbsence({ usage, today, nearest_models }: Explanation): string {
  const detail = today !== null && today.amount === null && today.reason === usage.unpriced_reason
    ? today.detail
    : null;
  return lay([
    ["used", writeCounts(usage)],
    ["cost", `unknown: ${usage.unpriced_reason}`],
    ["because", detail],
    ["nearest", nearest_models.length === 0 ? null : nearest_models.join(", ")],
    ["today", today === null || today.amount === null ? null : `$${formatUsd(today.amount)}, with costops reprice`],
  ]);
}

function writeCounts({ units, ...usage }: PricedUsage): string {
  const text = [...TEXT_UNIT_NAMES, "reasoning_tokens"] as const;
  const counts = [...text.map((name) => [name, usage[name]] as const), ...Object.entries(units ?? {})];
  const used = counts.filter(([, quantity]) => quantity > 0);
  return used.map(([name, quantity]) => `${name} ${formatQuantity(name, quantity)}`).join(", ") || "nothing";
}

function describeReported({ reported_cost, cost }: PricedUsage): Fact[] {
  if (reported_cost === null) return [];
  const difference = cost === null ? null : usdFromNanos(reported_cost.amount - cost);
  return [[
    "reported",
    `${reported_cost.text} US dollars by the source${difference === null ? "" : writeDifference(difference)}`,
  ]];
}

function writeDifference(difference: bigint): string {
  if (difference === 0n) return ", the same";
  const amount = formatUsd(usdFromNanos(difference < 0n ? -difference : difference));
  return `, $${amount} ${difference < 0n ? "less" : "more"} than this`;
}

function describeQuality({ quality }: PricedUsage): Fact[] {
  return quality.map((flag): Fact => ["note", `${flag}: ${QUALITY_WORDS[flag]}`]);
}
