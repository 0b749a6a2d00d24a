/**
 * Budgets: which there are, a new one, other terms, taken away.
 */

import type { Budget } from "../../core/budget/budget.ts";
import { readBudgetTerms, type WrittenBudget } from "../../core/budget/read_budget.ts";
import { changeBudget, createBudget, deleteBudget, listBudgets, readBudget } from "../../db/budgets.ts";
import type { Operation } from "./operation.ts";
import { chooseOrganization } from "./reports.ts";

/** Whose budgets. */
export interface BudgetListInput {
  readonly organization_id?: string;
}

/** Which budget. */
export interface BudgetInput extends BudgetListInput {
  /** The id, or the name. */
  readonly budget: string;
}

/** Lists the budgets of an organization, by name. */
export const readBudgets: Operation<BudgetListInput, Budget[]> = {
  name: "listBudgets",
  permission: "budget:read",
  handle: ({ database }, principal, input) => listBudgets(database, chooseOrganization(principal, input)),
};

/** Shows a budget. Fails with `not_found`. */
export const getBudget: Operation<BudgetInput, Budget> = {
  name: "getBudget",
  permission: "budget:read",
  handle: ({ database }, principal, { budget, ...input }) =>
    readBudget(database, { organization_id: chooseOrganization(principal, input), budget }),
};

/** Makes a budget. Fails with `invalid` on a wrong field, and with `conflict` when its name is taken. */
export const addBudget: Operation<BudgetListInput & { readonly written: WrittenBudget }, Budget> = {
  name: "createBudget",
  permission: "budget:write",
  handle: async (environment, principal, { written, ...input }) => {
    const now = environment.now();
    const organization_id = chooseOrganization(principal, input);
    const budget = { organization_id, id: environment.newId(), ...readBudgetTerms(written, now) };
    return await createBudget(environment.database, budget, { actor: principal.actor, now });
  },
};

/** Other terms of a budget. */
export interface SetBudgetInput extends BudgetInput {
  /** All of them: what is not given has its default. */
  readonly written: WrittenBudget;
  /** Of what was read before; without it any is changed. */
  readonly version?: number;
}

/**
 * Gives a budget other terms, all of them. Fails with `not_found`, with `invalid` on a wrong field, and with `conflict`
 * when it has changed since `version` or its new name is another's.
 */
export const setBudget: Operation<SetBudgetInput, Budget> = {
  name: "setBudget",
  permission: "budget:write",
  handle: async (environment, principal, { budget, written, version, ...input }) => {
    const now = environment.now();
    const key = { organization_id: chooseOrganization(principal, input), budget };
    const change = { key, terms: readBudgetTerms(written, now), version };
    return await changeBudget(environment.database, change, { actor: principal.actor, now });
  },
};

/** Takes a budget away. Fails with `not_found`. */
export const removeBudget: Operation<BudgetInput, void> = {
  name: "deleteBudget",
  permission: "budget:write",
  handle: async (environment, principal, { budget, ...input }) => {
    const key = { organization_id: chooseOrganization(principal, input), budget };
    await deleteBudget(environment.database, key, { actor: principal.actor, now: environment.now() });
  },
};
