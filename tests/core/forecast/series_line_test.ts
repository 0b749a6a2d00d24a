import { strict as assert } from "node:assert";
import { periodsOf, readSeriesLine, toForecastInput } from "../../../core/forecast/series_line.ts";

Deno.test("readSeriesLine() reads a series and leaves other fields alone", () => {
  const line = readSeriesLine('{"id":"a","frequency":"hourly","values":[1,null],"horizon":3,"season":24}');
  assert.deepEqual(line, { id: "a", frequency: "hourly", values: [1, null], horizon: 3 });
  assert.deepEqual(toForecastInput(line, { level: 0.8, method: "fast" }), {
    values: [1, null],
    periods: [24, 168],
    horizon: 3,
    level: 0.8,
    method: "fast",
  });
});

Deno.test("readSeriesLine() names what is wrong", () => {
  const good = { id: "a", frequency: "daily", values: [1], horizon: 1 };
  const refuse = (part: object) => () => readSeriesLine(JSON.stringify({ ...good, ...part }));
  assert.throws(refuse({ values: [1, -1] }), /^CostopsError: Cannot read "values\/1" of the series: /);
  assert.throws(refuse({ values: [] }), /Cannot read "values" of the series: /);
  assert.throws(refuse({ horizon: 1.5 }), /Cannot read "horizon" of the series: /);
  assert.throws(refuse({ id: "" }), /Cannot read "id" of the series: /);
  assert.throws(() => readSeriesLine("[1]"), /Cannot read the series: /);
  assert.throws(() => readSeriesLine("{"), { kind: "unreadable" });
});

Deno.test("periodsOf() looks for a yearly pattern in more than two years of days", () => {
  assert.deepEqual([periodsOf("daily", 799), periodsOf("daily", 800)], [[7], [7, 365]]);
  assert.deepEqual([periodsOf("weekly", 60), periodsOf("monthly", 60)], [[52], [12]]);
});
