import assert from "node:assert/strict";
import { makeFile } from "../../../server/reports/make_file.ts";
import { ReportRunner } from "../../../server/reports/report_runner.ts";
import { makeCost, makeEntry } from "../../db/records.ts";
import { type Api, json, NOW, withApi } from "../http/api.ts";

const BUDGET = { name: "search", amount_usd: "10", filter: ["project=search"], tz: "Europe/Berlin" };

/** Nine dollars of acme's search, one of its other project, and a hundred of globex. */
async function withSpend(test: (api: Api) => Promise<void>): Promise<void> {
  await withApi(async (api) => {
    const timestamp = NOW - 3_600_000;
    await api.database.append([
      makeEntry({ organization_id: "acme", id: "a", timestamp, project: "search" }, makeCost(9_000_000_000n)),
      makeEntry({ organization_id: "acme", id: "b", timestamp, project: "other" }),
      makeEntry({ organization_id: "globex", id: "a", timestamp, project: "search" }, makeCost(100_000_000_000n)),
    ]);
    await test(api);
  });
}

Deno.test("POST /budgets makes a budget that GET, PUT and DELETE find by id and by name", async () => {
  await withSpend(async ({ send }) => {
    const made = await send("POST", "/api/v1/budgets", { json: BUDGET });
    assert.equal(made.status, 201);
    const budget = await json(made);
    assert.deepEqual({ ...budget, id: "…" }, {
      id: "…",
      organization_id: "acme",
      name: "search",
      amount_usd: "10.000000000",
      period: "month",
      since: null,
      until: null,
      tz: "Europe/Berlin",
      filter: { project: ["search"] },
      thresholds: [50, 80, 100],
      owner: null,
      version: 1,
      created_at: "2026-02-10T12:00:00Z",
      updated_at: "2026-02-10T12:00:00Z",
    });
    for (const id of [budget.id, "search"]) {
      assert.deepEqual(await json(await send("GET", `/api/v1/budgets/${id}`)), budget);
    }
    assert.equal((await send("POST", "/api/v1/budgets", { json: BUDGET })).status, 409);
    const { name, amount_usd, filter } = budget;
    const put = (version: number) =>
      send("PUT", `/api/v1/budgets/search`, { json: { name, amount_usd, filter, version } });
    const changed = await json(await put(1));
    assert.deepEqual([changed.version, changed.tz, changed.filter], [2, "UTC", { project: ["search"] }]);
    assert.equal((await put(1)).status, 409);
    assert.equal((await send("DELETE", `/api/v1/budgets/${budget.id}`)).status, 204);
    assert.equal((await send("DELETE", `/api/v1/budgets/${budget.id}`)).status, 404);
  });
});

Deno.test("GET /budgets/:id/status and /budgets/status add up the organization's own records", async () => {
  await withSpend(async ({ send }) => {
    await send("POST", "/api/v1/budgets", { json: BUDGET });
    const status = await json(await send("GET", "/api/v1/budgets/search/status"));
    const { state, spent_usd, remaining_usd, used_ratio, thresholds_reached, period } = status;
    assert.deepEqual({ state, spent_usd, remaining_usd, used_ratio, thresholds_reached, period }, {
      state: "warning",
      spent_usd: "9.000000000",
      remaining_usd: "1.000000000",
      used_ratio: 0.9,
      thresholds_reached: [50, 80],
      period: {
        label: "2026-02",
        since: "2026-02-01T00:00:00+01:00",
        until: "2026-03-01T00:00:00+01:00",
        state: "running",
      },
    });
    const report = await json(await send("GET", "/api/v1/budgets/status"));
    assert.deepEqual(report.rows.map((row: Record<string, unknown>) => [row.budget, row.spent_usd]), [
      ["search", "9.000000000"],
    ]);
  });
});

Deno.test("POST /budgets/check answers 200, allowed or not", async () => {
  await withSpend(async ({ send }) => {
    await send("POST", "/api/v1/budgets", { json: BUDGET });
    const check = async (call: Record<string, unknown>) => {
      const response = await send("POST", "/api/v1/budgets/check", { as: "ingest@acme", json: call });
      assert.equal(response.status, 200);
      const { allowed, cost_usd, budgets } = await json(response);
      return [allowed, cost_usd, budgets.map(({ reason }: { reason: string | null }) => reason)];
    };
    assert.deepEqual(await check({}), [true, undefined, [null]]);
    assert.deepEqual(await check({ amount_usd: "1", project: "search" }), [true, "1.000000000", [null]]);
    assert.deepEqual(await check({ amount_usd: 1.5, project: "search" }), [false, "1.500000000", ["would_exceed"]]);
    assert.deepEqual(await check({ amount_usd: 1.5, project: "other" }), [true, "1.500000000", []]);
    // 0.075 dollars each: fourteen are 1.05.
    const call = { model: "gpt-4", input_tokens: 1500, output_tokens: 500, project: "search" };
    assert.deepEqual(await check({ ...call, calls: 13 }), [true, "0.975000000", [null]]);
    assert.deepEqual(await check({ ...call, calls: 14 }), [false, "1.050000000", ["would_exceed"]]);
    const unknown = { provider: "openai", model: "no-such-model", input_tokens: 1, project: "search" };
    assert.deepEqual(await check(unknown), [false, null, ["unpriced"]]);
  });
});

