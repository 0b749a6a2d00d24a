import assert from "node:assert/strict";
import type { z } from "@hono/zod-openapi";
import { writeJson } from "../../../core/report/formats/json.ts";
import { compareModels } from "../../../server/operations/analytics.ts";
import { perform } from "../../../server/operations/operation.ts";
import { ANALYTICS_ROUTES } from "../../../server/routes/analytics.ts";
import type { Route } from "../../../server/routes/route.ts";
import { STATISTICS_ROUTE } from "../../../server/routes/statistics.ts";
import { makeCost, makeEntry, NOON, UNPRICED } from "../../db/records.ts";
import { type Api, authenticate, json, withApi } from "../http/api.ts";

const ROUTES: readonly Route[] = [...ANALYTICS_ROUTES, STATISTICS_ROUTE];

/** Two records of acme on the 5th of January 2026, and one of globex. */
async function withUsage(test: (api: Api) => Promise<void>): Promise<void> {
  await withApi(async (api) => {
    await api.database.append([
      makeEntry({ id: "r1", organization_id: "acme", latency_ms: 5, status: "ok", project: "p" }, makeCost(7n)),
      makeEntry({ id: "r2", organization_id: "acme", latency_ms: 9, status: "500", timestamp: NOON + 1 }, UNPRICED),
      makeEntry({ id: "r1", organization_id: "globex" }, makeCost(1_000n)),
    ]);
    await test(api);
  });
}

/** Asks as a viewer of acme and wants an answer. */
async function ask({ send }: Api, path: string) {
  const response = await send("GET", `/api/v1${path}`, { as: "viewer@acme" });
  const body = await json(response);
  assert.equal(response.status, 200, JSON.stringify(body));
  return body;
}

Deno.test("the analytics are six reads with the permissions of the wire contract", () => {
  assert.deepEqual(ROUTES.map(({ method, path, operation }) => `${method} ${path} ${operation.permission}`), [
    "get /analytics/usage analytics:read",
    "get /analytics/costs analytics:read",
    "get /analytics/providers analytics:read",
    "get /analytics/models analytics:read",
    "get /costs/trends cost:read",
    "get /usage/stats usage:read",
  ]);
});

Deno.test("every analytics route answers with a report that its schema takes, of the credential's organization", async () => {
  await withUsage(async (api) => {
    for (const { path, replies } of ROUTES) {
      const body = await ask(api, `${path}?since=2026-01-05&until=2026-01-06&tz=Europe/Berlin&project=p,`);
      assert.deepEqual((replies[200]!.schema as z.ZodType).parse(body), body, path);
      assert.equal(body.report.organization_id, "acme", path);
      assert.equal(body.totals.requests, 2, path);
      assert.equal(body.coverage.unpriced_records, 1, path);
    }
  });
});

Deno.test("an analytics route refuses another organization, and who may not", async () => {
  await withUsage(async ({ send }) => {
    for (const { path } of ROUTES) {
      const status = async (as: string | null, search = "") =>
        (await send("GET", `/api/v1${path}${search}`, { as })).status;
      assert.equal(await status("viewer@acme", "?organization_id=globex"), 403, path);
      assert.equal(await status("super_admin@acme", "?organization_id=globex"), 200, path);
      assert.equal(await status("ingest@acme"), 403, path);
      assert.equal(await status(null), 401, path);
    }
  });
});

Deno.test("GET /analytics/models answers with the very text that the command line writes", async () => {
  await withUsage(async ({ send, environment }) => {
    const principal = await authenticate(new Headers({ authorization: "Bearer viewer@acme" }));
    const report = await perform(compareModels, { environment, principal }, { since: "2026-01" });
    const response = await send("GET", "/api/v1/analytics/models?since=2026-01", { as: "viewer@acme" });
    assert.equal(await response.text(), [...writeJson(report)].join(""));
    assert.equal(response.headers.get("content-type"), "application/json");
  });
});

Deno.test("the analytics filter by parameters of dimensions and by filter alike", async () => {
  await withUsage(async (api) => {
    for (const search of ["project=p", "filter=project%3Dp", "project=p&filter=tag:team%3D"]) {
      const { totals } = await ask(api, `/analytics/providers?since=2026-01&${search}`);
      assert.equal(totals.requests, 1, search);
    }
  });
});

Deno.test("GET /analytics/costs groups by what is asked, by day when nothing is", async () => {
  await withUsage(async (api) => {
    const days = await ask(api, "/analytics/costs?since=2026-01-05&until=2026-01-06");
    assert.deepEqual(days.rows.map((row: Record<string, unknown>) => [row.day, row.cost_usd]), [
      ["2026-01-05", "0.000000007"],
      ["2026-01-06", "0.000000000"],
    ]);
    const months = await ask(api, "/analytics/costs?since=2026-01&interval=month&group_by=project");
    assert.deepEqual(months.report.group_by, ["month", "project"]);
    assert.equal(months.report.summary.busiest_period, "2026-01");
  });
});

Deno.test("GET /costs/trends names what moved the cost, which adds up", async () => {
  await withUsage(async (api) => {
    const { report } = await ask(api, "/costs/trends?since=2026-01&movers_by=project&movers=1&window=1");
    const cells = report.movers.map((
      row: Record<string, unknown>,
    ) => [row.direction, row.project, row.groups, row.cost_usd, row.change_usd]);
    assert.deepEqual(cells, [
      ["rose", "p", 1, "0.000000007", "0.000000007"],
      ["rest", null, 1, null, "0.000000000"],
    ]);
    assert.equal(report.summary.change_usd, "0.000000007");
    const week = await ask(api, "/costs/trends?since=2026-01-05&until=2026-01-05&interval=week");
    assert.deepEqual(week.rows.map((row: Record<string, unknown>) => row.week), ["2026-W02"]);
  });
});

Deno.test("GET /usage/stats lists what is used most, statuses and what has no price", async () => {
  await withUsage(async (api) => {
    const { report, rows } = await ask(api, "/usage/stats?since=2026-01");
    assert.equal(rows[0].first_record, "2026-01-05T12:00:00Z");
    assert.equal(rows[0].error_rate, 0.5);
    assert.deepEqual(report.statuses, [
      { status: "500", records: 1, error_records: 1 },
      { status: "ok", records: 1, error_records: 0 },
    ]);
    assert.deepEqual(report.unpriced, [{ reason: "unknown_model", records: 1, tokens: 110 }]);
    assert.equal(report.top_models[0].cost_share, 1);
  });
});

Deno.test("the analytics refuse parameters that there are none of, and values beyond their bounds", async () => {
  await withUsage(async (api) => {
    const refused = [
      "window=0",
      "window=367",
      "window=x",
      "movers=0",
      "movers=51",
      "interval=year",
      "group_by=day",
      "movers_by=",
      "movers_by=nothing",
      `since=${"9".repeat(1025)}`,
      "nope=1",
    ];
    for (const parameter of refused) {
      const response = await api.send("GET", `/api/v1/costs/trends?${parameter}`);
      assert.equal(response.status, 422, parameter);
      assert.equal((await json(response)).code, "invalid", parameter);
    }
    await ask(api, "/costs/trends?window=366&movers=50&interval=hour&since=2026-01-05&until=2026-01-05");
    await ask(api, "/costs/trends?window=1&movers=1");
  });
});
