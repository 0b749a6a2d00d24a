/**
 * Makes an estimate from flags and writes it for people or as JSON.
 */

import { CostopsError } from "../core/error.ts";
import { LIMITS } from "../core/limits.ts";
import { formatUsd, type Usd } from "../core/money.ts";
import { findNearest } from "../core/nearest.ts";
import type { ServiceTier, UsageCounts } from "../core/usage/record.ts";
import { OTHER_UNIT_NAMES, OTHER_UNITS, type OtherUnitName, type OtherUnits } from "../core/usage/units.ts";
import { type EstimateAnswer, estimateCall } from "../server/operations/estimates.ts";
import { toWireEstimate } from "../server/wire/estimate.ts";
import { writeComponents } from "./components.ts";
import type { CommonOptions } from "./options.ts";
import type { Shell } from "./run.ts";
import { withSession } from "./session.ts";
import { writeGrid } from "./grid.ts";

/** The flags of `estimate`. */
export interface EstimateOptions extends CommonOptions {
  readonly provider?: string;
  readonly input: string;
  readonly output: string;
  readonly cacheRead: string;
  readonly cacheWrite: string;
  readonly cacheWrite1h: string;
  readonly reasoning: string;
  readonly unit?: readonly string[];
  readonly serviceTier: ServiceTier;
  readonly region?: string;
  readonly calls: number;
  readonly alternatives: number;
  readonly json?: true;
}

/** Answers `costops estimate`. Exits 8 when there is no price. */
export async function answerEstimate(
  model: string,
  { options, shell }: { options: EstimateOptions; shell: Shell },
): Promise<void> {
  const counts = readCounts(options);
  await withSession(options, async (session) => {
    const estimate = await session.perform(estimateCall, {
      model,
      provider: options.provider,
      service_tier: options.serviceTier,
      region: options.region ?? null,
      counts,
      alternatives: options.alternatives,
    });
    shell.terminal.out(options.json ? writeJson(estimate, options.calls) : writeText(estimate, options.calls));
    if (estimate.cost.amount === null) shell.exit_code = 8;
  });
}

function readCounts(options: EstimateOptions): UsageCounts {
  const output_tokens = readCount("--output", options.output);
  const reasoning_tokens = readCount("--reasoning", options.reasoning);
  if (reasoning_tokens > output_tokens) {
    throw new CostopsError(
      "usage",
      `Cannot take --reasoning ${reasoning_tokens}: it is part of --output ${output_tokens}`,
    );
  }
  return {
    input_tokens: readCount("--input", options.input),
    cache_read_tokens: readCount("--cache-read", options.cacheRead),
    cache_write_5m_tokens: readCount("--cache-write", options.cacheWrite),
    cache_write_1h_tokens: readCount("--cache-write-1h", options.cacheWrite1h),
    output_tokens,
    reasoning_tokens,
    units: options.unit === undefined ? null : readUnits(options.unit),
  };
}

function readCount(flag: string, text: string): number {
  const plain = text.replaceAll("_", "");
  const count = Number(plain);
  if (/^\d+$/.test(plain) && count <= LIMITS.units) return count;
  throw new CostopsError("usage", `Cannot read ${flag} "${text}": write a whole number up to ${LIMITS.units}`);
}

function readUnits(texts: readonly string[]): OtherUnits {
  const units: { [Name in OtherUnitName]?: number } = {};
  for (const text of texts) {
    const [name = "", count = ""] = text.split("=");
    if (!isUnitName(name)) {
      const nearest = findNearest(name, OTHER_UNIT_NAMES);
      const hint = nearest === undefined ? OTHER_UNIT_NAMES.join(", ") : `did you mean ${nearest}?`;
      throw new CostopsError("usage", `Cannot find the unit "${name}" of --unit: ${hint}`);
    }
    const scale = OTHER_UNITS[name].decimals === 3 ? 1000 : 1;
    units[name] = readCount(`--unit ${name}`, count) * scale;
  }
  return units;
}

function isUnitName(name: string): name is OtherUnitName {
  return (OTHER_UNIT_NAMES as readonly string[]).includes(name);
}

function writeText(estimate: EstimateAnswer, calls: number): string {
  const { cost } = estimate;
  const title = `${estimate.model} (${estimate.provider})`;
  if (cost.amount === null) return `${title}: no price, ${cost.reason}: ${cost.detail}\n`;
  const times = (amount: bigint) => (amount * BigInt(calls)) as Usd;
  const sum = calls === 1 ? "" : `\n${calls} calls: $${formatUsd(times(cost.amount))}\n`;
  const components = writeComponents(cost.components, cost.amount);
  const priced = `${title}\n\n${components}${sum}`;
  if (estimate.alternatives.length === 0) return priced;
  const rows = estimate.alternatives.map((other) => [
    other.model,
    other.provider,
    `$${formatUsd(times(other.amount))}`,
    `$${formatUsd(times(other.saving))}`,
  ]);
  const grid = writeGrid(["cheaper model", "provider", "cost", "saves"], rows, ["left", "left", "right", "right"]);
  return `${priced}\n${grid}\n${estimate.chosen}\n`;
}

function writeJson(estimate: EstimateAnswer, calls: number): string {
  return `${JSON.stringify(toWireEstimate(estimate, calls), null, 2)}\n`;
}
