/**
 * A regular series from what was observed in periods: what is a zero, and what is missing.
 */

import type { Interval } from "../analytics/query.ts";
import type { Slot } from "./slots.ts";

/** Periods, and in which of them the organization sent anything at all. */
export interface Source {
  readonly slots: readonly Slot[];
  /** By step: whether nothing observed means that nothing was used. */
  readonly is_alive: readonly boolean[];
}

/** A series ready to be forecast. */
export interface UsageSeries {
  /** From the first step with usage; null where nobody knows. */
  readonly values: readonly (number | null)[];
  /** The step of the first value. */
  readonly first_step: number;
  /** How many of the values are missing. */
  readonly missing: number;
  /** How many of them are the last ones. */
  readonly missing_at_end: number;
}

/** Steps after which silence may repeat: the hours of a week, the days of a week. */
const CYCLE: Readonly<Record<Interval, number>> = { hour: 168, day: 7, week: 1, month: 1 };

/** Hours of silence that usage on both sides of them explains: nobody called, since the source was there. */
const SHORT_HOURS = 24;
/** How many of the other periods of a phase are silent too where silence is no sign of anything. */
const HABIT = 0.1;
/** The same for a silence as long as a whole cycle, which is more often that nobody collected. */
const STRONG_HABIT = 0.5;

/**
 * Finds when a source was alive: any usage of the organization proves it. Where all of the organization is silent, it is
 * habit that tells a period without usage from a missing one: at the same hour of the week, or on the same weekday, others
 * are silent too, at least one in ten, and half of them where the silence is as long as a week; those of the same silence
 * are not counted. Some hours between usage are always without usage. Any other silence is missing: nobody worked, or
 * nobody collected.
 */
export function findSource(
  slots: readonly Slot[],
  { interval, is_active }: { readonly interval: Interval; readonly is_active: readonly boolean[] },
): Source {
  const steps = (slots.at(-1)?.step ?? -1) + 1;
  const active = new Array<boolean>(steps).fill(false);
  const exists = new Array<boolean>(steps).fill(false);
  for (const [bucket, { step }] of slots.entries()) {
    exists[step] = true;
    active[step] ||= is_active[bucket]!;
  }
  // Before its first usage nobody knows of an organization.
  exists.fill(false, 0, Math.max(0, active.indexOf(true)));
  const cycle = CYCLE[interval];
  const known = countPhases(exists, { cycle });
  const silent = countPhases(exists.map((is, step) => is && !active[step]), { cycle });
  const is_alive = [...active];
  for (const [from, to] of findSilences(active)) {
    const isShort = interval === "hour" && to - from < SHORT_HOURS && from > 0 && to < steps;
    const own = countPhases(exists, { cycle, from, to });
    const habit = to - from >= cycle ? STRONG_HABIT : HABIT;
    for (let step = from; step < to; step++) {
      const phase = step % cycle;
      const others = known[phase]! - own[phase]!;
      const isHabit = others > 0 && silent[phase]! - own[phase]! >= others * habit;
      is_alive[step] = exists[step]! && (isShort || isHabit);
    }
  }
  return { slots, is_alive };
}

/** How many steps of each phase there are. */
function countPhases(
  steps: readonly boolean[],
  { cycle, from = 0, to = steps.length }: { readonly cycle: number; readonly from?: number; readonly to?: number },
): number[] {
  const counts = new Array<number>(cycle).fill(0);
  for (let step = from; step < to; step++) if (steps[step]) counts[step % cycle]! += 1;
  return counts;
}

/** Runs of silent steps, each from a step to the one after its last. */
function* findSilences(active: readonly boolean[]): Generator<[number, number]> {
  for (let from = 0; from < active.length; from++) {
    if (active[from]) continue;
    let to = from;
    while (to < active.length && !active[to]) to++;
    yield [from, to];
    from = to;
  }
}

/** Fewer uses than this tell no pattern. */
const FEWEST_USES = 8;
/** After so many days without a use, a few uses before them are over: a quarter. */
const QUIET_DAYS = 91;

/** A series of days without a few uses of long ago, which tell nothing of what comes. */
export function forgetEnded(series: UsageSeries): UsageSeries {
  const { values, first_step, missing_at_end } = series;
  const uses = values.filter((value) => value !== null && value > 0).length;
  const last = values.findLastIndex((value) => value !== null && value > 0);
  if (uses === 0 || uses >= FEWEST_USES || values.length - 1 - last < QUIET_DAYS) return series;
  const since = values.slice(last + 1);
  const missing = since.filter((value) => value === null).length;
  return {
    values: since,
    first_step: first_step + last + 1,
    missing,
    missing_at_end: Math.min(missing_at_end, missing),
  };
}

/**
 * Makes a series of what was observed by period; null there is what is not known, such as a cost without a price. What
 * comes before the first usage is left out. A step with two periods, or with half of one, is worth what a whole hour at
 * that rate would be.
 */
export function makeSeries(observed: ReadonlyMap<number, number | null>, { slots, is_alive }: Source): UsageSeries {
  const sums: (number | null)[] = is_alive.map((is) => is ? 0 : null);
  const shares = new Array<number>(is_alive.length).fill(0);
  const unknown = new Set<number>();
  for (const [bucket, { step, share }] of slots.entries()) {
    shares[step]! += share;
    const value = observed.get(bucket);
    if (value === null) unknown.add(step);
    else if (value !== undefined) sums[step] = (sums[step] ?? 0) + value;
  }
  const steps = sums.map((sum, step) => sum === null || unknown.has(step) ? null : sum / shares[step]!);
  const first = steps.findIndex((value) => value !== null && value > 0);
  const first_step = first === -1 ? Math.max(0, steps.findIndex((value) => value !== null)) : first;
  const values = steps.slice(first_step);
  const last = values.findLastIndex((value) => value !== null);
  return {
    values,
    first_step,
    missing: values.filter((value) => value === null).length,
    missing_at_end: values.length - 1 - last,
  };
}
