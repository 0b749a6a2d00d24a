/**
 * Fernwood, a company of thirty people, in October 2026: who calls, when and how often.
 */

import type { Random } from "./random.ts";

/** Days of the month of the examples. */
export const DAYS = 31;

/** The day on which the archive was summarized again by mistake. */
export const SPIKE_DAY = 22;

/** The first day on which the support bot answers with its new model. */
export const SWITCH_DAY = 15;

/** Who uses the coding agent, and for which team. */
export const PEOPLE = [
  { user: "ana@fernwood.example", team: "platform" },
  { user: "bo@fernwood.example", team: "platform" },
  { user: "chidi@fernwood.example", team: "search" },
  { user: "dana@fernwood.example", team: "support" },
  { user: "emre@fernwood.example", team: "data" },
] as const;

/** How often something is called: on a working day at the beginning of the month, and the share of it on weekends. */
export interface Rhythm {
  readonly weekday_calls: number;
  readonly weekend_share: number;
  readonly from_day?: number;
  readonly to_day?: number;
}

/** The instants of a month's calls, in order; milliseconds since 1970 UTC. */
export function listCalls(random: Random, rhythm: Rhythm): number[] {
  const instants: number[] = [];
  for (let day = rhythm.from_day ?? 1; day <= (rhythm.to_day ?? DAYS); day++) {
    instants.push(...listDay(random, { day, calls: countCalls(random, { day, rhythm }) }));
  }
  return instants;
}

/** The instants of one day's calls, in order; most in the working hours of central Europe. */
export function listDay(random: Random, { day, calls }: { day: number; calls: number }): number[] {
  const midnight = Date.UTC(2026, 9, day);
  const instants: number[] = [];
  for (let call = 0; call < calls; call++) {
    const hour = random.next() < 0.85 ? random.whole(6, 16) : random.whole(0, 23);
    instants.push(midnight + hour * 3_600_000 + random.whole(0, 3_599_999));
  }
  return instants.sort((a, b) => a - b);
}

/** Use grows by a fiftieth of the first day's each day, and differs a little from day to day. */
function countCalls(random: Random, { day, rhythm }: { day: number; rhythm: Rhythm }): number {
  const share = isWeekend(day) ? rhythm.weekend_share : 1;
  return Math.round(rhythm.weekday_calls * share * (1 + (day - 1) / 50) * (0.85 + 0.3 * random.next()));
}

/** Whether a day of October 2026 is a Saturday or a Sunday. */
export function isWeekend(day: number): boolean {
  return [0, 6].includes(new Date(Date.UTC(2026, 9, day)).getUTCDay());
}
