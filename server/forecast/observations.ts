/**
 * What a forecast is made from, read at one moment.
 */

import { knownCost } from "../../core/analytics/fold.ts";
import type { CostRow } from "../../core/analytics/measures.ts";
import type { CostQuery, Dimension, Interval, TimeBucket } from "../../core/analytics/query.ts";
import { readMeasure } from "../../core/forecast/measure.ts";
import { DAYS_TO_MONTH_END, monthAt } from "../../core/forecast/month_end.ts";
import { type ModelUsage, type PriceChange, PriceLevels } from "../../core/forecast/price_index.ts";
import { shareAhead } from "../../core/forecast/running.ts";
import { placeInSlots } from "../../core/forecast/slots.ts";
import { findSource, type Source } from "../../core/forecast/usage_series.ts";
import { LIMITS } from "../../core/limits.ts";
import type { ServiceTier } from "../../core/usage/record.ts";
import { inSnapshot, readCostsIn } from "../../db/costs.ts";
import type { Queries } from "../../db/database.ts";
import {
  type GroupChoice,
  type GroupedHistory,
  type GroupHistory,
  readGroupedHistory,
} from "../../db/grouped_history.ts";
import type { Environment } from "../environment.ts";
import { type ForecastPlan, over, planDays } from "./question.ts";

/** Everything that is known of the history. */
export interface Observations {
  readonly driver: "cost" | "usage";
  readonly groups: readonly GroupHistory[];
  /** How many groups are in the one that has no dimensions. */
  readonly others: number;
  /** Where usage drives: the largest models of all groups, by {@link leaf_dimensions}; they are in the groups. */
  readonly leaves: readonly GroupHistory[];
  /** The dimensions asked for, and provider and model. */
  readonly leaf_dimensions: readonly Dimension[];
  readonly total: readonly CostRow[];
  /** What the first period that is forecast has brought already; undefined when it does not run. */
  readonly running: RunningPeriod | undefined;
  readonly source: Source;
  /** Absent where prices are of no interest. */
  readonly prices: { readonly levels: PriceLevels; readonly usages: readonly ModelUsage[] } | undefined;
  readonly price_changes: readonly PriceChange[];
  readonly month: MonthObservations | undefined;
}

/** The period that runs: how much of it lies ahead, and what was observed of it so far. */
export interface RunningPeriod {
  readonly ahead: number;
  /** By dimensions as JSON; `undefined` is all the groups that have none of their own. */
  readonly rows: ReadonlyMap<string | undefined, CostRow>;
  readonly total: CostRow | undefined;
}

/** What is known of the month that runs. */
export interface MonthObservations {
  readonly label: string;
  readonly since: number;
  readonly until: number;
  readonly rows: readonly CostRow[];
  /** The days, whatever the periods of the forecast are, and what was observed in them. */
  readonly days: DayObservations;
}

/** Days that are forecast for the end of the month. */
export interface DayObservations {
  readonly history: readonly TimeBucket[];
  readonly future: readonly TimeBucket[];
  readonly rows: readonly CostRow[];
  readonly source: Source;
}

/** Reads it all. Fails as `readCosts` does. */
export async function readObservations(environment: Environment, plan: ForecastPlan): Promise<Observations> {
  const book = plan.measure === "cost_usd" && plan.driver !== "cost" ? await environment.priceBook() : undefined;
  return await inSnapshot(environment.database, async (queries) => {
    const { query, interval, history, future } = plan;
    const source = await readSource(queries, query);
    const usages = book === undefined ? [] : await readModelUsages(queries, plan);
    const levels = book === undefined
      ? undefined
      : new PriceLevels({ book, organization_id: query.organization_id, interval, history, future });
    const price_changes = levels?.findChanges(sumByModel(usages)) ?? [];
    const driver = plan.driver === "usage" || price_changes.length > 0 ? "usage" : "cost";
    const choice = { limit: LIMITS.forecast_groups, rank: (row: CostRow) => rankOf(row, plan) };
    const { groups, others, total, running } = await readGroups(queries, { plan, choice });
    const leaf_dimensions = [...new Set([...query.group_by, ...PRICED_BY])];
    const leaves = driver === "usage"
      ? (await readGroupedHistory(queries, { ...query, group_by: leaf_dimensions }, choice)).groups
      : [];
    return {
      driver,
      groups,
      others,
      leaves: leaves.filter(({ dimensions }) => dimensions !== undefined),
      leaf_dimensions,
      total,
      running,
      source,
      prices: levels === undefined ? undefined : { levels, usages },
      price_changes,
      month: await readMonth(queries, plan, { total, source }),
    };
  });
}

