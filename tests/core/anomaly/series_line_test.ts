import { strict as assert } from "node:assert";
import fc from "fast-check";
import { readSeriesLine, scoreSeries, writeScoresLine } from "../../../core/anomaly/series_line.ts";

const DAY_MS = 86_400_000;
const refusal = (line: unknown) => {
  try {
    readSeriesLine(typeof line === "string" ? line : JSON.stringify(line));
    return "";
  } catch (error) {
    return (error as Error).message;
  }
};

Deno.test("readSeriesLine() reads days, instants in several ways, and seconds", () => {
  const timestamps = ["2026-01-05", "2026-01-05 01:30:00", "2026-01-05T01:30:00+01:00", 1767571200, 1767571200000];
  assert.deepEqual(readSeriesLine(JSON.stringify({ id: "a", timestamps, values: [1, 2, 3, null, 5] })), {
    id: "a",
    timestamps: [1767571200000, 1767576600000, 1767573000000, 1767571200000, 1767571200000],
    values: [1, 2, 3, null, 5],
  });
});

Deno.test("readSeriesLine() names the field that is wrong", () => {
  assert.match(refusal("{"), /^Cannot read the line as JSON: /);
  assert.match(refusal({ timestamps: [1], values: [1] }), /^Cannot read "id" of the series: /);
  assert.match(
    refusal({ id: "a", timestamps: ["2026-02-30"], values: [1] }),
    /^Cannot read "timestamps\/0" of the series: cannot be read as a time: "2026-02-30"; write /,
  );
  assert.match(refusal({ id: "a", timestamps: [1], values: ["x"] }), /^Cannot read "values\/0" of the series: /);
  assert.equal(
    refusal({ id: "a", timestamps: [1, 2], values: [1] }),
    "Cannot read the series: it has 2 timestamps and 1 values",
  );
});

Deno.test("scoreSeries() watches by how far apart the points are, and skips what is missing", () => {
  const day = (at: number) => at * DAY_MS;
  const values = Array.from({ length: 70 }, (_, at) => [10, 12, 11, 13, 12, 4, 3][at % 7]! + (at * at % 11) / 20);
  values[60] = 30;
  const kept = [...values.keys()].filter((at) => at < 30 || at > 40);
  const { score, flag } = scoreSeries({ timestamps: kept.map(day), values: kept.map((at) => values[at]!) });
  assert.equal(kept.find((_, at) => flag[at]), 60);
  assert.deepEqual(flag, score.map((points) => points > 3));
});

Deno.test("scoreSeries() goes on where clocks go back and times come again", () => {
  const hours = Array.from({ length: 24 * 20 }, (_, at) => at >= 300 ? at - 1 : at);
  const { score } = scoreSeries({ timestamps: hours.map((hour) => hour * 3_600_000), values: hours.map(() => 1) });
  assert.deepEqual(score, Array(480).fill(0));
});

Deno.test("scoreSeries() gives a prefix the scores that it has in the whole, whatever the times are", () => {
  const points = fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 100 })), {
    minLength: 1,
    maxLength: 90,
  });
  fc.assert(fc.property(points, fc.integer({ min: 1, max: 90 }), (points, length) => {
    let time = 0;
    const timestamps = points.map(([days]) => time += days * DAY_MS);
    const values = points.map(([, value]) => value);
    const whole = scoreSeries({ timestamps, values });
    const part = scoreSeries({ timestamps: timestamps.slice(0, length), values: values.slice(0, length) });
    assert.deepEqual(part.score, whole.score.slice(0, length));
  }));
});

Deno.test("writeScoresLine() writes six decimals and an end of line", () => {
  assert.equal(
    writeScoresLine("a", { score: [0, 3.12345678], flag: [false, true] }),
    '{"id":"a","score":[0,3.123457],"flag":[false,true]}\n',
  );
});
