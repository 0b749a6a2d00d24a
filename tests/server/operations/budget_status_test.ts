import assert from "node:assert/strict";
import fc from "fast-check";
import { type Principal, ROLES } from "../../../core/access.ts";
import type { Budget } from "../../../core/budget/budget.ts";
import { findPeriod } from "../../../core/budget/period.ts";
import { readBudgetTerms, type WrittenBudget } from "../../../core/budget/read_budget.ts";
import { parseUsd } from "../../../core/money.ts";
import type { UsageRecord } from "../../../core/usage/record.ts";
import { createBudget } from "../../../db/budgets.ts";
import { type Database, openDatabase } from "../../../db/database.ts";
import { createOrganization } from "../../../db/organizations.ts";
import { repriceUsage } from "../../../db/reprice.ts";
import { deleteUsage } from "../../../db/usage.ts";
import { walkUsage } from "../../../db/usage_walk.ts";
import { createEnvironment, type Environment } from "../../../server/environment.ts";
import { type BudgetCall, checkBudgets } from "../../../server/operations/budget_status.ts";
import { perform } from "../../../server/operations/operation.ts";
import { forEachDatabase, withFolder } from "../../db/for_each_database.ts";
import { makeCost, makeEntry, UNPRICED } from "../../db/records.ts";

const ACT = { actor: "cli:ann", now: 0 };

function principalOf(organization_id: string): Principal {
  return { actor: "user:ann", organization_id, is_super_admin: false, permissions: new Set(ROLES.org_admin) };
}

function environmentAt(database: Database, now: number): Environment {
  return { ...createEnvironment(database), now: () => now };
}

async function make(
  database: Database,
  { organization_id = "default", now, ...written }: Partial<WrittenBudget> & {
    readonly name: string;
    readonly organization_id?: string;
    readonly now: number;
  },
): Promise<Budget> {
  const terms = readBudgetTerms({ amount_usd: "10", ...written }, now);
  return await createBudget(database, { organization_id, id: written.name, ...terms }, { ...ACT, now });
}

/** Budgets of every period, in zones whose clocks change about then, of everything and of scopes of each roll-up. */
const WRITTEN: readonly (Partial<WrittenBudget> & { readonly name: string })[] = [
  { name: "day", period: "day", tz: "Europe/Berlin" },
  { name: "day of a user", period: "day", tz: "America/New_York", filter: ["user=ann"] },
  { name: "week", period: "week", tz: "Asia/Kolkata", filter: ["project=a,b"] },
  { name: "month", period: "month", tz: "Europe/Berlin" },
  { name: "month of a model", period: "month", tz: "Australia/Lord_Howe", filter: ["model=gpt-5"] },
  { name: "quarter", period: "quarter", tz: "Europe/Berlin", filter: ["tag:team=core"] },
  {
    name: "custom",
    period: "custom",
    tz: "Europe/Berlin",
    since: "2026-03-29T01:30",
    until: "2026-03-29T03:30",
    filter: ["project="],
  },
];

/** Where clocks change, where days and months do, and a quarter of an hour, a millisecond and days beside. */
const instant = fc.tuple(
  fc.constantFrom(Date.UTC(2026, 2, 29, 1), Date.UTC(2026, 2, 28, 23), Date.UTC(2026, 2, 31, 22), Date.UTC(2026, 3, 1)),
  fc.constantFrom(0, -1, 1, 900_000, -900_000, 3_600_000, -3_600_000, 86_400_000, -86_400_000 * 20),
).map(([at, far]) => at + far);

const id = fc.nat(40).map((number) => `r${number}`);
const cost = fc.oneof(
  fc.bigInt(0n, 3_000_000_001n).map((nanos) => makeCost(nanos)),
  fc.constant(UNPRICED),
);

