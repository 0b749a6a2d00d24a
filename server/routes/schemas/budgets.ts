/**
 * Budgets on the wire.
 */

import { z } from "@hono/zod-openapi";
import { PERIOD_NAMES } from "../../../core/budget/budget.ts";
import { CHECK_REASONS, CHECKED_SPENDS } from "../../../core/budget/check.ts";
import { DEFAULT_THRESHOLDS } from "../../../core/budget/read_budget.ts";
import { BUDGET_STATES } from "../../../core/budget/status.ts";
import { LIMITS } from "../../../core/limits.ts";
import { accountListOf } from "./accounts.ts";
import {
  Count,
  Currency,
  Instant,
  Name,
  OrganizationId,
  orNull,
  OTHER_COUNTS,
  ServiceTier,
  UnpricedReason,
  UsdOrNull,
  UsdText,
} from "./values.ts";

/** An amount as people send it. */
const Dollars = z.union([z.string().min(1).max(64), z.number()]).describe("US dollars: a decimal, best as text.");

const BudgetName = z.string().min(1).max(LIMITS.id_characters);
const FilterValues = z.array(z.string().max(LIMITS.text_characters)).max(LIMITS.filter_values);

const BUDGET_FIELDS = {
  name: BudgetName.describe("Unique in the organization."),
  amount_usd: Dollars,
  period: z.enum(PERIOD_NAMES).default("month"),
  since: z.string().min(1).max(64).optional().describe("Of a custom period: 2026-01-31, RFC 3339."),
  until: z.string().min(1).max(64).optional().describe("Of a custom period; a day is included."),
  tz: z.string().min(1).max(64).default("UTC").describe("The IANA time zone that periods are counted in."),
  filter: z.union([FilterValues, z.record(z.string(), FilterValues)]).optional().describe(
    "Which records count: `key=value` texts, `project=search`, or lists of values by dimension; all when not given.",
  ),
  thresholds: z.array(z.int().min(1).max(1_000)).max(LIMITS.budget_thresholds).default([...DEFAULT_THRESHOLDS])
    .describe("Whole percents of the amount at which an alert is raised."),
  owner: orNull(BudgetName).optional(),
};

/** A new budget. */
export const NewBudget = z.strictObject({ organization_id: OrganizationId.optional(), ...BUDGET_FIELDS }).meta({
  id: "NewBudget",
});

/** The terms of a budget, all of them. */
export const BudgetTerms = z.strictObject({
  ...BUDGET_FIELDS,
  version: z.int().min(1).optional().describe("Of what was read before: 409 when it has changed since."),
}).meta({ id: "BudgetTerms" });

/** A budget. */
export const Budget = z.object({
  id: z.string(),
  organization_id: z.string(),
  name: z.string(),
  amount_usd: UsdText,
  period: z.enum(PERIOD_NAMES),
  since: orNull(Instant),
  until: orNull(Instant),
  tz: z.string(),
  filter: z.record(z.string(), z.array(z.string())),
  thresholds: z.array(z.int()),
  owner: z.string().nullable(),
  version: z.int().describe("Counts changes."),
  created_at: Instant,
  updated_at: Instant,
}).meta({ id: "Budget" });

/** A page of budgets. */
export const BudgetList = accountListOf(Budget).meta({ id: "BudgetList" });

const Projection = z.object({
  expected: z.number().describe("Approximate dollars spent by the period's end; a statistic, not an amount."),
  lower: z.number(),
  upper: z.number(),
  level: z.number().describe("The share of outcomes that the interval is to contain."),
  method: z.string(),
  history: z.int(),
  exceeded_on: z.string().nullable().describe("When the amount is exceeded, as expected; null when it is not."),
  exceeded_earliest: z.string().nullable(),
  exceeded_latest: z.string().nullable(),
  warnings: z.array(z.string()),
}).meta({ id: "BudgetProjection" });

const STANDING_FIELDS = {
  budget: Budget,
  period: z.object({
    label: z.string(),
    since: Instant,
    until: Instant,
    state: z.enum(["upcoming", "running", "ended"]),
  }),
  state: z.enum(BUDGET_STATES).describe("`unknown`: nothing of the usage has a price."),
  currency: Currency,
  amount_usd: UsdText,
  spent_usd: UsdOrNull.describe("The cost of the period's records that have a price."),
  remaining_usd: UsdOrNull,
  used_ratio: z.number().nullable(),
  burn_rate_usd_per_day: UsdOrNull,
  thresholds_reached: z.array(z.int()),
  records: z.int(),
  unpriced_records: z.int().describe("Records that are not in spent_usd since they have no price."),
  unpriced_tokens: z.int(),
  projection: orNull(Projection),
};

/** How a budget stands. */
export const BudgetStatus = z.object(STANDING_FIELDS).meta({ id: "BudgetStatus" });

/** What is checked. */
export const BudgetCheckRequest = z.strictObject({
  organization_id: OrganizationId.optional(),
  budgets: z.array(BudgetName).min(1).max(100).optional().describe(
    "Ids or names: exactly these. Without them those that the call counts in; without a call all that are running.",
  ),
  fail_on: z.enum(CHECKED_SPENDS).default("actual").describe("`projected`: what is expected by the period's end."),
  amount_usd: Dollars.optional().describe("What the call costs; worked out of its counts when it is not given."),
  provider: Name.optional(),
  model: Name.optional(),
  service_tier: ServiceTier.optional(),
  region: Name.nullable().optional(),
  project: Name.optional(),
  user: Name.optional(),
  environment: Name.optional(),
  operation: Name.optional(),
  session: Name.optional(),
  tags: z.record(z.string().max(LIMITS.tag_key_characters), z.string().max(LIMITS.tag_value_characters)).optional(),
  input_tokens: Count.optional(),
  cache_read_tokens: Count.optional(),
  cache_write_5m_tokens: Count.optional(),
  cache_write_1h_tokens: Count.optional(),
  output_tokens: Count.optional(),
  reasoning_tokens: Count.optional(),
  ...OTHER_COUNTS,
  calls: z.int().min(1).max(1_000_000_000).default(1).describe("How many such calls."),
}).refine((call) => (call.reasoning_tokens ?? 0) <= (call.output_tokens ?? 0), {
  path: ["reasoning_tokens"],
  message: "reasoning is part of output_tokens: give at most as many",
}).meta({ id: "BudgetCheckRequest", description: "A call that was not made; counts are disjoint." });

/** Whether everything is within its budgets. */
export const BudgetCheck = z.object({
  allowed: z.boolean(),
  cost_usd: UsdOrNull.optional().describe("What the call costs; absent when none was given."),
  unpriced_reason: UnpricedReason.optional(),
  detail: z.string().optional(),
  unknown_project: z.string().optional().describe(
    "The call's project, when no record and no budget of the organization has it: it may be mistyped.",
  ),
  fail_on: z.enum(CHECKED_SPENDS),
  budgets: z.array(z.object({
    allowed: z.boolean(),
    reason: orNull(z.enum(CHECK_REASONS)),
    ...STANDING_FIELDS,
  })),
}).meta({ id: "BudgetCheck" });
