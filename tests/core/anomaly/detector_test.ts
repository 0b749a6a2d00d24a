import { strict as assert } from "node:assert";
import fc from "fast-check";
import { Detector, FLAG_SCORE } from "../../../core/anomaly/detector.ts";
import { DAILY, HOURLY } from "../../../core/anomaly/watch.ts";

const WEEK = [10, 12, 11, 13, 12, 4, 3];

/** Weeks of the same pattern, each point moved by a bit of noise that is always the same. */
function weeks(count: number): number[] {
  const noise = [0.3, -0.4, 0.1, 0.5, -0.2, -0.1, 0.2, -0.3, 0.4, 0, -0.5];
  return Array.from({ length: 7 * count }, (_, at) => WEEK[at % 7]! + noise[at % 11]!);
}

function scoresOf(values: readonly (number | undefined)[], options = DAILY): number[] {
  const detector = new Detector(options);
  return values.map((value, slot) => detector.next(slot, value).score);
}

function flaggedAt(values: readonly number[]): number[] {
  return scoresOf(values).flatMap((score, at) => score > FLAG_SCORE ? [at] : []);
}

Deno.test("a weekly pattern with a little noise flags nothing", () => {
  assert.deepEqual(flaggedAt(weeks(20)), []);
});

Deno.test("a spike is flagged on its day and no longer", () => {
  const values = weeks(10);
  values[50]! += 10;
  assert.deepEqual(flaggedAt(values), [50]);
});

Deno.test("a Saturday as busy as a Friday is flagged although the value is an ordinary one", () => {
  const values = weeks(10);
  values[47] = 12;
  assert.deepEqual(flaggedAt(values), [47]);
});

Deno.test("a drop to nothing is flagged, below", () => {
  const values = weeks(10);
  values[50] = 0;
  const detector = new Detector(DAILY);
  const judged = values.map((value, slot) => detector.next(slot, value))[50]!;
  assert.ok(judged.score > FLAG_SCORE);
  assert.equal(judged.direction, -1);
});

Deno.test("a level that stays is told in its first days, and again only as a worse one", () => {
  const values = weeks(16).map((value, at) => at >= 56 ? value + 6 : value);
  const flagged = flaggedAt(values);
  // In the second week the mean of a whole week is unusual too, by more than half as much again.
  assert.deepEqual(flagged, [56, 57, 58, 63, 64, 65]);
});

/** Days of hours with a daily wave, each point moved by a bit of noise that is always the same. */
function days(count: number): number[] {
  const noise = [0.6, -0.8, 0.2, 1, -0.4, -0.2, 0.4, -0.6, 0.8, 0, -1];
  return Array.from({ length: 24 * count }, (_, at) => 20 + 8 * Math.sin((at - 8) * Math.PI / 12) + noise[at % 11]!);
}

function flaggedHours(values: readonly number[]): number[] {
  return scoresOf(values, HOURLY).flatMap((score, at) => score > FLAG_SCORE ? [at] : []);
}

Deno.test("an hour after a spike is flagged no more, though the spike's echo was expected", () => {
  const values = days(20);
  values[300]! += 20;
  assert.deepEqual(flaggedHours(values), [300]);
});

Deno.test("the return from a level of three days is not flagged, a fall below what was before it is", () => {
  const back = days(24).map((value, at) => at >= 300 && at < 372 ? value + 12 : value);
  assert.deepEqual(flaggedHours(back).filter((at) => at >= 372), []);
  const below = back.map((value, at) => at >= 380 && at < 392 ? value - 12 : value);
  assert.equal(flaggedHours(below).find((at) => at >= 372), 380);
});

Deno.test("a slow ramp is flagged before it has doubled the spend", () => {
  const values = weeks(16).map((value, at) => at >= 56 ? value * (1 + (at - 56) / 21) : value);
  const [first] = flaggedAt(values);
  assert.ok(first !== undefined && first >= 56 && first < 77, String(first));
});

Deno.test("nothing is judged before two cycles were seen", () => {
  const values = weeks(2);
  values[13] = 1_000;
  assert.deepEqual(scoresOf(values), Array(14).fill(0));
});

const series = fc.array(fc.option(fc.double({ min: 0, max: 1e6, noNaN: true }), { nil: undefined }), {
  minLength: 0,
  maxLength: 120,
});

Deno.test("the scores of a prefix are the first scores of the whole, also where points are missing", () => {
  fc.assert(fc.property(series, fc.nat(120), (values, length) => {
    assert.deepEqual(scoresOf(values.slice(0, length)), scoresOf(values).slice(0, length));
  }));
});

Deno.test("a series in other units has the same scores", () => {
  fc.assert(fc.property(series, fc.integer({ min: -20, max: 20 }), (values, power) => {
    const scaled = values.map((value) => value === undefined ? undefined : value * 2 ** power);
    assert.deepEqual(scoresOf(scaled), scoresOf(values));
  }));
});

Deno.test("every score is a number of 0 or more, whatever the series", () => {
  const gap = [...weeks(6), ...Array(31).fill(undefined), ...weeks(6)];
  const spike = weeks(8);
  spike[40] = 1e12;
  const odd: Record<string, (number | undefined)[]> = {
    none: [],
    one: [3],
    two: [3, 4],
    zeros: Array(100).fill(0),
    equal: Array(100).fill(7),
    late: [...Array(60).fill(0), 5, 0, 0],
    negative: weeks(8).map((value) => -value),
    gap,
    spike,
    missing: Array(50).fill(undefined),
  };
  for (const [name, values] of Object.entries(odd)) {
    for (const options of [DAILY, HOURLY]) {
      for (const score of scoresOf(values, options)) assert.ok(score >= 0 && Number.isFinite(score), name);
    }
  }
  fc.assert(fc.property(series, (values) => scoresOf(values).every((score) => score >= 0 && Number.isFinite(score))));
});

Deno.test("what never changed scores 0, and the first change is flagged", () => {
  assert.deepEqual(scoresOf(Array(60).fill(5)), Array(60).fill(0));
  assert.deepEqual(flaggedAt([...Array(60).fill(0), 5]), [60]);
  assert.deepEqual(flaggedAt([...Array(60).fill(5), 10]), [60]);
});

Deno.test("ten years of hours are judged, and a doubled night in them is flagged", () => {
  const values = Array.from({ length: 87_600 }, (_, at) => 5 + Math.sin(at * Math.PI / 12) + 0.1 * Math.sin(at * at));
  values[80_000]! += 3;
  const scores = scoresOf(values, HOURLY);
  assert.ok(scores[80_000]! > FLAG_SCORE);
  assert.ok(scores.filter((score) => score > FLAG_SCORE).length < 88);
});
