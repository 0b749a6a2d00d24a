/**
 * Budgets as stored: their terms, never what is spent of them.
 */

import type { Selectable } from "kysely";
import type { Dimension } from "../core/analytics/query.ts";
import type { Budget, BudgetPeriod, BudgetTerms } from "../core/budget/budget.ts";
import { CostopsError } from "../core/error.ts";
import { LIMITS } from "../core/limits.ts";
import { formatUsd, usdFromNanos } from "../core/money.ts";
import { formatInstant } from "../core/time.ts";
import { recordAudit } from "./audit.ts";
import type { Database, Queries } from "./database.ts";
import type { Act } from "./organizations.ts";
import type { BudgetsTable } from "./budget_tables.ts";

/** Every budget of an organization, in the order of names as texts of JavaScript compare. */
export async function listBudgets({ reader }: Pick<Database, "reader">, organization_id: string): Promise<Budget[]> {
  const rows = await reader.selectFrom("budgets").selectAll().where("organization_id", "=", organization_id).execute();
  return rows.map(toBudget).sort((one, other) => one.name < other.name ? -1 : 1);
}

/** One budget: its organization, and its id or its name. */
export interface BudgetKey {
  readonly organization_id: string;
  readonly budget: string;
}

/** Reads a budget. Fails with `not_found`. */
export async function readBudget({ reader }: Pick<Database, "reader">, key: BudgetKey): Promise<Budget> {
  return await findBudget(reader, key);
}

/** Makes a budget. Fails with `conflict` when its name is taken or the organization has LIMITS.budgets already. */
export async function createBudget(
  database: Database,
  { organization_id, id, ...terms }: BudgetTerms & { readonly organization_id: string; readonly id: string },
  { actor, now }: Act,
): Promise<Budget> {
  const budget = { organization_id, id, ...terms, version: 1, created_at: now, updated_at: now };
  return await database.write(async (queries) => {
    await requireFreeName(queries, budget);
    const { count } = await queries.selectFrom("budgets").select(({ fn }) => fn.countAll<bigint>().as("count"))
      .where("organization_id", "=", organization_id).executeTakeFirstOrThrow();
    if (Number(count) >= LIMITS.budgets) {
      throw new CostopsError(
        "conflict",
        `Cannot create the budget ${
          JSON.stringify(budget.name)
        }: there are ${LIMITS.budgets} already; delete one first`,
      );
    }
    await queries.insertInto("budgets").values(toRow(budget)).execute();
    const detail = describe(budget);
    await recordAudit(queries, { organization_id, at: now, actor, action: "budget.create", detail });
    return budget;
  });
}

/**
 * Gives a budget other terms. With `version` only when it has not changed since. Fails with `not_found`, and with
 * `conflict` when it has changed or the new name is another's.
 */
export async function changeBudget(
  database: Database,
  { key, terms, version }: {
    readonly key: BudgetKey;
    readonly terms: BudgetTerms;
    /** The version that was read before; undefined takes any. */
    readonly version?: number;
  },
  { actor, now }: Act,
): Promise<Budget> {
  return await database.write(async (queries) => {
    const before = await findBudget(queries, key);
    if (version !== undefined && version !== before.version) {
      throw new CostopsError(
        "conflict",
        `Cannot change version ${version} of the budget ${JSON.stringify(before.name)}: ` +
          `it is at version ${before.version}; read it again`,
      );
    }
    const budget = { ...before, ...terms, version: before.version + 1, updated_at: now };
    if (budget.name !== before.name) await requireFreeName(queries, budget);
    await queries.updateTable("budgets").set(toRow(budget))
      .where("organization_id", "=", budget.organization_id).where("id", "=", budget.id).execute();
    const detail = { ...describe(budget), before: describe(before) };
    const entry = { organization_id: budget.organization_id, at: now, actor, action: "budget.update", detail };
    await recordAudit(queries, entry);
    return budget;
  });
}

/** Takes a budget away. Fails with `not_found`. */
export async function deleteBudget(database: Database, key: BudgetKey, { actor, now }: Act): Promise<void> {
  await database.write(async (queries) => {
    const budget = await findBudget(queries, key);
    await queries.deleteFrom("budgets").where("organization_id", "=", budget.organization_id)
      .where("id", "=", budget.id).execute();
    const detail = describe(budget);
    const entry = { organization_id: budget.organization_id, at: now, actor, action: "budget.delete", detail };
    await recordAudit(queries, entry);
  });
}

/** By its id, else by its name: ids are ours, and nobody can take one for a name of another budget. */
async function findBudget(queries: Queries, { organization_id, budget }: BudgetKey): Promise<Budget> {
  const rows = await queries.selectFrom("budgets").selectAll().where("organization_id", "=", organization_id)
    .where(({ or, eb }) => or([eb("id", "=", budget), eb("name", "=", budget)])).execute();
  const row = rows.find(({ id }) => id === budget) ?? rows[0];
  if (row !== undefined) return toBudget(row);
  throw new CostopsError("not_found", `Cannot find the budget ${JSON.stringify(budget)}`);
}

async function requireFreeName(
  queries: Queries,
  { organization_id, id, name }: Pick<Budget, "organization_id" | "id" | "name">,
): Promise<void> {
  const taken = await queries.selectFrom("budgets").select("id").where("organization_id", "=", organization_id)
    .where("id", "<>", id).where(({ or, eb }) => or([eb("id", "=", name), eb("name", "=", name)])).executeTakeFirst();
  if (taken === undefined) return;
  throw new CostopsError("conflict", `Cannot name a budget ${JSON.stringify(name)}: there is one of that name`);
}

/** What the audit log keeps of a budget. */
function describe({ id, name, amount, period, tz, scope, thresholds, owner }: Budget): Record<string, unknown> {
  const range = period.name === "custom"
    ? { since: formatInstant(period.since, tz), until: formatInstant(period.until, tz) }
    : {};
  const filter = Object.fromEntries(scope);
  return { id, name, amount_usd: formatUsd(amount), period: period.name, ...range, tz, filter, thresholds, owner };
}

function toBudget(row: Selectable<BudgetsTable>): Budget {
  try {
    return {
      organization_id: row.organization_id,
      id: row.id,
      name: row.name,
      amount: usdFromNanos(row.amount_nanos),
      period: toPeriod(row),
      tz: row.tz,
      scope: new Map(Object.entries(JSON.parse(row.filter)) as [Dimension, string[]][]),
      thresholds: JSON.parse(row.thresholds),
      owner: row.owner,
      version: Number(row.version),
      created_at: Number(row.created_at),
      updated_at: Number(row.updated_at),
    };
  } catch (cause) {
    throw new CostopsError("storage_failure", `Cannot read the stored budget "${row.id}": it is damaged`, { cause });
  }
}

function toPeriod({ period, since, until }: Selectable<BudgetsTable>): BudgetPeriod {
  return period === "custom" ? { name: period, since: Number(since), until: Number(until) } : { name: period };
}

function toRow(budget: Budget) {
  const { period } = budget;
  return {
    organization_id: budget.organization_id,
    id: budget.id,
    name: budget.name,
    amount_nanos: budget.amount as bigint,
    period: period.name,
    since: period.name === "custom" ? period.since : null,
    until: period.name === "custom" ? period.until : null,
    tz: budget.tz,
    filter: JSON.stringify(Object.fromEntries(budget.scope)),
    thresholds: JSON.stringify(budget.thresholds),
    owner: budget.owner,
    version: budget.version,
    created_at: budget.created_at,
    updated_at: budget.updated_at,
  };
}
