import { strict as assert } from "node:assert";
import { Cusum } from "../../../core/anomaly/cusum.ts";
import { CycleMeans } from "../../../core/anomaly/cycle_means.ts";
import { Forecaster } from "../../../core/anomaly/forecaster.ts";
import { median } from "../../../core/anomaly/median.ts";
import { News } from "../../../core/anomaly/news.ts";
import { SeasonalLevel } from "../../../core/anomaly/seasonal_level.ts";
import { Tail } from "../../../core/anomaly/tail.ts";

Deno.test("median() is the middle, the mean of two middles, and 0 of none", () => {
  assert.deepEqual([median([3, 1, 2]), median([4, 1, 3, 2]), median([])], [2, 2.5, 0]);
});

Deno.test("Tail is white noise's until it has a past, and statisticAt() undoes score()", () => {
  const tail = new Tail({ point: 2, excess: 1, cap: 8 });
  assert.equal(tail.score(1), 0.5);
  assert.equal(tail.score(2), 1);
  assert.equal(tail.score(2 + 2 * Math.LN10), 3);
  assert.equal(tail.statisticAt(3), 2 + 2 * Math.LN10);
});

Deno.test("Tail moves its 90 % point towards that of the past", () => {
  const tail = new Tail({ point: 2, excess: 1, cap: 8 });
  for (let at = 0; at < 30; at++) tail.add(4);
  // 30 of the past at 4 and 30 of the prior at 2.
  assert.equal(tail.score(3), 1);
});

Deno.test("Cusum adds what is beyond one deviation, on the side it is on, and tells where that began", () => {
  const cusum = new Cusum();
  assert.deepEqual(cusum.add(0, 0.5), { sum: 0, since: 1, direction: 1, is_growing: false });
  assert.deepEqual(cusum.add(1, 2), { sum: 1, since: 1, direction: 1, is_growing: true });
  assert.deepEqual(cusum.add(2, 3), { sum: 3, since: 1, direction: 1, is_growing: true });
  // One enormous deviation counts as 5.
  assert.deepEqual(cusum.add(3, 100), { sum: 7, since: 1, direction: 1, is_growing: true });
  assert.deepEqual(cusum.add(4, 0), { sum: 6, since: 1, direction: 1, is_growing: false });
  assert.deepEqual(cusum.add(5, -4), { sum: 3, since: 5, direction: -1, is_growing: true });
});

Deno.test("CycleMeans tells the newest mean from the median of the eight before it", () => {
  const means = new CycleMeans(2);
  // Means 10, 12, 10, 12, 10, 12, 10, 12, then 21: median 11, deviation 1.4826 × 1 + 0.02 × 11.
  for (const value of [9, 11, 11, 13, 9, 11, 11, 13, 9, 11, 11, 13, 9, 11, 11, 13]) means.add(value);
  means.add(20);
  assert.equal(means.statistic(), 0);
  means.add(22);
  assert.equal(means.statistic(), 10 / (1.4826 + 0.22));
});

/** A point that is 20 where 10 ± 2 was expected, or another one. */
function finding(score: number, value = 20) {
  return { score, value, freeze: () => () => ({ expected: 10, deviation: 2 }) };
}

Deno.test("News tells an event for a third of a cycle, then only what is half as bad again", () => {
  const news = new News(6);
  const told = [1, 4, 4, 4, 5, 7, 4, 4].map((score, slot) => news.tell(slot, finding(score)));
  assert.deepEqual(told, [1, 4, 4, 0, 0, 7, 4, 0]);
});

Deno.test("News begins anew after a cycle without anything, or when the event has lasted three", () => {
  const quiet = new News(2);
  assert.deepEqual([4, 0, 0, 0, 4].map((score, slot) => quiet.tell(slot, finding(score))), [4, 0, 0, 0, 4]);
  const lasting = new News(2);
  const told = [4, 4, 4, 4, 4, 4, 4, 4].map((score, slot) => lasting.tell(slot, finding(score)));
  assert.deepEqual(told, [4, 0, 0, 0, 0, 0, 0, 4]);
});

Deno.test("News leaves out points as usual as before the event, to five cycles after it began", () => {
  const news = new News(2);
  assert.equal(news.tell(0, finding(4)), 4);
  // 1.5 deviations of 2 from 10.
  assert.equal(news.tell(9, finding(4, 13)), 0);
  assert.equal(news.tell(10, finding(4, 7)), 0);
  assert.equal(news.tell(11, finding(4, 10)), 4);
});

Deno.test("News tells what is beyond what was usual before the event, on its other side too", () => {
  const news = new News(2);
  assert.equal(news.tell(0, finding(4)), 4);
  assert.equal(news.tell(9, finding(4, 6.9)), 4);
});

Deno.test("Forecaster.freeze() keeps what was known, and is less sure of what is far", () => {
  const forecaster = new Forecaster([{ length: 1, needs: 2, weight: 0 }]);
  assert.equal(forecaster.freeze(0), undefined);
  forecaster.learn(0, 10);
  forecaster.learn(1, 10);
  const frozen = forecaster.freeze(2)!;
  for (let slot = 2; slot < 102; slot++) forecaster.learn(slot, 50);
  // All alike: the least deviation is 2 % of the level, times 1.25.
  assert.deepEqual(frozen(2), { expected: 10, deviation: 0.25 });
  assert.deepEqual(frozen(102), { expected: 10, deviation: 0.25 * Math.sqrt(1 + 0.12 ** 2 * 100) });
});

Deno.test("SeasonalLevel expects the medians of its history by phase, and learns a twelfth or so of what is new", () => {
  const level = new SeasonalLevel([1, 5, 1, 5, 1, 5], { season: 2, weight: 0.5 });
  assert.deepEqual([level.expect(6), level.expect(7)], [1, 5]);
  // All alike: the least deviation is 2 % of the level 3, times 1.25.
  assert.equal(level.deviation, 1.25 * 0.02 * 3);
  // The residual 1 counts as three deviations, 0.225.
  level.learn(6, 2);
  assert.equal(level.expect(7), 5 + 0.12 * (3 * 0.075));
});
