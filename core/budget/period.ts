/**
 * Which period a budget is in at an instant, by the calendar of its zone.
 */

import type { TimeBucket } from "../analytics/query.ts";
import { formatInstant, splitRange } from "../time.ts";
import { startOfDay, toZoned } from "../time/zone.ts";
import type { BudgetTerms } from "./budget.ts";

/** A budget's period as instants, with its name: `2026-01-05`, `2026-W02`, `2026-01`, `2026-Q1`, or both ends. */
export interface CurrentPeriod extends TimeBucket {
  /** Only a custom period is ever not running. */
  readonly state: "upcoming" | "running" | "ended";
}

/** The period that an instant is in; of a custom period, that one, before and after it too. */
export function findPeriod({ period, tz }: Pick<BudgetTerms, "period" | "tz">, now: number): CurrentPeriod {
  if (period.name === "custom") {
    const { since, until } = period;
    const state = now < since ? "upcoming" : now < until ? "running" : "ended";
    return { since, until, label: `${formatInstant(since, tz)}/${formatInstant(until, tz)}`, state };
  }
  const today = toZoned(now, tz).toPlainDate();
  const first = firstDay(today, period.name);
  const next = first.add(LENGTHS[period.name]);
  const range = { since: startOfDay(first, tz), until: startOfDay(next, tz) };
  const label = period.name === "quarter"
    ? `${first.year}-Q${quarterOf(first)}`
    : splitRange(range, period.name, tz)[0]!.label;
  return { ...range, label, state: "running" };
}

const LENGTHS = { day: { days: 1 }, week: { days: 7 }, month: { months: 1 }, quarter: { months: 3 } } as const;

function firstDay(date: Temporal.PlainDate, period: keyof typeof LENGTHS): Temporal.PlainDate {
  if (period === "day") return date;
  if (period === "week") return date.subtract({ days: date.dayOfWeek - 1 });
  return date.with({ day: 1, month: period === "month" ? date.month : quarterOf(date) * 3 - 2 });
}

function quarterOf({ month }: Temporal.PlainDate): number {
  return Math.ceil(month / 3);
}
