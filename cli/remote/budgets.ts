/**
 * Budgets of a server.
 */

import type { Dimension } from "../../core/analytics/query.ts";
import type { Budget } from "../../core/budget/budget.ts";
import type { BudgetVerdict } from "../../core/budget/check.ts";
import type { BudgetStatus } from "../../core/budget/status.ts";
import { formatUsd, parseUsd } from "../../core/money.ts";
import { readJsonReport } from "../../core/report/formats/read_json.ts";
import type { Report } from "../../core/report/report.ts";
import type { BudgetCall, BudgetCheck, CheckBudgetsInput } from "../../server/operations/budget_status.ts";
import type { BudgetInput, BudgetListInput, SetBudgetInput } from "../../server/operations/budgets.ts";
import { toWireCounts } from "../../server/wire/counts.ts";
import type { toWireBudget, toWireBudgetCheck, toWireBudgetStatus } from "../../server/wire/budget.ts";
import type { AnyBinding, Binding } from "./binding.ts";

const ofBudget = { toRequest: ({ budget: id, ...query }: BudgetInput) => ({ params: { id }, query }) };

const listBudgets: Binding<BudgetListInput, Budget[]> = {
  method: "get",
  path: "/budgets",
  is_paged: true,
  toRequest: (query) => ({ query: { ...query } }),
  fromAnswer: ({ json }) => json.data.map(readBudget),
};

const getBudget: Binding<BudgetInput, Budget> = {
  ...ofBudget,
  method: "get",
  path: "/budgets/{id}",
  fromAnswer: ({ json }) => readBudget(json),
};

const createBudget: Binding<BudgetListInput & Pick<SetBudgetInput, "written">, Budget> = {
  method: "post",
  path: "/budgets",
  toRequest: ({ written, ...body }) => ({ body: { ...body, ...written } }),
  fromAnswer: ({ json }) => readBudget(json),
};

const setBudget: Binding<SetBudgetInput, Budget> = {
  method: "put",
  path: "/budgets/{id}",
  toRequest: ({ budget: id, written, version, ...query }) => ({ params: { id }, query, body: { ...written, version } }),
  fromAnswer: ({ json }) => readBudget(json),
};

const deleteBudget: Binding<BudgetInput, void> = {
  ...ofBudget,
  method: "delete",
  path: "/budgets/{id}",
  fromAnswer: () => undefined,
};

const getBudgetStatus: Binding<BudgetInput, BudgetStatus> = {
  ...ofBudget,
  method: "get",
  path: "/budgets/{id}/status",
  fromAnswer: ({ json }) => readStatus(json),
};

const reportBudgets: Binding<BudgetListInput, Report> = {
  method: "get",
  path: "/budgets/status",
  toRequest: (query) => ({ query: { ...query } }),
  fromAnswer: ({ text }) => readJsonReport(text),
};

const checkBudgets: Binding<CheckBudgetsInput, BudgetCheck> = {
  method: "post",
  path: "/budgets/check",
  toRequest: ({ call, spend, ...body }) => ({
    body: { ...body, fail_on: spend, ...(call === undefined ? {} : writeCall(call)) },
  }),
  fromAnswer: ({ json }) => readCheck(json),
};

function writeCall({ amount, counts, ...call }: BudgetCall): Record<string, unknown> {
  return {
    ...call,
    ...(amount === undefined ? {} : { amount_usd: formatUsd(amount) }),
    ...(counts === undefined ? {} : toWireCounts(counts)),
  };
}

function readBudget(
  { amount_usd, period, since, until, filter, created_at, updated_at, ...budget }: ReturnType<typeof toWireBudget>,
): Budget {
  return {
    ...budget,
    amount: parseUsd(amount_usd),
    period: period === "custom"
      ? { name: period, since: Date.parse(since!), until: Date.parse(until!) }
      : { name: period },
    scope: new Map(Object.entries(filter) as [Dimension, string[]][]),
    created_at: Date.parse(created_at),
    updated_at: Date.parse(updated_at),
  };
}

function readStatus({ period, ...status }: ReturnType<typeof toWireBudgetStatus>): BudgetStatus {
  const readUsd = (text: string | null) => text === null ? null : parseUsd(text);
  return {
    budget: readBudget(status.budget),
    period: { ...period, since: Date.parse(period.since), until: Date.parse(period.until) },
    state: status.state,
    spent: readUsd(status.spent_usd),
    remaining: readUsd(status.remaining_usd),
    used_ratio: status.used_ratio === null ? null : BigInt(Math.round(status.used_ratio * 1e6)),
    burn_rate: readUsd(status.burn_rate_usd_per_day),
    thresholds_reached: status.thresholds_reached,
    records: BigInt(status.records),
    unpriced_records: BigInt(status.unpriced_records),
    unpriced_tokens: BigInt(status.unpriced_tokens),
    projection: status.projection,
  };
}

function readCheck(
  { allowed, cost_usd, unpriced_reason, detail, unknown_project, fail_on, budgets }: ReturnType<
    typeof toWireBudgetCheck
  >,
): BudgetCheck {
  return {
    is_allowed: allowed,
    cost: cost_usd === undefined || cost_usd === null ? cost_usd : parseUsd(cost_usd),
    unpriced: unpriced_reason === undefined ? undefined : { reason: unpriced_reason, detail: detail ?? "" },
    unknown_project,
    spend: fail_on,
    verdicts: budgets.map(({ allowed, reason, ...status }): BudgetVerdict => ({
      status: readStatus(status),
      is_allowed: allowed,
      reason,
    })),
  };
}

/** Bindings of budgets, by operation. */
export const BUDGET_BINDINGS: Readonly<Record<string, AnyBinding>> = {
  listBudgets,
  getBudget,
  createBudget,
  setBudget,
  deleteBudget,
  getBudgetStatus,
  reportBudgets,
  checkBudgets,
};
