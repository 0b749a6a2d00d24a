import assert from "node:assert/strict";
import { type Principal, ROLES } from "../../../core/access.ts";
import { readBudgetTerms, type WrittenBudget } from "../../../core/budget/read_budget.ts";
import { createBudget } from "../../../db/budgets.ts";
import type { Database } from "../../../db/database.ts";
import { pruneUsage } from "../../../db/prune.ts";
import { createEnvironment } from "../../../server/environment.ts";
import { checkBudgets, readBudgetStatus, reportBudgets } from "../../../server/operations/budget_status.ts";
import { perform } from "../../../server/operations/operation.ts";
import { forEachDatabase } from "../../db/for_each_database.ts";
import { makeCost, makeEntry, UNPRICED } from "../../db/records.ts";

const DAY = 86_400_000;
/** The first instant of the 11th of February 2026. */
const NOW = Date.UTC(2026, 1, 11);
const PRINCIPAL: Principal = {
  actor: "user:ann",
  organization_id: "default",
  is_super_admin: false,
  permissions: new Set(ROLES.org_admin),
};

/** A dollar at noon of every day from the middle of December to yesterday; of a project, and two of another. */
async function spend(database: Database): Promise<void> {
  const entries = [];
  for (let noon = Date.UTC(2025, 11, 15, 12); noon < NOW; noon += DAY) {
    entries.push(makeEntry({ id: `a ${noon}`, timestamp: noon, project: "search" }));
    entries.push(makeEntry({ id: `b ${noon}`, timestamp: noon, project: "other" }, makeCost(2_000_000_000n)));
    entries.push(makeEntry({ id: `c ${noon}`, timestamp: noon, project: "unpriced" }, UNPRICED));
  }
  await database.append(entries);
}

async function make(database: Database, written: Partial<WrittenBudget>): Promise<void> {
  const terms = readBudgetTerms({ name: "search", amount_usd: "25.5", filter: ["project=search"], ...written }, NOW);
  await createBudget(database, { organization_id: "default", id: terms.name, ...terms }, { actor: "test", now: 0 });
}

async function project(database: Database, budget: string, now = NOW) {
  const environment = { ...createEnvironment(database), now: () => now };
  return (await perform(readBudgetStatus, { environment, principal: PRINCIPAL }, { budget })).projection;
}

forEachDatabase("a dollar a day goes on, and exceeds the amount on the day it must", async ({ open }) => {
  const database = await open();
  await spend(database);
  await make(database, {});
  // Ten days are over, eighteen are to come: the 26th dollar is the first above 25.5.
  const { expected, exceeded_on, lower, upper, level } = (await project(database, "search"))!;
  assert.deepEqual({ expected, exceeded_on, level }, { expected: 28, exceeded_on: "2026-02-26", level: 0.95 });
  assert.ok(lower <= 28 && upper >= 28 && lower >= 10, `${lower} to ${upper}`);
  // At noon half of the day is still to come, and its dollar has not been spent.
  assert.equal((await project(database, "search", NOW + DAY / 2))!.expected, 27.5);
});

forEachDatabase("periods of every kind are projected to their own end", async ({ open }) => {
  const database = await open();
  await spend(database);
  await make(database, { name: "week", period: "week" });
  await make(database, { name: "quarter", period: "quarter" });
  await make(database, { name: "custom", period: "custom", since: "2026-02-01", until: "2026-02-13T12:00" });
  await make(database, { name: "all", filter: [], amount_usd: "20" });
  // Monday the 9th to Sunday the 15th; the 89 days of January, February and March with 31 on the way; 12.5 days.
  assert.equal((await project(database, "week"))!.expected, 7);
  assert.equal((await project(database, "quarter"))!.expected, 90);
  assert.equal((await project(database, "custom"))!.expected, 12.5);
  // Three dollars a day: 21 after the seventh.
  const all = (await project(database, "all"))!;
  assert.deepEqual([all.expected, all.exceeded_on, all.exceeded_latest], [84, "2026-02-07", "2026-02-07"]);
});

