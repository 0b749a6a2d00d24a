/**
 * The interval of a series as people write it.
 */

import { CostopsError } from "../error.ts";
import { findNearest } from "../nearest.ts";
import { type Interval, INTERVALS } from "./query.ts";

/** Reads `hour`, `day`, `week` or `month` in any case. Fails with `invalid`, naming the nearest. */
export function parseInterval(text: string): Interval {
  const name = text.trim().toLowerCase();
  const found = INTERVALS.find((interval) => interval === name);
  if (found !== undefined) return found;
  const nearest = findNearest(name, INTERVALS);
  const hint = nearest === undefined ? `write one of ${INTERVALS.join(", ")}` : `did you mean ${nearest}?`;
  throw new CostopsError("invalid", `Cannot read interval ${JSON.stringify(text.slice(0, 64))}: ${hint}`);
}
