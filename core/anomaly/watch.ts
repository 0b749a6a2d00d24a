/**
 * How series are watched, by how far apart their points are: what repeats, and after how long.
 */

import type { DetectorOptions } from "./detector.ts";
import type { Season } from "./forecaster.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Weight of a new residual in a pattern that comes again soon, and in one that comes again once a week. */
const WEIGHT = 0.12;
const WEEKLY_WEIGHT = 0.3;

/** A weekly pattern of hours is looked for after so many days: a week, and some to tell how good it is. */
const WEEKLY_NEEDS_DAYS = 10;
/** With more points a day, their level alone is looked at too: what is measured so often need not repeat daily. */
const MANY_A_DAY = 24;

/** How a daily series is watched: weekdays. */
export const DAILY: DetectorOptions = { cycle: 7, seasons: [{ length: 7, needs: 14, weight: WEIGHT }] };

/** How an hourly series is watched: hours of the day, then hours of the week. */
export const HOURLY: DetectorOptions = watchEvery(HOUR_MS);

/** How a series is watched whose points are this far apart, in milliseconds. */
export function watchEvery(step_ms: number): DetectorOptions {
  const perDay = Math.round(DAY_MS / step_ms);
  if (perDay >= 2) return { cycle: perDay, seasons: seasonsOfDay(perDay) };
  if (perDay === 1) return DAILY;
  // Of weeks and months there are never enough for a pattern of the year: their level alone is watched.
  const cycle = step_ms < 14 * DAY_MS ? 4 : 3;
  return { cycle, seasons: [{ length: 1, needs: 2 * cycle, weight: 0 }] };
}

function seasonsOfDay(perDay: number): Season[] {
  const level: Season = { length: 1, needs: 2 * perDay, weight: 0 };
  return [
    { length: perDay, needs: 2 * perDay, weight: WEIGHT },
    ...(perDay > MANY_A_DAY ? [level] : []),
    { length: 7 * perDay, needs: WEEKLY_NEEDS_DAYS * perDay, weight: WEEKLY_WEIGHT },
  ];
}
