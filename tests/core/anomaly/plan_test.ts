import { strict as assert } from "node:assert";
import { planAnomalies } from "../../../core/anomaly/plan.ts";

const HOUR_MS = 3_600_000;

Deno.test("planAnomalies() gives the hour that comes again in autumn the slot of the first, and none to spring's", () => {
  const of = (day: string) => {
    const since = Date.parse(day);
    const range = { since, until: since + 48 * HOUR_MS };
    return planAnomalies(range, { interval: "hour", tz: "Europe/Berlin", now: range.until });
  };
  const autumn = of("2026-10-24T22:00:00Z");
  const repeated = autumn.buckets.filter((_, at) => at > 0 && autumn.slots[at] === autumn.slots[at - 1]);
  assert.deepEqual(repeated.map(({ label }) => label), ["2026-10-25T02:00:00+01:00"]);
  const spring = of("2026-03-28T23:00:00Z");
  const after = spring.buckets.filter((_, at) => at > 0 && spring.slots[at]! - spring.slots[at - 1]! === 2);
  assert.deepEqual(after.map(({ label }) => label), ["2026-03-29T03:00:00+02:00"]);
});

Deno.test("planAnomalies() reads half a year before days, and says which one still runs", () => {
  const range = { since: Date.parse("2026-06-01T00:00:00Z"), until: Date.parse("2026-07-01T00:00:00Z") };
  const now = Date.parse("2026-06-10T12:00:00Z");
  const plan = planAnomalies(range, { interval: "day", tz: "UTC", now });
  assert.deepEqual(
    [plan.buckets[plan.judged_from]!.label, plan.buckets.at(-1)!.label, plan.is_last_running],
    ["2026-06-01", "2026-06-10", true],
  );
  assert.ok(plan.judged_from >= 182);
  const later = { since: Date.parse("2026-06-20T00:00:00Z"), until: range.until };
  assert.throws(() => planAnomalies(later, { interval: "day", tz: "UTC", now }), { kind: "invalid" });
});
