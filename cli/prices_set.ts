/**
 * Sets an own price from flags.
 */

import { CostopsError } from "../core/error.ts";
import { type OwnPrice, writeOwnPrice } from "../core/pricing/own_price.ts";
import type { PriceGaps } from "../core/pricing/own_price_gaps.ts";
import { endOwnPrice, type PriceAnswer, setOwnPrice } from "../server/operations/prices.ts";
import type { CommonOptions } from "./options.ts";
import { writeOrg, writeRate, writeTime } from "./price_words.ts";
import type { Shell } from "./run.ts";
import { withSession } from "./session.ts";
import { showControls } from "./terminal.ts";

/** The flags of `prices set`. */
export interface SetPriceOptions extends CommonOptions {
  readonly provider: string;
  readonly input?: string;
  readonly output?: string;
  readonly cacheRead?: string;
  readonly cacheWrite?: string;
  readonly cacheWrite1h?: string;
  readonly rate?: readonly string[];
  readonly modifier?: readonly string[];
  readonly from?: string;
  readonly to?: string;
  readonly source?: string;
  readonly note?: string;
  readonly installation?: true;
  readonly dryRun?: true;
}

/** Answers `costops prices set`. */
export async function setPrice(model: string, options: SetPriceOptions, { terminal }: Shell): Promise<void> {
  const price = {
    provider: options.provider,
    model,
    rates: readRates(options),
    modifiers: readPairs("--modifier", options.modifier ?? [], "batch=0.5"),
    ...(options.from === undefined ? {} : { effective_from: options.from }),
    ...(options.to === undefined ? {} : { effective_to: options.to }),
    ...(options.source === undefined ? {} : { source: options.source }),
    ...(options.note === undefined ? {} : { note: options.note }),
  };
  const is_dry_run = options.dryRun === true;
  const change = await withSession(
    options,
    (session) => session.perform(setOwnPrice, { price, is_installation: options.installation === true, is_dry_run }),
  );
  terminal.out(writeChange(change, is_dry_run));
  if (change.notice !== null) terminal.note(showControls(change.notice));
  const gaps = writeGaps(change.missing);
  if (gaps !== null && !options.quiet) terminal.note(gaps);
  if (!options.quiet && !is_dry_run) terminal.note(COSTS_STAY);
}

/** The flags of `prices end`. */
export interface EndPriceOptions extends CommonOptions {
  readonly at?: string;
  readonly installation?: true;
  readonly dryRun?: true;
}

/** Answers `costops prices end`. */
export async function endPrice(id: string, options: EndPriceOptions, { terminal }: Shell): Promise<void> {
  const is_dry_run = options.dryRun === true;
  const is_installation = options.installation === true;
  const { ended, restored } = await withSession(
    options,
    (session) => session.perform(endOwnPrice, { id, at: options.at, is_installation, is_dry_run }),
  );
  const isVoid = ended.effective_to === ended.effective_from;
  const when = isVoid ? "before it began" : `at ${writeEnd(ended).slice("until ".length)}`;
  const lines = [
    `${is_dry_run ? "Would end" : "Ended"} the price of ${ended.provider} ${ended.model}, ${ended.id}, ${when}`,
    ...(restored === undefined ? [] : [`The price ${restored.id} ${writeAgain(restored, { is_dry_run })}`]),
  ];
  terminal.out(`${lines.map(showControls).join("\n")}\n`);
  if (!isVoid && options.at === undefined && !options.quiet) terminal.note(writeUndo(ended, options));
  if (!options.quiet && !is_dry_run) terminal.note(COSTS_STAY);
}

function writeAgain(restored: OwnPrice, { is_dry_run }: { readonly is_dry_run: boolean }): string {
  return `${is_dry_run ? "would hold" : "holds"} again, ${writeEnd(restored)}`;
}

/** A price that ends now has held until now; whoever meant to take it back is told how. */
function writeUndo({ id, effective_from }: OwnPrice, { org, installation }: EndPriceOptions): string {
  const from = writeInstant(effective_from);
  const scope = installation === true ? " --installation" : writeOrg(org);
  return `It still holds for its past, from ${from} on; to undo it from its beginning: ` +
    `costops prices end ${id} --at ${from}${scope}`;
}

