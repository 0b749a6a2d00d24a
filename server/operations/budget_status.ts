/**
 * How budgets stand, always added up from records, and whether a call fits them.
 */

import type { Dimension } from "../../core/analytics/query.ts";
import type { Measures } from "../../core/analytics/measures.ts";
import { sumRows } from "../../core/analytics/fold.ts";
import type { Budget } from "../../core/budget/budget.ts";
import { buildBudgetReport } from "../../core/budget/build_report.ts";
import { type BudgetVerdict, checkBudget, type CheckedSpend, isInScope } from "../../core/budget/check.ts";
import { type CurrentPeriod, findPeriod } from "../../core/budget/period.ts";
import { type BudgetStatus, describeStatus } from "../../core/budget/status.ts";
import { CostopsError } from "../../core/error.ts";
import { formatUsd, type Usd, usdFromNanos, ZERO_USD } from "../../core/money.ts";
import { priceUsage } from "../../core/pricing/cost.ts";
import type { Cost } from "../../core/pricing/price.ts";
import type { Report } from "../../core/report/report.ts";
import type { ServiceTier, UsageCounts } from "../../core/usage/record.ts";
import { listBudgets, readBudget } from "../../db/budgets.ts";
import { readCosts } from "../../db/costs.ts";
import { hasProject } from "../../db/projects.ts";
import type { Environment } from "../environment.ts";
import { projectBudgets } from "../forecast/project_budgets.ts";
import type { BudgetInput, BudgetListInput } from "./budgets.ts";
import type { Operation } from "./operation.ts";
import { chooseOrganization } from "./reports.ts";

/**
 * Says how a budget stands in the period that is running. Fails with `not_found`, and with `beyond_retention` when it
 * needs records that were dropped.
 */
export const readBudgetStatus: Operation<BudgetInput, BudgetStatus> = {
  name: "getBudgetStatus",
  permission: "budget:read",
  handle: async (environment, principal, { budget, ...input }) => {
    const key = { organization_id: chooseOrganization(principal, input), budget };
    return await statusOf(environment, await readBudget(environment.database, key), { isProjected: true });
  },
};

/** Adds up a budget's spend from records, and with `isProjected` forecasts the rest of its period. */
export async function statusOf(
  environment: Environment,
  budget: Budget,
  { isProjected }: { readonly isProjected: boolean },
): Promise<BudgetStatus> {
  const standing = await standingOf(environment, { budget, period: findPeriod(budget, environment.now()) });
  return isProjected ? (await projectBudgets(environment, [standing]))[0]! : standing;
}

/** How a budget stands in a period, without what is to come. */
export async function standingOf(
  environment: Environment,
  { budget, period }: { readonly budget: Budget; readonly period: CurrentPeriod },
): Promise<BudgetStatus> {
  const measures = await readMeasures(environment, { budget, period });
  return describeStatus({ budget, period, measures, projection: null }, environment.now());
}

/** The sums over all records of a budget's period, those with a time to come included. */
async function readMeasures(
  { database }: Environment,
  { budget, period }: { readonly budget: Budget; readonly period: CurrentPeriod },
): Promise<Measures> {
  const { organization_id, tz, scope: filter } = budget;
  const { since, until, label } = period;
  const query = {
    organization_id,
    range: { since, until },
    tz,
    group_by: [],
    interval: null,
    buckets: [{ since, until, label }],
    filter,
    units: [],
  };
  return sumRows(await readCosts(database, query)).measures;
}

/**
 * Reports how every budget stands. Fails with `beyond_retention` when one needs records that were dropped.
 */
export const reportBudgets: Operation<BudgetListInput, Report> = {
  name: "reportBudgets",
  permission: "budget:read",
  handle: async (environment, principal, input) => {
    const organization_id = chooseOrganization(principal, input);
    const statuses: BudgetStatus[] = [];
    for (const budget of await listBudgets(environment.database, organization_id)) {
      statuses.push(await statusOf(environment, budget, { isProjected: false }));
    }
    const projected = await projectBudgets(environment, statuses);
    const price_book = await environment.priceBookVersion();
    return buildBudgetReport({ organization_id, statuses: projected, now: environment.now(), price_book });
  },
};

