/**
 * Budgets over HTTP.
 */

import { readDollars } from "../../core/budget/read_budget.ts";
import { OTHER_UNIT_NAMES, TEXT_UNIT_NAMES } from "../../core/usage/units.ts";
import { type BudgetCall, checkBudgets, readBudgetStatus, reportBudgets } from "../operations/budget_status.ts";
import { addBudget, getBudget, readBudgets, removeBudget, setBudget } from "../operations/budgets.ts";
import { fromWireCounts } from "../wire/counts.ts";
import { toWireBudget, toWireBudgetCheck, toWireBudgetStatus } from "../wire/budget.ts";
import { readPosition, writePage } from "./account_pages.ts";
import { jsonBody } from "./body.ts";
import { writeReport } from "./report_reply.ts";
import { defineRoute, type Route } from "./route.ts";
import { AccountListQuery } from "./schemas/accounts.ts";
import {
  Budget,
  BudgetCheck,
  BudgetCheckRequest,
  BudgetList,
  BudgetStatus,
  BudgetTerms,
  NewBudget,
} from "./schemas/budgets.ts";
import { Report } from "./schemas/report.ts";
import { IdParams, OrganizationQuery } from "./schemas/values.ts";
import type { z } from "@hono/zod-openapi";

const tag = "Budgets";

const list = defineRoute({
  method: "get",
  path: "/budgets",
  summary: "List budgets",
  tag,
  query: AccountListQuery,
  replies: { 200: { description: "A page of budgets, by name", schema: BudgetList } },
  operation: readBudgets,
  read: ({ query: { organization_id } }) => ({ organization_id }),
  write: (budgets, request) => {
    const after = readPosition("budgets", request)?.[0];
    const behind = after === undefined ? budgets : budgets.filter(({ name }) => name > String(after));
    const { limit } = request.query;
    const page = { data: behind.slice(0, limit), has_more: behind.length > limit };
    return writePage("budgets", { ...page, positionOf: ({ name }) => [name], toWire: toWireBudget }, request);
  },
});

const create = defineRoute({
  method: "post",
  path: "/budgets",
  summary: "Make a budget",
  description: "An amount for a period in a time zone, for the records that a filter takes.",
  tag,
  body: jsonBody(NewBudget),
  replies: { 201: { description: "The budget", schema: Budget } },
  problems: [409],
  takes_idempotency_key: true,
  operation: addBudget,
  read: ({ body: { organization_id, ...written } }) => ({ organization_id, written }),
  write: (output) => ({ status: 201, body: toWireBudget(output) }),
});

const get = defineRoute({
  method: "get",
  path: "/budgets/{id}",
  summary: "Show a budget",
  description: "By its id or its name.",
  tag,
  params: IdParams,
  query: OrganizationQuery,
  replies: { 200: { description: "The budget", schema: Budget } },
  problems: [404],
  operation: getBudget,
  read: ({ params, query }) => ({ ...query, budget: params.id }),
  write: (output) => ({ status: 200, body: toWireBudget(output) }),
});

const change = defineRoute({
  method: "put",
  path: "/budgets/{id}",
  summary: "Give a budget other terms",
  description: "All of them: what is not given has its default.",
  tag,
  params: IdParams,
  query: OrganizationQuery,
  body: jsonBody(BudgetTerms),
  replies: { 200: { description: "The budget as it is now", schema: Budget } },
  problems: [404, 409],
  operation: setBudget,
  read: ({ params, query, body: { version, ...written } }) => ({ ...query, budget: params.id, written, version }),
  write: (output) => ({ status: 200, body: toWireBudget(output) }),
});

const remove = defineRoute({
  method: "delete",
  path: "/budgets/{id}",
  summary: "Take a budget away",
  tag,
  params: IdParams,
  query: OrganizationQuery,
  replies: { 204: { description: "It is gone" } },
  problems: [404],
  operation: removeBudget,
  read: ({ params, query }) => ({ ...query, budget: params.id }),
  write: () => ({ status: 204 }),
});

const report = defineRoute({
  method: "get",
  path: "/budgets/status",
  summary: "Report how every budget stands",
  tag,
  query: OrganizationQuery,
  replies: { 200: { description: "A row for each budget, by name", schema: Report } },
  operation: reportBudgets,
  read: ({ query }) => query,
  write: writeReport,
});

const status = defineRoute({
  method: "get",
  path: "/budgets/{id}/status",
  summary: "Say how a budget stands",
  description: "Added up from the records of the period that is running, with a forecast of the rest of it.",
  tag,
  params: IdParams,
  query: OrganizationQuery,
  replies: { 200: { description: "How it stands", schema: BudgetStatus } },
  problems: [404],
  operation: readBudgetStatus,
  read: ({ params, query }) => ({ ...query, budget: params.id }),
  write: (output) => ({ status: 200, body: toWireBudgetStatus(output) }),
});

const check = defineRoute({
  method: "post",
  path: "/budgets/check",
  summary: "Ask whether a call fits its budgets",
  description:
    "Before it is made: by its amount, or by model and counts. A value that is not given is one that the call does not " +
    "have. Without a call: whether any budget is exceeded.",
  tag,
  body: jsonBody(BudgetCheckRequest),
  replies: { 200: { description: "Whether it is allowed, and how each budget stands", schema: BudgetCheck } },
  problems: [404],
  operation: checkBudgets,
  read: ({ body }) => ({
    organization_id: body.organization_id,
    budgets: body.budgets,
    spend: body.fail_on,
    call: readCall(body),
  }),
  write: (output) => ({ status: 200, body: toWireBudgetCheck(output) }),
});

const COUNT_NAMES: readonly string[] = [...TEXT_UNIT_NAMES, "reasoning_tokens", ...OTHER_UNIT_NAMES];

/** The call of a request; undefined when it says nothing of one. */
function readCall(body: z.output<typeof BudgetCheckRequest>): BudgetCall | undefined {
  const { organization_id: _organization, budgets: _budgets, fail_on: _spend, calls, ...said } = body;
  if (Object.values(said).every((value) => value === undefined)) return undefined;
  const { provider, model, project, user, environment, operation, session } = said;
  return {
    amount: said.amount_usd === undefined ? undefined : readDollars(said.amount_usd),
    provider,
    model,
    service_tier: said.service_tier ?? "standard",
    region: said.region ?? null,
    counts: Object.keys(said).some((name) => COUNT_NAMES.includes(name)) ? fromWireCounts(said) : undefined,
    calls,
    project,
    user,
    environment,
    operation,
    session,
    tags: said.tags ?? {},
  };
}

/** Routes of budgets. */
export const BUDGET_ROUTES: readonly Route[] = [list, create, check, report, get, change, remove, status];
