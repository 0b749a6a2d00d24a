/**
 * What a budget is: an amount for a period, for the records of a scope, and at which parts of it to say so.
 */

import type { Dimension } from "../analytics/query.ts";
import type { Usd } from "../money.ts";

/** The periods that come again by the calendar of the budget's time zone; weeks begin on Monday. */
export const CALENDAR_PERIODS = ["day", "week", "month", "quarter"] as const;

/** How a budget's period is named. */
export const PERIOD_NAMES = [...CALENDAR_PERIODS, "custom"] as const;

/** A period that comes again, or one that is there once; milliseconds since 1970 UTC, `until` not included. */
export type BudgetPeriod =
  | { readonly name: (typeof CALENDAR_PERIODS)[number] }
  | { readonly name: "custom"; readonly since: number; readonly until: number };

/** Which records count: as the filter of a query; empty is the whole organization. */
export type BudgetScope = ReadonlyMap<Dimension, readonly string[]>;

/** What somebody sets of a budget. */
export interface BudgetTerms {
  /** Unique in its organization. */
  readonly name: string;
  /** More than 0. */
  readonly amount: Usd;
  readonly period: BudgetPeriod;
  /** The IANA time zone that periods are counted in. */
  readonly tz: string;
  readonly scope: BudgetScope;
  /** Whole percents of the amount, ascending; each raises an alert once a period. */
  readonly thresholds: readonly number[];
  /** Whom to ask; null when nobody was named. */
  readonly owner: string | null;
}

/** A budget as it is kept. Spend is never in it: it is always added up from records. */
export interface Budget extends BudgetTerms {
  readonly organization_id: string;
  readonly id: string;
  /** Counts changes, from 1. */
  readonly version: number;
  /** Milliseconds since 1970 UTC. */
  readonly created_at: number;
  readonly updated_at: number;
}
