import assert from "node:assert/strict";
import { type CostSeries, judgeCosts } from "../../core/anomaly/judge.ts";
import { planAnomalies } from "../../core/anomaly/plan.ts";
import { CostopsError } from "../../core/error.ts";
import type { ForecastInput } from "../../core/forecast/forecast.ts";
import { usdFromNanos } from "../../core/money.ts";
import { ForecastThreads } from "../../server/forecast/forecast_threads.ts";

const OWN = { organization_id: "acme" };
const FLAT: ForecastInput = { values: Array(21).fill(5), periods: [7], horizon: 2 };

function isTemporary(error: unknown): boolean {
  return error instanceof CostopsError && error.kind === "temporary";
}

Deno.test("forecasts come in the order of their series, and each is told", async () => {
  const threads = new ForecastThreads({ at_once: 1, waiting: 1 });
  const told: number[] = [];
  const forecasts = await threads.run([FLAT, { ...FLAT, horizon: 3 }], {
    ...OWN,
    onProgress: (done) => told.push(done),
  });
  assert.deepEqual(forecasts.map(({ mean }) => mean), [[5, 5], [5, 5, 5]]);
  assert.deepEqual(told, [1, 2]);
  assert.deepEqual(await threads.run([], OWN), []);
});

Deno.test("a series that is refused fails as it does without a thread", async () => {
  const threads = new ForecastThreads({ at_once: 1, waiting: 1 });
  await assert.rejects(
    threads.run([{ ...FLAT, values: [-1] }], OWN),
    (error) => error instanceof CostopsError && error.kind === "invalid",
  );
});

Deno.test("runs wait for their turn, as many as there is room for; who waits may give up", async () => {
  const threads = new ForecastThreads({ at_once: 1, waiting: 2 });
  const end = new AbortController();
  const first = threads.run([FLAT], OWN);
  const second = threads.run([FLAT], { ...OWN, signal: end.signal });
  const third = threads.run([FLAT], OWN);
  await assert.rejects(threads.run([FLAT], OWN), isTemporary);
  end.abort();
  await assert.rejects(second, isTemporary);
  assert.equal((await first).length, 1);
  assert.equal((await third).length, 1);
});

Deno.test("a run that is stopped frees its thread for the next one", async () => {
  const threads = new ForecastThreads({ at_once: 1, waiting: 1 });
  const end = new AbortController();
  const stopped = threads.run(Array(50).fill(FLAT), { ...OWN, signal: end.signal, onProgress: () => end.abort() });
  await assert.rejects(stopped, isTemporary);
  assert.equal((await threads.run([FLAT], OWN)).length, 1);
});

Deno.test("series are judged as they are without a thread, and wait for their turn as forecasts do", async () => {
  const threads = new ForecastThreads({ at_once: 1, waiting: 1 });
  const range = { since: Date.UTC(2026, 2, 1), until: Date.UTC(2026, 2, 10) };
  const plan = planAnomalies(range, { interval: "day", tz: "UTC", now: Date.UTC(2026, 2, 10) });
  const costs = plan.buckets.map((_, at) => usdFromNanos((at % 7 === 0 ? 9n : 10n) * 1_000_000_000n));
  costs[costs.length - 1] = usdFromNanos(100_000_000_000n);
  const series: CostSeries = { key: [["model", "gpt-5"]], costs };
  const task = { series, options: { plan, flag_score: 3, origin: 0 } };
  const first = threads.judge([task], OWN);
  const second = threads.run([FLAT], OWN);
  await assert.rejects(threads.judge([task], OWN), isTemporary);
  const [judged] = await first;
  assert.deepEqual(judged, judgeCosts(series, task.options));
  assert.deepEqual(judged!.anomalies.map(({ actual }) => actual), [100_000_000_000n]);
  await second;
});

Deno.test("the runs of one organization leave room for those of others", async () => {
  const threads = new ForecastThreads({ at_once: 1, waiting: 4, waiting_organization: 1 });
  const first = threads.run([FLAT], OWN);
  const second = threads.run([FLAT], OWN);
  await assert.rejects(threads.run([FLAT], OWN), isTemporary);
  const others = threads.run([FLAT], { organization_id: "other" });
  assert.deepEqual((await Promise.all([first, second, others])).map(({ length }) => length), [1, 1, 1]);
});

Deno.test("a thread that is kept takes the next run, also after one that was refused, and ends when it is closed", async () => {
  const threads = new ForecastThreads({ at_once: 2, waiting: 1, kept: 1 });
  const started = await countStarted(async () => {
    assert.equal((await threads.run([FLAT], OWN)).length, 1);
    await assert.rejects(threads.run([{ ...FLAT, values: [-1] }, FLAT], OWN), { kind: "invalid" });
    assert.deepEqual((await threads.run([FLAT, { ...FLAT, horizon: 3 }], OWN)).map(({ mean }) => mean.length), [2, 3]);
    // Two at once, of which one more is started and not kept.
    await Promise.all([threads.run([FLAT], OWN), threads.run([FLAT], OWN)]);
    assert.equal((await threads.run([FLAT], OWN)).length, 1);
  });
  assert.equal(started, 2);
  threads.close();
  // What runs on after that keeps nothing, which the test's sanitizer would find.
  assert.equal((await threads.run([FLAT], OWN)).length, 1);
});

Deno.test("a kept thread whose run was stopped is not used again", async () => {
  const threads = new ForecastThreads({ at_once: 1, waiting: 1, kept: 1 });
  const end = new AbortController();
  const started = await countStarted(async () => {
    await assert.rejects(threads.run([FLAT, FLAT], { ...OWN, signal: end.signal, onProgress: () => end.abort() }));
    assert.equal((await threads.run([FLAT], OWN)).length, 1);
  });
  assert.equal(started, 2);
  threads.close();
});

/** How many threads are started meanwhile. */
async function countStarted(work: () => Promise<void>): Promise<number> {
  const { Worker: original } = globalThis;
  let started = 0;
  globalThis.Worker = class extends original {
    constructor(...given: ConstructorParameters<typeof Worker>) {
      super(...given);
      started++;
    }
  };
  try {
    await work();
  } finally {
    globalThis.Worker = original;
  }
  return started;
}
