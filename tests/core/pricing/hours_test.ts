import assert from "node:assert/strict";
import { CostopsError } from "../../../core/error.ts";
import { hoursOverlap, isWithinHours, parseHours } from "../../../core/pricing/hours.ts";

Deno.test("parseHours() turns any offset into UTC", () => {
  assert.equal(parseHours("09:00:00+08:00-12:30:00+08:00").text, "01:00:00Z-04:30:00Z");
  assert.equal(parseHours("20:00:00-05:00-00:00:00.500Z").text, "01:00:00Z-00:00:00.500Z");
});

Deno.test("parseHours() refuses what is no time of day", () => {
  for (const text of ["", "01:00-02:00", "24:00:00Z-01:00:00Z", "01:60:00Z-02:00:00Z", "01:00:00Z"]) {
    assert.throws(() => parseHours(text), CostopsError, text);
  }
});

Deno.test("isWithinHours() is half-open and runs through midnight", () => {
  const night = parseHours("22:00:00Z-06:00:00Z");
  const at = (hour: number, minute = 0) => isWithinHours(night, Date.UTC(2026, 0, 1, hour, minute));
  assert.deepEqual([at(21, 59), at(22), at(0), at(5, 59), at(6)], [false, true, true, true, false]);
  assert.equal(isWithinHours(night, Date.UTC(1969, 11, 31, 23)), true);
});

Deno.test("hoursOverlap() knows hours through midnight", () => {
  const night = parseHours("22:00:00Z-06:00:00Z");
  assert.equal(hoursOverlap(night, parseHours("06:00:00Z-22:00:00Z")), false);
  assert.equal(hoursOverlap(night, parseHours("05:59:59Z-07:00:00Z")), true);
  assert.equal(hoursOverlap(night, parseHours("01:00:00Z-02:00:00Z")), true);
  assert.equal(hoursOverlap(parseHours("01:00:00Z-02:00:00Z"), night), true);
  assert.equal(hoursOverlap(night, parseHours("23:00:00Z-23:00:00Z")), false);
});