/** The groups in the periods that have ended, and in the one that runs. */
async function readGroups(
  queries: Queries,
  { plan: { query, history, future: [first], now }, choice }: {
    readonly plan: ForecastPlan;
    readonly choice: GroupChoice;
  },
): Promise<GroupedHistory & { readonly running: RunningPeriod | undefined }> {
  // A history that ends earlier tells of another time than now.
  if (first === undefined || history.length === 0 || now < first.since || now >= first.until) {
    return { ...await readGroupedHistory(queries, query, choice), running: undefined };
  }
  const at = history.length;
  const { groups, others, total } = await readGroupedHistory(queries, over(query, [...history, first]), choice);
  return {
    groups: groups.map(({ dimensions, rows }) => ({
      dimensions,
      rows: new Map([...rows].filter(([bucket]) => bucket < at)),
    })),
    others,
    total: total.filter(({ bucket }) => bucket < at),
    running: {
      ahead: shareAhead(first, now),
      rows: new Map(groups.flatMap(({ dimensions, rows }) => {
        const row = rows.get(at);
        return row === undefined ? [] : [[dimensions && JSON.stringify(dimensions), row] as const];
      })),
      total: total.find(({ bucket }) => bucket === at),
    },
  };
}

function rankOf({ measures }: CostRow, { measure }: ForecastPlan): bigint {
  return (measure === "cost_usd" ? knownCost(measures) : readMeasure(measures, measure)) ?? 0n;
}

/** What prices are found by, and roll-ups have. */
const PRICED_BY = ["provider", "model"] as const satisfies readonly Dimension[];

/** When the organization sent anything at all, in the query's periods, whatever its filter. */
export async function readSource(
  queries: Queries,
  query: CostQuery & { readonly interval: Interval },
): Promise<Source> {
  const rows = await readCostsIn(queries, { ...query, group_by: [], filter: new Map() });
  const active = new Set(rows.filter(({ measures }) => measures.records > 0n).map(({ bucket }) => bucket));
  const slots = placeInSlots(query.buckets, query);
  return findSource(slots, {
    interval: query.interval,
    is_active: query.buckets.map((_, bucket) => active.has(bucket)),
  });
}

/** How much usage tells what is used at present: four whole weeks. */
const PRESENT_MS = 28 * 86_400_000;

/** The usage of late, by group, provider, model and service tier. */
async function readModelUsages(queries: Queries, { query, history }: ForecastPlan): Promise<ModelUsage[]> {
  const last = history.at(-1);
  if (last === undefined) return [];
  const since = Math.max(query.range.since, Math.min(last.since, last.until - PRESENT_MS));
  const group_by = [...query.group_by, ...PRICED_BY, "service_tier"] as const;
  const rows = await readCostsIn(queries, { ...over(query, [{ since, until: last.until, label: "" }]), group_by });
  return rows.map(({ dimensions, measures }) => {
    const [provider, model, service_tier] = dimensions.slice(-3);
    return {
      provider: provider ?? "",
      model: model ?? "",
      service_tier: (service_tier ?? "standard") as ServiceTier,
      group: dimensions.slice(0, -3),
      measures,
    };
  });
}

/** One usage for each model and tier, whatever group it is of: a price changes for all of them. */
function sumByModel(usages: readonly ModelUsage[]): ModelUsage[] {
  const first = new Map(
    usages.map((usage) => [JSON.stringify([usage.provider, usage.model, usage.service_tier]), usage]),
  );
  return [...first.values()].sort((a, b) => nameOf(a) < nameOf(b) ? -1 : 1);
}

function nameOf({ provider, model, service_tier }: ModelUsage): string {
  return JSON.stringify([provider, model, service_tier]);
}

async function readMonth(
  queries: Queries,
  plan: ForecastPlan,
  { total, source }: Pick<Observations, "total" | "source">,
): Promise<MonthObservations | undefined> {
  const { query, now, future, interval } = plan;
  const first = future[0];
  // A history that ends earlier tells of another time than now.
  if (first === undefined || now < first.since || now >= first.until || plan.history.length === 0) return undefined;
  const month = monthAt(now, query.tz);
  const rows = await readCostsIn(queries, { ...over(query, [month]), group_by: [] });
  return {
    ...month,
    rows,
    days: interval === "day"
      ? { history: plan.history, future: future.slice(0, DAYS_TO_MONTH_END), rows: total, source }
      : await readDays(queries, plan),
  };
}

async function readDays(queries: Queries, plan: ForecastPlan): Promise<DayObservations> {
  const { history, future } = planDays(plan);
  if (history.length === 0) return { history, future, rows: [], source: { slots: [], is_alive: [] } };
  const query: CostQuery = { ...over(plan.query, history), interval: "day", group_by: [] };
  return {
    history,
    future,
    rows: await readCostsIn(queries, query),
    source: await readSource(queries, { ...query, interval: "day" }),
  };
}
