import assert from "node:assert/strict";
import { ForecastThreads } from "../../../server/forecast/forecast_threads.ts";
import { makeFile } from "../../../server/reports/make_file.ts";
import { ReportRunner } from "../../../server/reports/report_runner.ts";
import { makeCost, makeEntry } from "../../db/records.ts";
import { type Api, json, withApi } from "../http/api.ts";

const as = "analyst@org-123";
const DAY_MS = 86_400_000;

/** A call a day for the four weeks before 2026-02-10, each of two dollars. */
async function addUsage({ database }: Api): Promise<void> {
  await database.append(Array.from({ length: 28 }, (_, day) => {
    const timestamp = Date.UTC(2026, 0, 13, 12) + day * DAY_MS;
    return makeEntry({ organization_id: "org-123", id: `r${day}`, timestamp }, makeCost(2_000_000_000n));
  }));
}

Deno.test("POST /forecast/cost takes the body of the contract and answers in the shape of reports", async () => {
  await withApi(async (api) => {
    await addUsage(api);
    const body = {
      group_by: ["model"],
      filter: ["provider=openai"],
      interval: "day",
      horizon: 2,
      level: 0.9,
      tz: "Europe/Berlin",
      history: { since: "2026-01-13", until: "2026-02-09" },
    };
    const response = await api.send("POST", "/api/v1/forecast/cost", { as, json: body });
    assert.equal(response.status, 200);
    const { report, rows, totals, coverage } = await json(response);
    assert.equal(report.type, "cost_forecast");
    assert.equal(report.summary.level_ratio, 0.9);
    // It is 13 in Berlin: 11 of 24 hours of the day that runs are left.
    const [mean_cost_usd, lower_cost_usd, upper_cost_usd] = [0.916667, 0.916667, 0.916667];
    assert.deepEqual(rows, [
      { day: "2026-02-10", model: "gpt-5", mean_cost_usd, lower_cost_usd, upper_cost_usd },
      { day: "2026-02-11", model: "gpt-5", mean_cost_usd: 2, lower_cost_usd: 2, upper_cost_usd: 2 },
    ]);
    assert.deepEqual(totals, { mean_cost_usd: 2.916667, lower_cost_usd: 2.916667, upper_cost_usd: 2.916667 });
    assert.equal(coverage.priced_records, 28);
    assert.equal(report.history.at(-1).cost_usd, "2.000000000");
  });
});

Deno.test("POST /forecast/usage counts what it is asked to count, and an amount is never among its numbers", async () => {
  await withApi(async (api) => {
    await addUsage(api);
    const body = { measure: "requests", horizon: 1 };
    const { report, rows } = await json(await api.send("POST", "/api/v1/forecast/usage", { as, json: body }));
    assert.deepEqual(rows, [{ day: "2026-02-10", mean_requests: 0.5, lower_requests: 0.5, upper_requests: 0.5 }]);
    assert.equal(report.summary.month, "2026-02");
    assert.equal(report.summary.month_actual_requests, 9);
  });
});

Deno.test("POST /forecast/cost refuses what it does not know, and who may not see forecasts", async () => {
  await withApi(async (api) => {
    const send = (body: object, who = as) => api.send("POST", "/api/v1/forecast/cost", { as: who, json: body });
    for (
      const body of [{ horizon: 0 }, { horizon: 751 }, { level: 1 }, { interval: "minute" }, { since: "2026-01-01" }]
    ) {
      assert.equal((await send(body)).status, 422, JSON.stringify(body));
    }
    const grouped = await json(await send({ group_by: ["day"] }));
    assert.equal(grouped.code, "invalid");
    assert.match(grouped.detail, /Cannot group a forecast by day/);
    assert.equal((await send({}, "ingest@org-123")).status, 403);
  });
});

Deno.test("the work of a forecast ends when its client has gone", async () => {
  await withApi(async (api) => {
    await addUsage(api);
    const client = new AbortController();
    // The client goes when the work begins.
    class Watched extends ForecastThreads {
      override run(...given: Parameters<ForecastThreads["run"]>) {
        client.abort();
        return super.run(...given);
      }
    }
    Object.assign(api.environment, { forecasts: new Watched() });
    const headers = { authorization: `Bearer ${as}`, "content-type": "application/json" };
    const request = { method: "POST", headers, body: "{}", signal: client.signal };
    const response = await api.app.fetch(new Request("http://127.0.0.1/api/v1/forecast/cost", request));
    assert.equal(response.status, 503);
    assert.match((await json(response)).detail, /Cannot finish this forecast: it was stopped/);
  });
});

Deno.test("POST /reports makes a forecast: it groups by its interval and learns from its period", async () => {
  await withApi(async (api) => {
    await addUsage(api);
    const body = {
      report_type: "forecast",
      format: "csv",
      filters: { since: "2026-01-13", until: "2026-02-08" },
      group_by: ["week", "model"],
    };
    const job = await json(await api.send("POST", "/api/v1/reports", { as, json: body }));
    assert.equal(job.file_name, "org-123-forecast-2026-02-09-to-2026-05-10.csv");
    const runner = new ReportRunner({
      environment: api.environment,
      makeFile: (order) => makeFile(api.environment, order),
      keep_ms: DAY_MS,
      tell: (message, about) => assert.fail(`${message} ${JSON.stringify(about)}`),
    });
    while (await runner.runNext());
    const file = await api.send("GET", `/api/v1/reports/${job.id}/download`, { as });
    const lines = (await file.text()).trimEnd().split("\n");
    assert.equal(lines[0], "week,model,mean_cost_usd,lower_cost_usd,upper_cost_usd");
    // Two dollars on Monday, and 5.5 of 7 days of 14.
    assert.match(lines[1]!, /^2026-W07,gpt-5,13\.000000,/);
    assert.equal(lines.length, 14);
  });
});
