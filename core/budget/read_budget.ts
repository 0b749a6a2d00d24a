/**
 * A budget from what people write: `{"name":"team","amount_usd":"500","period":"month","filter":["project=search"]}`.
 */

import { parseFilters } from "../analytics/parse_query.ts";
import type { Dimension } from "../analytics/query.ts";
import { CostopsError } from "../error.ts";
import { LIMITS } from "../limits.ts";
import { parseUsd, type Usd } from "../money.ts";
import { findNearest } from "../nearest.ts";
import { parseRange, parseTimeZone } from "../time.ts";
import { type BudgetPeriod, type BudgetScope, type BudgetTerms, PERIOD_NAMES } from "./budget.ts";

/** A budget as written. */
export interface WrittenBudget {
  readonly name: string;
  /** A decimal: `500`, `"12.50"`. */
  readonly amount_usd: string | number;
  /** A month when not given. */
  readonly period?: string;
  /** Of a custom period, as a query's range is written: a plain `until` date includes its day. */
  readonly since?: string;
  readonly until?: string;
  /** UTC when not given. */
  readonly tz?: string;
  /** `key=value` texts as a query's, or lists of values by dimension. */
  readonly filter?: readonly string[] | Readonly<Record<string, readonly string[]>>;
  /** Whole percents; {@link DEFAULT_THRESHOLDS} when not given. */
  readonly thresholds?: readonly number[];
  readonly owner?: string | null;
}

/** Where alerts are raised when nothing else is said: half, most, all. */
export const DEFAULT_THRESHOLDS: readonly number[] = [50, 80, 100];

/** The largest threshold in percent: ten times the budget. */
const LARGEST_THRESHOLD = 1_000;

/** Reads a budget's terms. Fails with `invalid`, naming the field. */
export function readBudgetTerms(written: WrittenBudget, now: number): BudgetTerms {
  const tz = within("/tz", () => parseTimeZone(written.tz ?? "UTC"));
  return {
    name: readText("name", written.name),
    amount: readAmount(written.amount_usd),
    period: readPeriod(written, { tz, now }),
    tz,
    scope: within("/filter", () => readScope(written.filter ?? [])),
    thresholds: readThresholds(written.thresholds ?? DEFAULT_THRESHOLDS),
    owner: written.owner === undefined || written.owner === null ? null : readText("owner", written.owner),
  };
}

/** Reads an amount of dollars from a decimal; of a number, the fewest digits that tell it from all others. */
export function readDollars(written: string | number): Usd {
  return parseUsd(typeof written === "number" ? String(written) : written);
}

function readAmount(written: string | number): Usd {
  const amount = within("/amount_usd", () => readDollars(written));
  if (amount > 0n && amount <= LIMITS.budget_nanos) return amount;
  throw refuse(
    "/amount_usd",
    `Cannot take "${written}" as a budget's amount: write dollars above 0 and below a billion`,
  );
}

function readPeriod(
  { period = "month", since, until }: WrittenBudget,
  { tz, now }: { readonly tz: string; readonly now: number },
): BudgetPeriod {
  const name = PERIOD_NAMES.find((known) => known === period.trim().toLowerCase());
  if (name === undefined) {
    const nearest = findNearest(period, PERIOD_NAMES);
    const hint = nearest === undefined ? `write one of ${PERIOD_NAMES.join(", ")}` : `did you mean ${nearest}?`;
    throw refuse("/period", `Cannot take ${quote(period)} as a budget's period: ${hint}`);
  }
  if (name !== "custom") {
    if (since === undefined && until === undefined) return { name };
    throw refuse("/since", `Cannot take since and until with the period ${name}: they are of the period custom`);
  }
  if (since === undefined || until === undefined) {
    throw refuse("/since", "Cannot take a custom period without both since and until: write when it begins and ends");
  }
  const range = within("/since", () => parseRange({ since, until, tz }, now));
  if (range.until - range.since <= LIMITS.budget_period_ms) return { name, ...range };
  throw refuse("/until", "Cannot take a custom period of more than ten years: write a shorter one");
}

function readScope(filter: NonNullable<WrittenBudget["filter"]>): BudgetScope {
  if (isList(filter)) return parseFilters(filter);
  return parseFilters(Object.entries(filter).map(([name, values]) => writeFilter(name, values)));
}

function isList(filter: NonNullable<WrittenBudget["filter"]>): filter is readonly string[] {
  return Array.isArray(filter);
}

/** Writes the values of a dimension as a query's filter: `project=a,b`, a comma of a value as `\,`. */
export function writeFilter(dimension: Dimension | string, values: readonly string[]): string {
  return `${dimension}=${values.map((value) => value.replace(/[\\,]/g, "\\$&")).join(",")}`;
}

function readThresholds(percents: readonly number[]): number[] {
  const wrong = percents.find((percent) => !Number.isInteger(percent) || percent < 1 || percent > LARGEST_THRESHOLD);
  if (wrong !== undefined) {
    throw refuse(
      "/thresholds",
      `Cannot take ${wrong} as a threshold: write a whole percent from 1 to ${LARGEST_THRESHOLD}`,
    );
  }
  if (percents.length > LIMITS.budget_thresholds) {
    throw refuse("/thresholds", `Cannot take ${percents.length} thresholds: write at most ${LIMITS.budget_thresholds}`);
  }
  return [...new Set(percents)].sort((one, other) => one - other);
}

function readText(field: "name" | "owner", written: string): string {
  const text = written.trim();
  if (text !== "" && text.length <= LIMITS.id_characters && text.isWellFormed() && !/\p{Cc}/u.test(text)) return text;
  throw refuse(
    `/${field}`,
    `Cannot take ${quote(text)} as a budget's ${field}: write 1 to ${LIMITS.id_characters} visible characters`,
  );
}

/** The same failures, naming the field. */
function within<Value>(pointer: string, read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof CostopsError) || error.issues.length > 0) throw error;
    throw refuse(pointer, error.message);
  }
}

function refuse(pointer: string, message: string): CostopsError {
  return new CostopsError("invalid", message, { issues: [{ pointer, detail: message.replace(/^[^:]*: /, "") }] });
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 64));
}
