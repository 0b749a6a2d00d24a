import assert from "node:assert/strict";
import { toWebhookBody } from "../../../core/alert/alert.ts";
import { toAnomalyAlert } from "../../../core/alert/anomaly_alerts.ts";
import { findBudgetAlert } from "../../../core/alert/budget_alerts.ts";
import { toPriceAlert } from "../../../core/alert/price_alerts.ts";
import { NO_MEASURES } from "../../../core/analytics/fold.ts";
import { findPeriod } from "../../../core/budget/period.ts";
import { readBudgetTerms } from "../../../core/budget/read_budget.ts";
import { describeStatus } from "../../../core/budget/status.ts";
import { parseUsd } from "../../../core/money.ts";
import { WEBHOOK_MESSAGES } from "../../../server/routes/schemas/webhooks.ts";

const NOW = Date.UTC(2026, 1, 11);
const SENT = { organization_id: "acme", id: "a1", raised_at: NOW };

const TERMS = readBudgetTerms({ name: "search", amount_usd: "100", tz: "Europe/Berlin" }, NOW);
const BUDGET = { ...TERMS, organization_id: "acme", id: "b1", version: 1, created_at: 0, updated_at: 0 };
const MEASURES = { ...NO_MEASURES, records: 9n, cost: parseUsd("80.5") };
const DAY = { since: NOW, until: NOW + 86_400_000, label: "2026-02-11" };

const ALERTS = [
  findBudgetAlert(
    describeStatus({ budget: BUDGET, period: findPeriod(BUDGET, NOW), measures: MEASURES, projection: null }, NOW),
    new Set(),
  )!,
  toPriceAlert({ provider: "openai", model: "gpt-9", day: "2026-02-10", records: 3n, tokens: 40n, reasons: ["x"] }),
  toAnomalyAlert(
    {
      id: "n1",
      key: [["model", "gpt-5"]],
      since: DAY,
      until: DAY,
      actual: parseUsd("100"),
      expected_estimate: parseUsd("10"),
      impact: parseUsd("90"),
      severity: "high",
      score: 7.5,
      causes: [{ name: "volume", model: null, amount: parseUsd("90") }],
    } as unknown as Parameters<typeof toAnomalyAlert>[0],
  ),
  { type: "alert.test" as const, text: "A test", data: {} },
];

Deno.test("WEBHOOK_MESSAGES has every field of what is sent, and no other", () => {
  for (const alert of ALERTS) {
    const body = toWebhookBody({ ...SENT, ...alert });
    // What a schema does not name is dropped from what it gives.
    assert.deepEqual(WEBHOOK_MESSAGES[alert.type].body.parse(body), body, alert.type);
  }
  assert.deepEqual(ALERTS.map(({ type }) => type).sort(), Object.keys(WEBHOOK_MESSAGES).sort());
});
