/**
 * The series of a forecast: one for each part, and one for each group of several parts.
 */

import { subtractRows } from "../../core/analytics/fold.ts";
import type { CostRow } from "../../core/analytics/measures.ts";
import type { Interval, TimeBucket } from "../../core/analytics/query.ts";
import type { ForecastInput } from "../../core/forecast/forecast.ts";
import { OTHER } from "../../core/forecast/forecast_report.ts";
import type { Ahead } from "../../core/forecast/group_forecast.ts";
import { type ForecastMeasure, toStatistic } from "../../core/forecast/measure.ts";
import type { ModelUsage, PriceIndex } from "../../core/forecast/price_index.ts";
import { placeInSlots } from "../../core/forecast/slots.ts";
import { forgetEnded, makeSeries, type Source, type UsageSeries } from "../../core/forecast/usage_series.ts";
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
  /** What the period that runs has brought so far: 0 also where it is not known. */
  readonly so_far: number;
}

const UNCHANGED: PriceIndex = () => 1;

/** The parts by the groups that they are shown in; those of which no cost is known are left out. */
export function groupParts(observations: Observations, plan: ForecastPlan): PartGroup[] {
  const { groups, leaves } = observations;
  const width = plan.query.group_by.length;
  const named = new Set(
    groups.flatMap(({ dimensions }) => dimensions === undefined ? [] : [JSON.stringify(dimensions)]),
  );
  const byGroup = Map.groupBy(leaves, ({ dimensions }) => {
    const name = JSON.stringify(dimensions!.slice(0, width));
    return named.has(name) ? name : OTHER;
  });
  const taken = new Set<ModelUsage>();
  const found = groups.flatMap((group): PartGroup[] => {
    const own = byGroup.get(group.dimensions === undefined ? OTHER : JSON.stringify(group.dimensions)) ?? [];
    const rest = { dimensions: group.dimensions, rows: subtractRows(group.rows, own.map(({ rows }) => rows)) };
    const parts = [...own, rest].flatMap(({ dimensions, rows }): Observed[] => {
      const usages = findUsages(observations, { dimensions, taken });
      const index = observations.driver === "usage" && observations.prices !== undefined
        ? observations.prices.levels.indexOf(usages)
        : UNCHANGED;
      const values = observe(rows.values(), { index, plan, buckets: plan.history });
      return [...values.values()].every((value) => value === null) ? [] : [{ values, index }];
    });
    const shown = group.dimensions ?? Array.from({ length: width }, () => OTHER);
    const row = observations.running?.rows.get(group.dimensions && JSON.stringify(group.dimensions));
    const so_far = row === undefined ? 0 : toStatistic(row, plan.measure) ?? 0;
    return parts.length === 0 && so_far === 0 ? [] : [{ dimensions: shown, parts, so_far }];
  });
  // What is new in the period that runs has a history of nothing, where there is any history at all.
  if (found.every(({ parts }) => parts.length === 0)) return [];
  return found.map((group) => group.parts.length > 0 ? group : { ...group, parts: [NEW] });
}

const NEW: Observed = { values: new Map(), index: UNCHANGED };

/** The usage of late of a leaf, or of what is left of a group; each is taken once. */
function findUsages(
  { prices, leaf_dimensions }: Observations,
  { dimensions, taken }: {
    readonly dimensions: readonly (string | null)[] | undefined;
    readonly taken: Set<ModelUsage>;
  },
): ModelUsage[] {
  const found = prices?.usages.filter((usage) =>
    !taken.has(usage) &&
    (dimensions ?? []).every((value, at) => {
      const name = leaf_dimensions[at];
      const own = at < usage.group.length ? usage.group[at] : name === "provider" ? usage.provider : usage.model;
      return (own || null) === value;
    })
  ) ?? [];
  found.forEach((usage) => taken.add(usage));
  return found;
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

/** Series for which much work is done each, unless somebody says; more of them are forecast the fast way. */
const THOROUGH_SERIES = 20;

/** Series to be forecast together. */
export class SeriesTasks {
  readonly #tasks: { readonly input: ForecastInput; readonly is_whole: boolean }[] = [];
  readonly #options: Omit<ForecastInput, "values" | "periods" | "horizon">;

  constructor(options: Omit<ForecastInput, "values" | "periods" | "horizon">) {
    this.#options = options;
  }

  /** The series of what was observed, and where its forecast will be. */
  add(
    values: ReadonlyMap<number, number | null>,
    { source, ahead, interval, is_whole = false }: {
      readonly source: Source;
      readonly ahead: Ahead;
      readonly interval: Interval;
      /** Whether it is all that is forecast, as one series: for that one much work is done, however many others are. */
      readonly is_whole?: boolean;
    },
  ): Task {
    const made = makeSeries(values, source);
    const series = interval === "day" ? forgetEnded(made) : made;
    const horizon = (ahead.slots.at(-1)?.step ?? 0) + 1;
    const periods = periodsOf(interval, series.values.length);
    this.#tasks.push({ input: { ...this.#options, values: series.values, periods, horizon }, is_whole });
    return { series, at: this.#tasks.length - 1 };
  }

  /** As the engine takes them: with one method where somebody says which. */
  inputs(method: ForecastInput["method"]): ForecastInput[] {
    const ofParts = this.#tasks.length > THOROUGH_SERIES ? "fast" : "auto";
    return this.#tasks.map(({ input, is_whole }) => ({ ...input, method: method ?? (is_whole ? "auto" : ofParts) }));
  }
}

/** A series, and its place among the forecasts. */
export interface Task {
  readonly series: UsageSeries;
  readonly at: number;
}
