/**
 * Budgets. What is spent of one is in no table: it is added up from usage whenever it is asked for.
 */

import type { Migration } from "./migration.ts";

/** The filter is JSON: lists of values by dimension; thresholds are a JSON list of whole percents. */
export const budgets: Migration = {
  number: 5,
  name: "budgets",
  statements: ({ integer, text, clustered }) => [
    `create table budgets (
      organization_id ${text} not null references organizations (id),
      id ${text} not null,
      name ${text} not null check (name <> ''),
      amount_nanos ${integer} not null check (amount_nanos > 0),
      period ${text} not null check (period in ('day', 'week', 'month', 'quarter', 'custom')),
      since ${integer},
      until ${integer},
      tz ${text} not null,
      filter ${text} not null,
      thresholds ${text} not null,
      owner ${text},
      version ${integer} not null check (version > 0),
      created_at ${integer} not null,
      updated_at ${integer} not null,
      primary key (organization_id, id),
      check (period = 'custom' and since is not null and until is not null and since < until
        or period <> 'custom' and since is null and until is null)
    ) ${clustered}`,
    "create unique index budgets_by_name on budgets (organization_id, name)",
  ],
};