type Step =
  | { readonly append: { readonly fields: Partial<UsageRecord>; readonly cost: typeof UNPRICED } }
  | { readonly remove: string }
  | { readonly reprice: typeof UNPRICED };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      fields: fc.record({
        id,
        timestamp: instant,
        project: fc.constantFrom(null, "a", "b", "c"),
        user: fc.constantFrom(null, "ann", "bob"),
        model: fc.constantFrom("gpt-5", "gpt-4o"),
        tags: fc.constantFrom(null, { team: "core" }, { team: "other" }),
        organization_id: fc.constantFrom("default", "default", "other"),
      }) as fc.Arbitrary<Partial<UsageRecord>>,
      cost,
    }).map((append) => ({ append })),
  },
  { weight: 2, arbitrary: id.map((remove) => ({ remove })) },
  { weight: 1, arbitrary: cost.map((reprice) => ({ reprice })) },
);

async function apply(database: Database, step: Step, now: number): Promise<void> {
  if ("append" in step) {
    await database.append([makeEntry({ ...step.append.fields, ingested_at: now }, step.append.cost)]);
  } else if ("remove" in step) {
    await deleteUsage(database, { organization_id: "default", id: step.remove }, { ...ACT, now }).catch(ignoreMissing);
  } else {
    const selection = { organization_id: "default", range: undefined, filter: new Map() };
    await repriceUsage(database, selection, { ...ACT, now, is_preview: false, price: () => step.reprice });
  }
}

function ignoreMissing(error: { readonly kind?: string }): void {
  if (error.kind !== "not_found" && error.kind !== "deleted") throw error;
}

/** What is spent by another way: every stored record, one by one. */
async function sumRecords(database: Database, budget: Budget, now: number) {
  const { since, until } = findPeriod(budget, now);
  let [spent, records, unpriced] = [0n, 0n, 0n];
  for await (const page of walkUsage(database.reader, { organization_id: budget.organization_id })) {
    for (const record of page) {
      if (record.timestamp < since || record.timestamp >= until) continue;
      const isIn = [...budget.scope].every(([name, values]) => values.includes(valueOf(record, name)));
      if (!isIn) continue;
      records++;
      if (record.cost_nanos === null) unpriced++;
      else spent += record.cost_nanos;
    }
  }
  return { spent: records > 0n && records === unpriced ? null : spent, records, unpriced };
}

// deno-lint-ignore no-explicit-any -- a stored row of any shape.
function valueOf(record: any, name: string): string {
  if (name === "user") return record.user_id;
  return name.startsWith("tag:") ? JSON.parse(record.tags ?? "{}")[name.slice("tag:".length)] ?? "" : record[name];
}

forEachDatabase("a status is always the sum over the rows there are, whatever became of them", async ({ open }) => {
  const database = await open();
  await createOrganization(database, { id: "other", name: "other" }, ACT);
  const start = Date.UTC(2026, 2, 1);
  const budgets: Budget[] = [];
  for (const written of WRITTEN) budgets.push(await make(database, { ...written, now: start }));
  budgets.push(await make(database, { name: "of others", organization_id: "other", now: start }));
  const property = fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 10 }), instant, async (steps, now) => {
    for (const step of steps) await apply(database, step, now);
    const environment = environmentAt(database, now);
    for (const organization of ["default", "other"]) {
      const own = budgets.filter(({ organization_id }) => organization_id === organization);
      const asked = { budgets: own.map(({ id }) => id), spend: "actual" } as const;
      const principal = principalOf(organization);
      const { verdicts } = await perform(checkBudgets, { environment, principal }, asked);
      for (const { status: { budget, spent, records, unpriced_records: unpriced } } of verdicts) {
        assert.deepEqual({ spent, records, unpriced }, await sumRecords(database, budget, now), budget.name);
      }
    }
  });
  await fc.assert(property, { numRuns: 25 });
});

