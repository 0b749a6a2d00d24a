import assert from "node:assert/strict";
import { planForecast, readHistory, readHorizon } from "../../../core/forecast/periods.ts";
import { CostopsError } from "../../../core/error.ts";

const at = (text: string) => Date.parse(text);

function plan(
  texts: { since: string; until: string; now: string; interval: "hour" | "day" | "week" | "month"; tz?: string },
  horizon = 2,
) {
  const { interval, tz = "UTC" } = texts;
  const range = { since: at(texts.since), until: at(texts.until) };
  const { history, future } = planForecast(range, { interval, tz, horizon, now: at(texts.now) });
  return { history: history.map(({ label }) => label), future: future.map(({ label }) => label) };
}

Deno.test("planForecast() leaves the period that runs out of the history and forecasts it first", () => {
  assert.deepEqual(
    plan({
      since: "2026-01-01T00:00:00Z",
      until: "2027-01-01T00:00:00Z",
      now: "2026-01-03T10:00:00Z",
      interval: "day",
    }),
    { history: ["2026-01-01", "2026-01-02"], future: ["2026-01-03", "2026-01-04"] },
  );
  assert.deepEqual(
    plan({
      since: "2025-11-10T00:00:00Z",
      until: "2026-01-03T10:00:00Z",
      now: "2026-01-03T10:00:00Z",
      interval: "month",
    }),
    { history: ["2025-12"], future: ["2026-01", "2026-02"] },
  );
  assert.deepEqual(
    plan({
      since: "2026-01-01T00:00:00Z",
      until: "2026-01-15T00:00:00Z",
      now: "2026-01-15T10:00:00Z",
      interval: "week",
    }),
    { history: ["2026-W02"], future: ["2026-W03", "2026-W04"] },
  );
});

Deno.test("planForecast() goes on where a history ends that was asked to end earlier", () => {
  assert.deepEqual(
    plan({
      since: "2026-01-01T00:00:00Z",
      until: "2026-01-03T12:00:00Z",
      now: "2026-02-01T00:00:00Z",
      interval: "day",
    }),
    { history: ["2026-01-01", "2026-01-02"], future: ["2026-01-03", "2026-01-04"] },
  );
});

Deno.test("planForecast() cuts days of 23 and 25 hours, and hours of zones half an hour off, as the zone has them", () => {
  const berlin = { interval: "day", tz: "Europe/Berlin" } as const;
  const range = { since: at("2026-03-28T23:00:00Z"), until: at("2026-03-30T22:00:00Z") };
  const { history } = planForecast(range, { ...berlin, horizon: 1, now: at("2026-03-31T09:00:00Z") });
  assert.deepEqual(history.map(({ since, until }) => (until - since) / 3_600_000), [23, 24]);
  const autumn = { since: at("2026-10-24T22:00:00Z"), until: at("2026-10-25T23:00:00Z") };
  const [day] = planForecast(autumn, { ...berlin, horizon: 1, now: at("2026-10-26T09:00:00Z") }).history;
  assert.equal((day!.until - day!.since) / 3_600_000, 25);
  assert.deepEqual(
    plan({
      since: "2026-01-01T00:00:00Z",
      until: "2026-01-01T02:45:00Z",
      now: "2026-01-01T02:45:00Z",
      interval: "hour",
      tz: "Asia/Kolkata",
    }, 1),
    { history: ["2026-01-01T06:00:00+05:30", "2026-01-01T07:00:00+05:30"], future: ["2026-01-01T08:00:00+05:30"] },
  );
});

Deno.test("planForecast() has no history before the first whole period has ended", () => {
  assert.deepEqual(
    plan(
      { since: "2026-01-03T01:00:00Z", until: "2026-01-03T10:00:00Z", now: "2026-01-03T10:00:00Z", interval: "day" },
      1,
    ),
    { history: [], future: ["2026-01-03"] },
  );
});

Deno.test("readHistory() is two years of days by the calendar of the zone, up to now, unless it is written", () => {
  const options = { interval: "day", tz: "Europe/Berlin", horizon: 1, now: at("2026-03-31T09:00:00Z") } as const;
  assert.deepEqual(readHistory({}, options), { since: at("2024-03-30T23:00:00Z"), until: options.now });
  assert.deepEqual(readHistory({ since: "2026-02", until: "2027-01-01" }, options), {
    since: at("2026-01-31T23:00:00Z"),
    until: options.now,
  });
  assert.deepEqual(readHistory({ until: "2026-03-01" }, options), {
    since: at("2024-03-01T23:00:00Z"),
    until: at("2026-03-01T23:00:00Z"),
  });
});

Deno.test("readHorizon() takes whole numbers from 1 to 750", () => {
  assert.equal(readHorizon(750), 750);
  for (const horizon of [0, 751, 1.5, NaN]) {
    assert.throws(() => readHorizon(horizon), (error) => error instanceof CostopsError && error.kind === "invalid");
  }
});
