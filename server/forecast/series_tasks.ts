/**
 * The series of a forecast: one for each part, and one for each group of several parts.
 */

import type { CostRow } from "../../core/analytics/measures.ts";
import type { Interval, TimeBucket } from "../../core/analytics/query.ts";
import type { ForecastInput } from "../../core/forecast/forecast.ts";
import { OTHER } from "../../core/forecast/forecast_report.ts";
import type { Ahead } from "../../core/forecast/group_forecast.ts";
import { type ForecastMeasure, toStatistic } from "../../core/forecast/measure.ts";
import type { ModelUsage, PriceIndex } from "../../core/forecast/price_index.ts";
import { placeInSlots } from "../../core/forecast/slots.ts";
import { makeSeries, type Source, type UsageSeries } from "../../core/forecast/usage_series.ts";
import type { Observations } from "./observations.ts";
import type { ForecastPlan } from "./question.ts";

/** What was observed by period, and how prices move: a part, or a group of parts. */
export interface Observed {
  /** In dollars of the last period's prices where usage drives; null where nobody knows. */
  readonly values: ReadonlyMap<number, number | null>;
  readonly index: PriceIndex;
}

/** Parts that are shown as one group. */
export interface PartGroup {
  readonly dimensions: readonly (string | null)[];
  readonly parts: readonly Observed[];
}

const UNCHANGED: PriceIndex = () => 1;

/** The parts by the groups that they are shown in; those of which no cost is known are left out. */
export function groupParts(observations: Observations, plan: ForecastPlan): PartGroup[] {
  const { parts, part_dimensions } = observations;
  const taken = new Set<ModelUsage>();
  const groups = new Map<string, { dimensions: readonly (string | null)[]; parts: Observed[] }>();
  for (const { dimensions, rows } of parts) {
    const usages = observations.prices?.usages.filter((usage) =>
      !taken.has(usage) && (dimensions === undefined || isOf(usage, { dimensions, part_dimensions, plan }))
    ) ?? [];
    usages.forEach((usage) =>
      taken.add(usage)
    );
    const index = observations.driver === "usage" && observations.prices !== undefined
      ? observations.prices.levels.indexOf(usages)
      : UNCHANGED;
    const values = observe(rows.values(), { index, plan, buckets: plan.history });
    if ([...values.values()].every((value) => value === null)) continue;
    const shown = plan.query.group_by.map((_, at) => dimensions === undefined ? OTHER : dimensions[at] ?? null);
    const key = JSON.stringify(shown);
    const group = groups.get(key) ?? { dimensions: shown, parts: [] };
    groups.set(key, group);
    group.parts.push({ values, index });
  }
  return [...groups.values()];
}

function isOf(
  usage: ModelUsage,
  { dimensions, part_dimensions, plan }: {
    readonly dimensions: readonly (string | null)[];
    readonly part_dimensions: Observations["part_dimensions"];
    readonly plan: ForecastPlan;
  },
): boolean {
  return part_dimensions.every((name, at) => {
    const own = at < plan.query.group_by.length ? usage.group[at] : name === "provider" ? usage.provider : usage.model;
    return (own || null) === (dimensions[at] ?? null);
  });
}

/** The values of rows, at the prices of the last period that has ended. */
export function observe(
  rows: Iterable<CostRow>,
  { index, plan, buckets }: {
    readonly index: PriceIndex;
    readonly plan: { readonly measure: ForecastMeasure };
    readonly buckets: readonly TimeBucket[];
  },
): Map<number, number | null> {
  const values = new Map<number, number | null>();
  for (const row of rows) {
    const value = toStatistic(row, plan.measure);
    const level = index(buckets[row.bucket]!);
    // What was free tells nothing of what it would cost now.
    values.set(row.bucket, value === null || level === 0 ? null : value / level);
  }
  return values;
}

/** The sum of parts; not known only where none of them is. */
export function addObserved(parts: readonly Observed[]): ReadonlyMap<number, number | null> {
  if (parts.length === 1) return parts[0]!.values;
  const sums = new Map<number, number | null>();
  for (const { values } of parts) {
    for (const [bucket, value] of values) {
      const before = sums.get(bucket) ?? null;
      sums.set(bucket, before === null ? value : before + (value ?? 0));
    }
  }
  return sums;
}

/** Where the periods to come are among the steps of a forecast. */
export function placeAhead(
  { history, future }: { readonly history: readonly TimeBucket[]; readonly future: readonly TimeBucket[] },
  options: { readonly interval: Interval; readonly tz: string },
): Ahead {
  const slots = placeInSlots([...history, ...future], options);
  const last = history.length === 0 ? -1 : slots[history.length - 1]!.step;
  const ahead = slots.slice(history.length);
  // The second of two hours that the clock shows alike is in the step that has ended.
  return { periods: future, slots: ahead.map(({ step, share }) => ({ step: Math.max(0, step - last - 1), share })) };
}

/** Steps in which a pattern may repeat, by interval; a year of days only where there are two of them to see it in. */
function periodsOf(interval: Interval, length: number): number[] {
  if (interval === "hour") return [24, 168];
  if (interval === "day") return length >= 800 ? [7, 365] : [7];
  return [interval === "week" ? 52 : 12];
}

/** Series to be forecast together; the same one is forecast once. */
export class SeriesTasks {
  readonly #tasks: ForecastInput[] = [];
  readonly #options: Omit<ForecastInput, "values" | "periods" | "horizon">;

  constructor(options: Omit<ForecastInput, "values" | "periods" | "horizon">) {
    this.#options = options;
  }

  get count(): number {
    return this.#tasks.length;
  }

  /** The series of what was observed, and where its forecast will be. */
  add(
    values: ReadonlyMap<number, number | null>,
    { source, ahead, interval }: { readonly source: Source; readonly ahead: Ahead; readonly interval: Interval },
  ): Task {
    const series = makeSeries(values, source);
    const horizon = (ahead.slots.at(-1)?.step ?? 0) + 1;
    this.#tasks.push({
      ...this.#options,
      values: series.values,
      periods: periodsOf(interval, series.values.length),
      horizon,
    });
    return { series, at: this.#tasks.length - 1 };
  }

  /** As the engine takes them. */
  inputs(method: ForecastInput["method"]): ForecastInput[] {
    return this.#tasks.map((task) => ({ ...task, method }));
  }
}

/** A series, and its place among the forecasts. */
export interface Task {
  readonly series: UsageSeries;
  readonly at: number;
}
