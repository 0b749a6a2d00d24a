/**
 * Texts, numbers and instants that are hard to keep, sort or compare: what the random steps of differential_steps.ts are
 * done with.
 */

import fc from "fast-check";
import { DIMENSIONS, INTERVALS } from "../../core/analytics/query.ts";
import { LIMITS } from "../../core/limits.ts";
import type { Cost } from "../../core/pricing/price.ts";
import { SERVICE_TIERS } from "../../core/usage/record.ts";
import { OTHER_UNIT_NAMES } from "../../core/usage/units.ts";
import { makeCost, makePrice, UNPRICED } from "./records.ts";

const DAY = 86_400_000;
/** When everything is done. */
export const NOW = Date.UTC(2026, 10, 1);

/** Texts that databases sort, compare, escape or encode each in their own way. */
const TEXTS = [
  "a",
  "A",
  "b",
  "é",
  "e\u0301",
  "ß",
  "ss",
  "İ",
  "ı",
  "🙂",
  "\u{1F600}\u200D",
  "\uFFFD",
  "\uE000",
  "ｆ",
  "a ",
  " a",
  "a\tb",
  "a\nb",
  "a\r\nb",
  "a\\b",
  "\\.",
  "\\N",
  "\\n",
  'q"q',
  "q'q",
  "$1",
  "%",
  "_",
  "null",
  "{}",
  "\u0001",
  "\u007F",
  "-",
  "10",
  "9",
] as const;

const INSTANTS = [
  Date.UTC(2026, 2, 29, 1), // Berlin's clocks go forward
  Date.UTC(2026, 9, 25, 1), // Berlin's clocks go back
  Date.UTC(2026, 2, 28, 18, 30), // a day's start in Kolkata
  Date.UTC(2026, 3, 1),
  Date.UTC(2025, 11, 31, 23, 59, 59, 999),
  Date.UTC(2015, 0, 1),
  Date.UTC(2028, 1, 29),
] as const;

/** One of two organizations. */
export const organization = fc.constantFrom("a", "a", "a", "b");
/** One of {@link TEXTS}. */
export const text = fc.constantFrom(...TEXTS);
const maybe = fc.oneof(fc.constant(null), text);
/** One of few ids, so that they meet. */
export const id = fc.constantFrom(...TEXTS.slice(0, 12), "r1", "r2");
/** An instant near one where days, months or clocks change. */
export const instant = fc.tuple(fc.constantFrom(...INSTANTS), fc.constantFrom(0, -1, 1, 900_000, DAY, 2 * DAY))
  .map(([at, far]) => at + far);
/** A counter, the largest ones too. */
export const count = fc.oneof(fc.nat(1_000), fc.constantFrom(0, LIMITS.units, LIMITS.units - 1));

/** JSON of any kind, NUL and broken characters in it too, which it writes as escapes. */
const extra = fc.oneof(
  fc.constantFrom<Record<string, unknown> | null>(
    null,
    {},
    { nul: "a\0b", broken: "\ud800", pair: "\ud83d\ude42", low: "\udc00\ud800" },
    { big: 2 ** 53, bigger: 2 ** 53 + 2, small: 5e-324, large: 1.7976931348623157e308, negative: -0.1 },
    { "": { "\\": ["\u2028", "</script>", '"', "\\u0000", "\b\f\v"] }, b: 1, a: 2 },
  ),
  fc.record({ key: text, value: fc.string({ unit: "binary", maxLength: 8 }) }).map(({ key, value }) => ({
    [key]: value,
  })),
);

const fields = fc.record({
  id,
  timestamp: instant,
  model: text,
  service_tier: fc.constantFrom(...SERVICE_TIERS),
  project: maybe,
  user: maybe,
  environment: maybe,
  operation: maybe,
  session: maybe,
  region: maybe,
  status: fc.constantFrom(null, "ok", "error", "Ok", "500", ""),
  latency_ms: fc.constantFrom(null, 0, 1, 250, 251, LIMITS.latency_ms),
  tags: fc.constantFrom<Record<string, string> | null>(null, {}, { team: "a" }, { team: "é", "a.b": "\\" }, {
    Team: "🙂",
  }),
  input_tokens: count,
  cache_read_tokens: count,
  cache_write_1h_tokens: count,
  output_tokens: count,
  units: fc.oneof(
    fc.constant(null),
    fc.record({ name: fc.constantFrom(...OTHER_UNIT_NAMES), count }).map(({ name, count }) => ({ [name]: count })),
  ),
  reported_cost: fc.constantFrom(null, { text: "1e-3", amount: 1_000_000n as never }),
  extra,
});

/** A cost, or none. */
export const cost: fc.Arbitrary<Cost> = fc.oneof(
  fc.constant(UNPRICED),
  fc.tuple(
    fc.constantFrom(0n, 1n, 2n ** 53n - 1n, 2n ** 53n + 1n, LIMITS.record_nanos),
    fc.constantFrom(makePrice("a"), makePrice("é\\"), makePrice("🙂")),
  ).map(([nanos, price]) => makeCost(nanos, price)),
);

/** An entry to append, in an organization to be named. */
export const entry = fc.record({
  organization,
  fields: fc.oneof({ weight: 3, arbitrary: fields }, {
    weight: 2,
    // The same again and again, or the same but for its output.
    arbitrary: fc.tuple(id, fc.constantFrom(1, 2, 3)).map(([id, output_tokens]) => ({ id, output_tokens })),
  }),
  cost,
  may_supersede: fc.boolean(),
});

/** A query, in an organization to be named. */
export const query = fc.record({
  organization,
  group_by: fc.uniqueArray(fc.constantFrom(...DIMENSIONS, "tag:team", "tag:a.b", ...INTERVALS), {
    maxLength: 4,
    selector: (name) => INTERVALS.includes(name as never) ? "interval" : name,
  }),
  since: fc.constantFrom("2026-03-28", "2026-03-29T02:30:00Z", "2025-12-31", "2026-10-24"),
  until: fc.constantFrom("2026-03-29", "2026-04-02", "2026-10-27T01:00:00Z"),
  tz: fc.constantFrom("UTC", "Europe/Berlin", "Asia/Kolkata", "America/St_Johns"),
  filter: fc.constantFrom<string[]>([], ["project=é"], ["project="], ["user=A", "model=a"], ["tag:team=é"], [
    "session=a\\\\b",
  ]),
  columns: fc.constantFrom<string[]>([], ["web_searches"], ["seconds", "web_searches"]),
});