/** What the catalogue has and the price has not; null when it has everything. */
function writeGaps({ rates, service_tiers }: PriceGaps): string | null {
  const missing = rates.map(({ price_key, instead }) => {
    if (price_key === "requests_kcount") return `${price_key} (nothing is charged for requests)`;
    return `${price_key} (${instead === null ? "unpriced when used" : `takes the rate of ${instead}`})`;
  });
  if (service_tiers.length > 0) missing.push(`${service_tiers.join(", ")} (service tiers: unpriced when used)`);
  return missing.length === 0 ? null : `Not in this price, though in the catalogue's: ${missing.join(", ")}`;
}

const COSTS_STAY = "Stored costs are as they were: costops reprice prices them again.";

/** Flags and the price keys they are short for. */
const SHORT_KEYS = [
  ["input", "input_mtok"],
  ["output", "output_mtok"],
  ["cacheRead", "cache_read_mtok"],
  ["cacheWrite", "cache_write_mtok"],
  ["cacheWrite1h", "cache_write_1h_mtok"],
] as const satisfies readonly (readonly [keyof SetPriceOptions, string])[];

function readRates(options: SetPriceOptions): Record<string, string> {
  const rates: Record<string, string> = {};
  for (const [flag, key] of SHORT_KEYS) {
    const value = options[flag];
    if (value !== undefined) rates[key] = value;
  }
  const others = readPairs("--rate", options.rate ?? [], "web_searches_kcount=10");
  const twice = Object.keys(others).find((key) => Object.hasOwn(rates, key));
  if (twice !== undefined) throw new CostopsError("usage", `Cannot set ${twice} twice: write it once`);
  return { ...rates, ...others };
}

function readPairs(flag: string, texts: readonly string[], example: string): Record<string, string> {
  const pairs = new Map<string, string>();
  for (const text of texts) {
    const equals = text.indexOf("=");
    const [name, value] = [text.slice(0, equals).trim(), text.slice(equals + 1).trim()];
    if (equals < 1 || name === "" || value === "") {
      throw new CostopsError("usage", `Cannot read ${flag} "${text}": write it as ${example}`);
    }
    if (pairs.has(name)) throw new CostopsError("usage", `Cannot take ${flag} ${name} twice: write it once`);
    pairs.set(name, value);
  }
  return Object.fromEntries(pairs);
}

function writeChange({ set, ended, resumed }: PriceAnswer, isDryRun: boolean): string {
  const scope = set.organization_id === null ? "the installation" : `the organization ${set.organization_id}`;
  const written = writeOwnPrice(set);
  const lines = [
    `${isDryRun ? "Would set" : "Set"} the price of ${set.provider} ${set.model} for ${scope}, ${set.id}`,
    `  from ${writeTime(written.effective_from)} ${writeEnd(set)}`,
    ...Object.entries(set.rates).map(([key, rate]) => `  ${key}: ${writeRate(key, rate)}`),
    ...Object.entries(written.modifiers).map(([tier, factor]) => `  ${tier}: x ${factor}`),
    ...(set.source === null ? [] : [`  source: ${set.source}`]),
    ...(set.note === null ? [] : [`  note: ${set.note}`]),
    ...(ended === undefined
      ? []
      : [`${isDryRun ? "Would end" : "Ended"} the price ${ended.id} at ${writeTime(written.effective_from)}`]),
    ...(resumed === undefined ? [] : [`It holds again from ${writeTime(written.effective_to!)} on, as ${resumed.id}`]),
  ];
  return `${lines.map(showControls).join("\n")}\n`;
}

function writeEnd({ effective_to }: OwnPrice): string {
  return effective_to === null ? "until further notice" : `until ${writeInstant(effective_to)}`;
}

function writeInstant(instant: number): string {
  return writeTime(new Date(instant).toISOString());
}
