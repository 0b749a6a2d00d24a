/**
 * What webhooks of alerts are sent, by the type of the alert.
 */

import { z } from "@hono/zod-openapi";
import type { AlertType } from "../../../core/alert/alert.ts";
import { SEVERITIES } from "../../../core/anomaly/anomaly.ts";
import { CAUSES } from "../../../core/anomaly/causes.ts";
import { BUDGET_STATES } from "../../../core/budget/status.ts";
import { Currency, Instant, UsdText } from "./values.ts";

/** What every message says, and what its type says besides. */
function bodyOf<Type extends string, Fields extends z.ZodRawShape>(type: Type, fields: Fields) {
  return z.object({
    type: z.literal(type),
    timestamp: Instant.describe("When the alert was raised."),
    data: z.object({
      organization_id: z.string(),
      text: z.string().describe("One sentence for people, amounts rounded."),
      ...fields,
    }),
  });
}

const BudgetThresholdReached = bodyOf("budget.threshold_reached", {
  budget_id: z.string(),
  budget: z.string().describe("Its name."),
  owner: z.string().nullable(),
  threshold_percent: z.int().describe("The highest threshold that is reached; lower ones are not told besides."),
  period: z.object({ label: z.string(), since: Instant, until: Instant }),
  state: z.enum(BUDGET_STATES),
  currency: Currency,
  amount_usd: UsdText,
  spent_usd: UsdText,
  unpriced_records: z.int().describe("Records of the period that are not in spent_usd since they have no price."),
}).meta({ id: "BudgetThresholdReached" });

const AnomalyFound = bodyOf("anomaly.found", {
  anomaly_id: z.string(),
  series: z.string().describe("`total`, or `model=gpt-5`."),
  since: z.string().describe("The first day, of UTC: `2026-01-05`."),
  until: z.string().describe("The last day."),
  severity: z.enum(SEVERITIES),
  score: z.number().describe("How unusual it is: 3 is one chance in 1,000."),
  currency: Currency,
  actual_usd: UsdText,
  expected_usd: UsdText.describe("An estimate."),
  impact_usd: UsdText.describe("Actual less expected; below 0 when less was spent."),
  causes: z.array(z.object({ name: z.enum(CAUSES), model: z.string().nullable(), amount_usd: UsdText })).describe(
    "By size; they add up to the impact.",
  ),
}).meta({ id: "AnomalyFound" });

const PriceMissing = bodyOf("price.missing", {
  provider: z.string(),
  model: z.string(),
  day: z.string().describe("Of UTC: `2026-01-05`."),
  records: z.int().describe("Of the day, when the alert was raised."),
  tokens: z.int(),
  reasons: z.array(z.string()).describe("Why they have no price: `unknown_model`."),
}).meta({ id: "PriceMissing" });

const Test = bodyOf("alert.test", {}).meta({ id: "AlertTestMessage" });

/** A kind of message. */
export interface WebhookMessage {
  readonly summary: string;
  readonly body: z.ZodType;
}

/** Every kind of message by its type. */
export const WEBHOOK_MESSAGES: Readonly<Record<AlertType | "alert.test", WebhookMessage>> = {
  "budget.threshold_reached": {
    summary: "A budget has reached one of its thresholds",
    body: BudgetThresholdReached,
  },
  "anomaly.found": { summary: "A day did not cost what was to be expected", body: AnomalyFound },
  "price.missing": { summary: "Usage of a model has no price", body: PriceMissing },
  "alert.test": { summary: "Somebody tests the channel", body: Test },
};
