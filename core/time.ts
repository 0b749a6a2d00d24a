/**
 * Time as people write and read it: ranges from text, buckets in any time zone, instants as RFC 3339. No clock: `now` is
 * passed in.
 */

export { splitRange } from "./time/buckets.ts";
export { parseRange, type RangeTexts } from "./time/range.ts";
export { formatInstant, parseTimeZone } from "./time/zone.ts";
