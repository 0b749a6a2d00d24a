/**
 * A time range cut into pieces that roll-ups can answer: whole days, whole quarter-hours, and what is left at the edges.
 */

import type { TimeRange } from "./query.ts";

/** How fine the records of a piece must be read. */
export type Grain = "day" | "quarter_hour" | "record";

/** One piece of a range, gapless with its neighbours. */
export interface Piece extends TimeRange {
  readonly grain: Grain;
}

const WIDTHS: Readonly<Record<Grain, number>> = { day: 86_400_000, quarter_hour: 900_000, record: 1 };

/** Cuts a range into at most five pieces, as coarse as the grains at hand allow; `record` is always at hand. */
export function cutRange(range: TimeRange, grains: readonly Grain[]): Piece[] {
  const [coarsest, ...finer] = [...grains].sort((a, b) => WIDTHS[b] - WIDTHS[a]);
  if (range.since >= range.until) return [];
  if (coarsest === undefined || coarsest === "record") return [{ ...range, grain: "record" }];
  const width = WIDTHS[coarsest];
  const since = Math.ceil(range.since / width) * width;
  const until = Math.floor(range.until / width) * width;
  if (since >= until) return cutRange(range, finer);
  return [
    ...cutRange({ since: range.since, until: since }, finer),
    { since, until, grain: coarsest },
    ...cutRange({ since: until, until: range.until }, finer),
  ];
}
