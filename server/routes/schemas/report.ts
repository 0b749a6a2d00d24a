/**
 * A report on the wire: the shape of every aggregate, trend and comparison.
 */

import { z } from "@hono/zod-openapi";
import { Currency, Instant, orNull } from "./values.ts";

const Cell = z.union([z.string(), z.number(), z.null()]);

const Row = z.record(z.string(), Cell).meta({
  id: "ReportRow",
  description: "Cells by column name: amounts as decimal text, counts and ratios as numbers, null for what is unknown.",
});

const ReportHead = z.looseObject({
  type: z.enum([
    "cost",
    "usage",
    "summary",
    "cost_series",
    "usage_series",
    "providers",
    "models",
    "trends",
    "statistics",
    "budget",
    "cost_forecast",
    "usage_forecast",
    "anomaly",
  ]),
  title: z.string(),
  organization_id: z.string(),
  since: Instant,
  until: Instant,
  tz: z.string(),
  group_by: z.array(z.string()),
  filter: z.record(z.string(), z.array(z.string())),
  currency: Currency,
  generated_at: Instant,
  price_book: z.string(),
  records_since: Instant.optional().describe(
    "What only single records tell is of those from then on: retention has dropped earlier ones.",
  ),
  summary: Row.optional().describe("Figures about the whole."),
  movers: z.array(Row).optional(),
  top_providers: z.array(Row).optional(),
  top_models: z.array(Row).optional(),
  statuses: z.array(Row).optional(),
  unpriced: z.array(Row).optional(),
  warnings: z.array(z.string()).optional().describe("What to know before trusting the figures."),
  total: z.array(Row).optional().describe("Of a forecast by groups: all of them together, by period."),
  groups: z.array(Row).optional().describe("Of a forecast: each group's sum, method and errors."),
  price_changes: z.array(Row).optional().describe("Of a forecast: changes of price that it knows ahead."),
  history: z.array(Row).optional().describe("Of a forecast: what was measured before it."),
  causes: z.array(Row).optional(),
  contributors: z.array(Row).optional(),
  periods: z.array(Row).optional(),
});

/** The schema of a report. */
export const Report = z.object({
  report: ReportHead,
  columns: z.array(z.object({
    name: z.string(),
    type: z.enum(["text", "time", "integer", "usd", "thousandths", "ratio", "approximate_usd"]),
  })),
  rows: z.array(Row),
  totals: Row,
  coverage: orNull(z.object({
    priced_records: z.int(),
    unpriced_records: z.int(),
    unpriced_tokens: z.int(),
    ratio: z.number().min(0).max(1),
  })).describe("Null where rows are of records that overlap, as those of budgets are."),
}).meta({ id: "Report", description: "A table with its head, totals and how much of the usage has a price." });