forEachDatabase("nothing is projected where nothing is known, or nothing is running", async ({ open }) => {
  const database = await open();
  await spend(database);
  await make(database, { name: "unpriced", filter: ["project=unpriced"] });
  await make(database, { name: "nobody's", filter: ["project=nobody's"] });
  await make(database, { name: "over", period: "custom", since: "2026-01-01", until: "2026-01-31" });
  await make(database, { name: "long", period: "custom", since: "2026-01-01", until: "2030-01-31" });
  for (const name of ["unpriced", "nobody's", "over", "long"]) assert.equal(await project(database, name), null, name);
});

forEachDatabase("a check may fail on what is expected, and a report has the figures of a status", async ({ open }) => {
  const database = await open();
  await spend(database);
  await make(database, {});
  await make(database, { name: "enough", amount_usd: "100" });
  const environment = { ...createEnvironment(database), now: () => NOW };
  const check = async (spend: "actual" | "projected") => {
    const { verdicts } = await perform(checkBudgets, { environment, principal: PRINCIPAL }, { spend });
    return verdicts.map(({ status, reason }) => [status.budget.name, reason]);
  };
  assert.deepEqual(await check("actual"), [["enough", null], ["search", null]]);
  assert.deepEqual(await check("projected"), [["enough", null], ["search", "projected"]]);
  const report = await perform(reportBudgets, { environment, principal: PRINCIPAL }, {});
  const names = report.columns.map(({ name }) => name);
  const cells = (row: number) =>
    ["budget", "projected", "exceeded_on"].map((name) => report.rows[row]![names.indexOf(name)]);
  assert.deepEqual([cells(0), cells(1)], [["enough", 28_000_000n, null], ["search", 28_000_000n, "2026-02-26"]]);
});

forEachDatabase("a budget of a day is projected by the hour, through a change of clocks", async ({ open }) => {
  const database = await open();
  const noon = Date.UTC(2026, 2, 29, 10);
  const entries = [];
  for (let hour = noon - 30 * DAY; hour < noon; hour += 3_600_000) {
    entries.push(makeEntry({ id: `${hour}`, timestamp: hour + 60_000, project: "search" }));
  }
  await database.append(entries);
  await make(database, { period: "day", tz: "Europe/Berlin", amount_usd: "20.5" });
  // The day has 23 hours: eleven are over at noon, and the 21st dollar comes in the hour that ends at 22:00.
  const { expected, exceeded_on } = (await project(database, "search", noon))!;
  assert.deepEqual([expected, exceeded_on], [23, "2026-03-29T21:00:00+02:00"]);
});

forEachDatabase(
  "what retention has dropped is not learned from, and keeps no budget from being answered",
  async ({ open }) => {
    const database = await open();
    await spend(database);
    const noons = Array.from({ length: 58 }, (_, day) => Date.UTC(2025, 11, 15 + day, 12));
    await database.append(noons.map((timestamp) => makeEntry({ id: `s ${timestamp}`, timestamp, session: "nightly" })));
    // No roll-up has sessions.
    await make(database, { name: "nightly", filter: ["session=nightly"] });
    const before = Date.UTC(2026, 0, 5);
    const prune = { organization_id: "default", before, is_preview: false, actor: "test", now: NOW };
    await pruneUsage(database, prune);
    const projection = (await project(database, "nightly"))!;
    // The 37 days from the 5th of January to the 10th of February.
    assert.deepEqual([projection.expected, projection.history], [28, 37]);
    const environment = { ...createEnvironment(database), now: () => NOW };
    const { rows } = await perform(reportBudgets, { environment, principal: PRINCIPAL }, {});
    assert.equal(rows.length, 1);
    // Of the period itself nothing may be missing.
    await pruneUsage(database, { ...prune, before: Date.UTC(2026, 1, 5) });
    await assert.rejects(project(database, "nightly"), { kind: "beyond_retention" });
  },
);