/** A call that is not made yet: what it costs, or what that is worked out of, and in which budgets it counts. */
export interface BudgetCall {
  /** What it costs; worked out of the counts when not given. */
  readonly amount?: Usd;
  readonly provider?: string;
  readonly model?: string;
  readonly service_tier: ServiceTier;
  readonly region: string | null;
  readonly counts?: UsageCounts;
  /** How many such calls. */
  readonly calls: number;
  readonly project?: string;
  readonly user?: string;
  readonly environment?: string;
  readonly operation?: string;
  readonly session?: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** What is checked. */
export interface CheckBudgetsInput {
  readonly organization_id?: string;
  /** Ids or names: exactly these; else those that the call counts in; else all. */
  readonly budgets?: readonly string[];
  readonly call?: BudgetCall;
  readonly spend: CheckedSpend;
}

/** Whether everything that was asked for is within its budgets. */
export interface BudgetCheck {
  /** What every budget allows. */
  readonly is_allowed: boolean;
  /** Of all its calls; null when it has no price, undefined when no call was given. */
  readonly cost: Usd | null | undefined;
  /** Why the call has no price. */
  readonly unpriced: { readonly reason: string; readonly detail: string } | undefined;
  /** The project of the call, when no budget and no record has it: it may be mistyped. */
  readonly unknown_project: string | undefined;
  readonly spend: CheckedSpend;
  readonly verdicts: readonly BudgetVerdict[];
}

/**
 * Says whether budgets are kept, and whether a call fits them: that it does not is an answer and no failure. Fails with
 * `not_found` on a budget that was named and is not there, and with `invalid` on a call with counts and no model.
 */
export const checkBudgets: Operation<CheckBudgetsInput, BudgetCheck> = {
  name: "checkBudgets",
  permission: "budget:check",
  handle: async (environment, principal, { budgets: names, call, spend, ...input }) => {
    const organization_id = chooseOrganization(principal, input);
    const priced = call === undefined ? undefined : await priceCall(environment, { call, organization_id });
    const provider = call === undefined ? null : await findProvider(environment, call);
    const chosen = await chooseBudgets(environment, { organization_id, names, call, provider });
    const cost = priced === undefined ? undefined : priced.cost;
    const standings: BudgetStatus[] = [];
    for (const budget of chosen) standings.push(await statusOf(environment, budget, { isProjected: false }));
    const statuses = spend === "projected" ? await projectBudgets(environment, standings) : standings;
    const verdicts = statuses.map((status) =>
      checkBudget(status, { cost: cost === undefined ? ZERO_USD : cost, spend })
    );
    const is_allowed = verdicts.every((verdict) => verdict.is_allowed);
    const unknown_project = await findUnknownProject(environment, { organization_id, project: call?.project });
    return { is_allowed, cost, unpriced: priced?.unpriced, unknown_project, spend, verdicts };
  },
};

/** The project when nothing in the organization is of it. */
async function findUnknownProject(
  { database }: Environment,
  { organization_id, project }: { readonly organization_id: string; readonly project: string | undefined },
): Promise<string | undefined> {
  if (project === undefined || project === "") return undefined;
  const budgets = await listBudgets(database, organization_id);
  if (budgets.some(({ scope }) => scope.get("project")?.includes(project))) return undefined;
  return await hasProject(database, { organization_id, project }) ? undefined : project;
}

async function chooseBudgets(
  environment: Environment,
  { organization_id, names, call, provider }: {
    readonly organization_id: string;
    readonly names: readonly string[] | undefined;
    readonly call: BudgetCall | undefined;
    readonly provider: string | null;
  },
): Promise<Budget[]> {
  const { database, now } = environment;
  if (names !== undefined) {
    const named: Budget[] = [];
    for (const budget of new Set(names)) named.push(await readBudget(database, { organization_id, budget }));
    return named;
  }
  const all = await listBudgets(database, organization_id);
  const running = all.filter((budget) => findPeriod(budget, now()).state === "running");
  if (call === undefined) return running;
  return running.filter(({ scope }) => isInScope(scope, (dimension) => valueOf(call, dimension, provider)));
}

/** What a record of the call would have in a dimension. */
function valueOf(call: BudgetCall, dimension: Dimension, provider: string | null): string {
  if (dimension === "provider") return provider ?? "";
  if (!dimension.startsWith("tag:")) return call[dimension as Exclude<Dimension, `tag:${string}`>] ?? "";
  const key = dimension.slice("tag:".length);
  return Object.hasOwn(call.tags, key) ? call.tags[key]! : "";
}

async function findProvider(environment: Environment, { provider, model }: BudgetCall): Promise<string | null> {
  if (model === undefined) return provider ?? null;
  return (await environment.priceBook()).resolve(provider, model).provider;
}

/** What a call costs with the prices in force now. */
async function priceCall(
  environment: Environment,
  { call, organization_id }: { readonly call: BudgetCall; readonly organization_id: string },
): Promise<Pick<BudgetCheck, "unpriced"> & { readonly cost: Usd | null }> {
  const { amount, model, counts, calls, service_tier, region } = call;
  if (amount !== undefined && amount < 0n) {
    throw new CostopsError("invalid", `Cannot take ${formatUsd(amount)} as what a call costs: write 0 or more`);
  }
  if (amount !== undefined) return { cost: usdFromNanos(amount * BigInt(calls)), unpriced: undefined };
  if (counts === undefined) return { cost: ZERO_USD, unpriced: undefined };
  if (model === undefined) {
    throw new CostopsError("invalid", "Cannot price a call without its model: name it, or give amount_usd");
  }
  const provider = await findProvider(environment, call);
  if (provider === null) {
    throw new CostopsError("invalid", `Cannot tell the provider of model "${model}": give the provider`);
  }
  const question = { organization_id, provider, model, timestamp: environment.now(), service_tier, region, ...counts };
  const cost: Cost = priceUsage(question, await environment.priceBook());
  if (cost.amount === null) return { cost: null, unpriced: { reason: cost.reason, detail: cost.detail } };
  return { cost: usdFromNanos(cost.amount * BigInt(calls)), unpriced: undefined };
}