Deno.test("two organizations have budgets of one name and never meet", async () => {
  await withSpend(async ({ send }) => {
    await send("POST", "/api/v1/budgets", { json: BUDGET });
    const made = await json(await send("POST", "/api/v1/budgets", { as: "org_admin@globex", json: BUDGET }));
    const theirs = await json(await send("GET", "/api/v1/budgets/search/status", { as: "org_admin@globex" }));
    assert.equal(theirs.spent_usd, "100.000000000");
    for (const path of ["", "/status"]) {
      assert.equal((await send("GET", `/api/v1/budgets/${made.id}${path}`)).status, 404);
    }
    const named = await send("POST", "/api/v1/budgets/check", { json: { budgets: [made.id] } });
    assert.equal(named.status, 404);
    assert.equal((await json(await send("POST", "/api/v1/budgets/check", { json: {} }))).budgets.length, 1);
  });
});

Deno.test("POST /budgets with an Idempotency-Key makes one budget", async () => {
  await withSpend(async ({ send }) => {
    const post = () => send("POST", "/api/v1/budgets", { json: BUDGET, headers: { "idempotency-key": "key-1" } });
    const [first, again] = [await post(), await post()];
    assert.deepEqual([first.status, again.status, again.headers.get("idempotency-replayed")], [201, 201, "true"]);
    assert.equal(await first.text(), await again.text());
  });
});

Deno.test("GET /budgets goes on by cursor, by name", async () => {
  await withSpend(async ({ send }) => {
    for (const name of ["c", "a", "é", "b"]) await send("POST", "/api/v1/budgets", { json: { ...BUDGET, name } });
    const page = async (query: string) => {
      const { data, pagination } = await json(await send("GET", `/api/v1/budgets?limit=3${query}`));
      return { names: data.map(({ name }: { name: string }) => name), pagination };
    };
    const first = await page("");
    assert.deepEqual([first.names, first.pagination.has_more], [["a", "b", "c"], true]);
    const next = await page(`&cursor=${first.pagination.next_cursor}`);
    assert.deepEqual([next.names, next.pagination.has_more], [["é"], false]);
  });
});

Deno.test("POST /budgets refuses what is no budget, by field", async () => {
  await withSpend(async ({ send }) => {
    const refuse = async (fields: Record<string, unknown>) => {
      const response = await send("POST", "/api/v1/budgets", { json: { ...BUDGET, ...fields } });
      return [response.status, (await json(response)).errors[0].pointer];
    };
    assert.deepEqual(await refuse({ amount_usd: "-1" }), [422, "/amount_usd"]);
    assert.deepEqual(await refuse({ period: "year" }), [422, "/period"]);
    assert.deepEqual(await refuse({ tz: "Mars/Base" }), [422, "/tz"]);
    assert.deepEqual(await refuse({ filter: ["projct=x"] }), [422, "/filter"]);
    assert.deepEqual(await refuse({ thresholds: [0] }), [422, "/thresholds/0"]);
  });
});

Deno.test("POST /reports makes a report of budgets as they stand, and takes no period for it", async () => {
  await withSpend(async ({ send, environment }) => {
    await send("POST", "/api/v1/budgets", { json: BUDGET });
    const body = { report_type: "budget", format: "csv" };
    const refused = await send("POST", "/api/v1/reports", { json: { ...body, filters: { since: "7d" } } });
    assert.deepEqual([refused.status, (await json(refused)).errors[0].pointer], [422, "/since"]);
    const job = await json(await send("POST", "/api/v1/reports", { json: body }));
    assert.equal(job.file_name, "acme-budget-2026-02-10.csv");
    const runner = new ReportRunner({
      environment,
      makeFile: (order) => makeFile(environment, order),
      keep_ms: 86_400_000,
      tell: (message, about) => assert.fail(`${message} ${JSON.stringify(about)}`),
    });
    while (await runner.runNext());
    const file = await send("GET", `/api/v1/reports/${job.id}/download`);
    const [, line] = (await file.text()).split("\n");
    assert.match(line!, /^search,,project=search,2026-02,warning,10\.000000000,9\.000000000,1\.000000000,0\.9,/);
  });
});

Deno.test("POST /budgets keeps every digit of an amount that is written as a number, or refuses it", async () => {
  await withApi(async ({ send }) => {
    const make = async (name: string, amount: string) => {
      const headers = { "content-type": "application/json" };
      return await json(
        await send("POST", "/api/v1/budgets", { headers, body: `{"name":"${name}","amount_usd":${amount}}` }),
      );
    };
    assert.equal((await make("a", "123456789.123456789")).amount_usd, "123456789.123456789");
    assert.equal((await make("b", "100000000.000000001")).amount_usd, "100000000.000000001");
    assert.equal((await make("c", "5e2")).amount_usd, "500.000000000");
    assert.equal((await make("d", "0.0000000001")).status, 422);
  });
});
