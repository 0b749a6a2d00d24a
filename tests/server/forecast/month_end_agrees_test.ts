import assert from "node:assert/strict";
import { type Principal, ROLES } from "../../../core/access.ts";
import { readBudgetTerms } from "../../../core/budget/read_budget.ts";
import { createBudget } from "../../../db/budgets.ts";
import type { Database } from "../../../db/database.ts";
import { createEnvironment } from "../../../server/environment.ts";
import { readBudgetStatus } from "../../../server/operations/budget_status.ts";
import { type CostForecastInput, forecastCost } from "../../../server/operations/forecasts.ts";
import { perform } from "../../../server/operations/operation.ts";
import { forEachDatabase } from "../../db/for_each_database.ts";
import { makeCost, makeEntry } from "../../db/records.ts";

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 1, 11, 9);
const PRINCIPAL: Principal = {
  actor: "user:ann",
  organization_id: "default",
  is_super_admin: false,
  permissions: new Set(ROLES.org_admin),
};

/** Two hundred days of two projects, by the weekday and with a trend, no two of them alike. */
async function spend(database: Database): Promise<void> {
  const entries = [];
  for (let day = 200; day > 0; day--) {
    const nanos = BigInt(
      3_000_000_000 + (200 - day) * 7_000_000 + (day % 7) * 400_000_000 + (day * 37 % 11) * 90_000_000,
    );
    const timestamp = NOW - day * DAY;
    entries.push(makeEntry({ id: `a ${day}`, timestamp, project: "search" }, makeCost(nanos)));
    entries.push(makeEntry({ id: `b ${day}`, timestamp, project: "chat" }, makeCost(nanos / 3n + 11n)));
  }
  await database.append(entries);
}

function contextOf(database: Database) {
  return { environment: { ...createEnvironment(database), now: () => NOW }, principal: PRINCIPAL };
}

async function makeBudget(database: Database, filter: readonly string[]): Promise<void> {
  const terms = readBudgetTerms({ name: "all", amount_usd: "500", filter: [...filter] }, NOW);
  await createBudget(database, { organization_id: "default", id: "all", ...terms }, { actor: "test", now: 0 });
}

forEachDatabase("a budget and a forecast say the same of the month's end, whatever else is asked", async ({ open }) => {
  const database = await open();
  await spend(database);
  await makeBudget(database, []);
  const context = contextOf(database);
  const { projection } = await perform(readBudgetStatus, context, { budget: "all" });
  const { expected, lower, upper } = projection!;
  const questions: CostForecastInput[] = [
    {},
    { horizon: 3, group_by: ["project"] },
    { horizon: 90 },
    { interval: "month" },
    { interval: "week", horizon: 2 },
    { interval: "hour", group_by: ["project"] },
  ];
  for (const question of questions) {
    const { report: { summary } } = await perform(forecastCost, context, question);
    const told = ["", "lower_", "upper_"].map((bound) =>
      Number(summary![`month_projected_${bound}cost_usd`]!.value) / 1e6
    );
    assert.deepEqual(told, [expected, lower, upper], JSON.stringify(question));
  }
});

forEachDatabase("a use of long ago says nothing of this month", async ({ open }) => {
  const database = await open();
  // Of the organization nothing is known between then and three days ago.
  await database.append([
    makeEntry({ id: "old", timestamp: NOW - 395 * DAY, project: "old" }, makeCost(30_000_000n)),
    ...[1, 2, 3].map((day) => makeEntry({ id: `new ${day}`, timestamp: NOW - day * DAY, project: "new" })),
  ]);
  await makeBudget(database, ["project=old"]);
  const { projection } = await perform(readBudgetStatus, contextOf(database), { budget: "all" });
  assert.deepEqual([projection!.expected, projection!.lower, projection!.exceeded_on], [0, 0, null]);
});