/** Two budgets of 10 dollars with 9 spent of search, and 1 of everything else. */
async function withSpend(test: (check: Check) => Promise<void>): Promise<void> {
  await withFolder(async (folder) => {
    const now = Date.UTC(2026, 1, 10, 12);
    const database = await openDatabase(`${folder}/costops.db`, { now });
    try {
      await make(database, { name: "all", amount_usd: "10.5", now });
      await make(database, { name: "search", filter: ["project=search"], now });
      await make(database, { name: "core on gpt", filter: ["tag:team=core", "model=gpt-4"], amount_usd: "5", now });
      await make(database, { name: "over", period: "custom", since: "2026-01-01", until: "2026-01-31", now });
      const timestamp = now - 3_600_000;
      await database.append([
        makeEntry({ id: "a", timestamp, project: "search" }, makeCost(9_000_000_000n)),
        makeEntry({ id: "b", timestamp, project: "other" }),
      ]);
      const environment = environmentAt(database, now);
      await test((input) =>
        perform(checkBudgets, { environment, principal: principalOf("default") }, { spend: "actual", ...input })
      );
    } finally {
      await database.close();
    }
  });
}

type Check = (
  input: { readonly budgets?: readonly string[]; readonly call?: BudgetCall },
) => ReturnType<typeof checkBudgets.handle>;

const CALL: BudgetCall = { service_tier: "standard", region: null, calls: 1, tags: {} };

const verdicts = ({ verdicts }: Awaited<ReturnType<Check>>) =>
  verdicts.map(({ status, reason }) => [status.budget.name, reason]);

Deno.test("checkBudgets() takes the budgets that a call counts in", async () => {
  await withSpend(async (check) => {
    const dollars = (amount: string, call: Partial<BudgetCall>) =>
      check({ call: { ...CALL, amount: parseUsd(amount), ...call } });
    assert.deepEqual(verdicts(await check({})), [["all", null], ["core on gpt", null], ["search", null]]);
    assert.deepEqual(verdicts(await dollars("0.6", {})), [["all", "would_exceed"]]);
    assert.deepEqual(verdicts(await dollars("0.5", { project: "search" })), [["all", null], ["search", null]]);
    assert.deepEqual(verdicts(await dollars("1", { project: "search" })), [
      ["all", "would_exceed"],
      ["search", null],
    ]);
    const core = { tags: { team: "core" }, model: "gpt-4" };
    assert.deepEqual(verdicts(await dollars("0.5", core)), [["all", null], ["core on gpt", null]]);
    assert.deepEqual(verdicts(await dollars("0.5", { ...core, model: "gpt-4o" })), [["all", null]]);
  });
});

Deno.test("checkBudgets() works out what a call costs, and does not allow what nobody can price", async () => {
  await withSpend(async (check) => {
    // gpt-4: 1,500 x 30 and 500 x 60 dollars a million are 0.075 dollars; six of them are 0.45, seven are 0.525.
    const counts = {
      input_tokens: 1500,
      cache_read_tokens: 0,
      cache_write_5m_tokens: 0,
      cache_write_1h_tokens: 0,
      output_tokens: 500,
      reasoning_tokens: 0,
      units: null,
    };
    const call = { ...CALL, model: "gpt-4", counts };
    const six = await check({ call: { ...call, calls: 6 } });
    assert.deepEqual([six.is_allowed, six.cost], [true, 450_000_000n]);
    assert.deepEqual((await check({ call: { ...call, calls: 7 } })).is_allowed, false);
    const unknown = await check({ call: { ...call, provider: "openai", model: "no-such-model" } });
    assert.deepEqual([unknown.is_allowed, unknown.cost, unknown.unpriced?.reason], [false, null, "unknown_model"]);
    await assert.rejects(check({ call: { ...CALL, counts } }), { kind: "invalid" });
    await assert.rejects(check({ call: { ...CALL, amount: parseUsd("-1") } }), { kind: "invalid" });
  });
});

Deno.test("checkBudgets() takes exactly the budgets that are named, also one that is over", async () => {
  await withSpend(async (check) => {
    const call = { ...CALL, amount: parseUsd("1000") };
    assert.deepEqual(verdicts(await check({ budgets: ["over"], call })), [["over", null]]);
    assert.deepEqual(verdicts(await check({ budgets: ["search", "search"], call })), [["search", "would_exceed"]]);
    await assert.rejects(check({ budgets: ["nobody's"] }), { kind: "not_found" });
  });
});
