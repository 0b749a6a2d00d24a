import assert from "node:assert/strict";
import { type Api, json, withApi } from "../http/api.ts";

async function sendRecords({ send }: Api, from: number, to: number): Promise<void> {
  const records = Array.from({ length: to - from }, (_, at) => ({
    id: `r${String(from + at).padStart(3, "0")}`,
    timestamp: Date.UTC(2026, 1, 1) + (from + at) * 1000,
    provider: "openai",
    model: at % 2 === 0 ? "gpt-4" : "gpt-4o",
    project: "search",
    prompt_tokens: 1000,
  }));
  assert.equal((await send("POST", "/api/v1/usage/batch", { json: records })).status, 201);
}

Deno.test("pages by cursor show every record that was there once, while others arrive before and after", async () => {
  await withApi(async (api) => {
    await sendRecords(api, 100, 125);
    const seen: string[] = [];
    let cursor = "";
    for (let page = 0; page < 10; page++) {
      const response = await api.send("GET", `/api/v1/usage?limit=10${cursor}`);
      const { data, pagination } = await json(response);
      seen.push(...data.map(({ id }: { id: string }) => id));
      if (page === 0) await sendRecords(api, 200, 230);
      if (page === 1) await sendRecords(api, 0, 3);
      if (!pagination.has_more) break;
      cursor = `&cursor=${pagination.next_cursor}`;
    }
    const there = seen.filter((id) => id >= "r100" && id < "r125");
    assert.deepEqual(there, Array.from({ length: 25 }, (_, at) => `r${124 - at}`));
    assert.equal(new Set(seen).size, seen.length);
  });
});

Deno.test("a cursor holds for its own list, organization and filters only, and cannot be made up", async () => {
  await withApi(async (api) => {
    await sendRecords(api, 0, 30);
    const { pagination } = await json(await api.send("GET", "/api/v1/usage?limit=10&project=search"));
    const cursor = pagination.next_cursor;
    const status = async (query: string, as?: string) => (await api.send("GET", query, { as })).status;
    assert.equal(await status(`/api/v1/usage?limit=5&project=search&cursor=${cursor}`), 200);
    assert.equal(await status(`/api/v1/usage?project=other&cursor=${cursor}`), 422);
    assert.equal(await status(`/api/v1/costs?project=search&cursor=${cursor}`), 422);
    assert.equal(await status(`/api/v1/usage?project=search&cursor=${cursor}`, "viewer@globex"), 422);
    const forged = `${cursor.slice(0, -1)}${cursor.endsWith("A") ? "B" : "A"}`;
    assert.equal(await status(`/api/v1/usage?project=search&cursor=${forged}`), 422);
    for (const bad of ["x", "%00", "AAAA", "'; drop table usage"]) {
      assert.equal(await status(`/api/v1/usage?cursor=${encodeURIComponent(bad)}`), 422);
    }
  });
});

Deno.test("numbered pages tell how many there are", async () => {
  await withApi(async (api) => {
    await sendRecords(api, 0, 25);
    const page = async (query: string) => await json(await api.send("GET", `/api/v1/usage?${query}`));
    const last = await page("page=3&page_size=10");
    assert.deepEqual(last.data.map(({ id }: { id: string }) => id), ["r004", "r003", "r002", "r001", "r000"]);
    assert.deepEqual(last.pagination, {
      page: 3,
      page_size: 10,
      total_items: 25,
      total_pages: 3,
      has_next: false,
      has_prev: true,
    });
    assert.deepEqual((await page("page=4&page_size=10")).data, []);
    assert.equal((await api.send("GET", "/api/v1/usage?page=1&limit=5")).status, 422);
  });
});

Deno.test("lists are sorted by time or cost, without a cost last, and cursors go on in their order", async () => {
  await withApi(async (api) => {
    const sent = [["a", "gpt-4", 1000], ["b", "gpt-4", 3000], ["c", "gpt-99", 9], ["d", "gpt-4", 1000], [
      "e",
      "gpt-99",
      9,
    ]];
    const records = sent.map(([id, model, prompt_tokens], at) => ({
      ...{ id, model, prompt_tokens, provider: "openai" },
      timestamp: Date.UTC(2026, 1, 1) + at * 1000,
    }));
    assert.equal((await api.send("POST", "/api/v1/usage/batch", { json: records })).status, 201);
    const ids = ({ data }: { data: readonly { id: string }[] }) => data.map(({ id }) => id).join("");
    const walk = async (list: string, sort: string) => {
      let [seen, cursor] = ["", ""];
      for (let page = 0; page < 6; page++) {
        const answer = await json(await api.send("GET", `/api/v1/${list}?limit=1&sort=${sort}${cursor}`));
        seen += ids(answer);
        if (!answer.pagination.has_more) break;
        cursor = `&cursor=${answer.pagination.next_cursor}`;
      }
      return seen;
    };
    for (
      const [sort, wanted] of [["-timestamp", "edcba"], ["timestamp", "abcde"], ["-cost_usd", "bdaec"], [
        "cost_usd",
        "dabec",
      ]]
    ) {
      for (const list of ["usage", "costs"]) assert.equal(await walk(list, sort!), wanted, `${list} by ${sort}`);
      assert.equal(
        ids(await json(await api.send("GET", `/api/v1/usage?page=1&page_size=5&sort=${sort}`))),
        wanted,
        `pages by ${sort}`,
      );
    }
    const first = await json(await api.send("GET", "/api/v1/usage?limit=1&sort=cost_usd"));
    const other = `/api/v1/usage?limit=1&cursor=${first.pagination.next_cursor}`;
    assert.equal((await api.send("GET", other)).status, 422);
    assert.equal((await api.send("GET", "/api/v1/usage?sort=model")).status, 422);
  });
});

Deno.test("lists are filtered by any dimension, by commas or repeated", async () => {
  await withApi(async (api) => {
    await sendRecords(api, 0, 10);
    const count = async (query: string) => (await json(await api.send("GET", `/api/v1/costs?${query}`))).data.length;
    assert.equal(await count("model=gpt-4"), 5);
    assert.equal(await count("model=gpt-4,gpt-4o"), 10);
    assert.equal(await count("model=gpt-4&model=gpt-4o"), 10);
    assert.equal(await count("filter=model=gpt-4&project=search"), 5);
    assert.equal(await count("project=other"), 0);
    assert.equal(await count("start_date=2026-01-01&end_date=2026-01-31"), 0);
    assert.equal(await count("organization_id=acme&start_date=2026-02-01&end_date=2026-02-01"), 10);
  });
});

Deno.test("a record is read, explained and deleted by its id, whatever characters that has", async () => {
  await withApi(async ({ send }) => {
    for (const id of ["a/b", "100%", "a b", "ü?#", "%41", "x'; --", "a%2Fb"]) {
      const record = { id, model: "gpt-4", timestamp: "2026-02-10T00:00:00Z", prompt_tokens: 1000 };
      assert.equal((await send("POST", "/api/v1/usage", { json: record })).status, 201);
      const path = encodeURIComponent(id);
      assert.equal((await json(await send("GET", `/api/v1/usage/${path}`))).id, id);
      assert.equal((await json(await send("GET", `/api/v1/costs/${path}`))).cost_usd, "0.030000000");
      const { components } = await json(await send("GET", `/api/v1/costs/${path}/explain`));
      assert.deepEqual(components.map(({ amount_usd }: { amount_usd: string }) => amount_usd), ["0.030000000"]);
      assert.equal((await send("DELETE", `/api/v1/usage/${path}`)).status, 204);
      assert.equal((await send("DELETE", `/api/v1/usage/${path}`)).status, 404);
      const gone = await send("GET", `/api/v1/usage/${path}`);
      assert.deepEqual([gone.status, (await json(gone)).code], [404, "deleted"]);
    }
  });
});

Deno.test("GET /costs/aggregate answers the report that the CLI writes", async () => {
  await withApi(async (api) => {
    await sendRecords(api, 0, 10);
    const report = await json(await api.send("GET", "/api/v1/costs/aggregate?group_by=model"));
    assert.deepEqual(report.rows.map((row: Record<string, unknown>) => [row.model, row.requests, row.cost_usd]), [
      ["gpt-4", 5, "0.150000000"],
      ["gpt-4o", 5, "0.012500000"],
    ]);
    assert.equal(report.totals.cost_usd, "0.162500000");
    const stats = await json(await api.send("GET", "/api/v1/usage/stats?project=search"));
    assert.deepEqual([stats.report.type, stats.totals.input_tokens], ["statistics", 10000]);
    assert.equal((await api.send("GET", "/api/v1/costs/aggregate?group_by=colour")).status, 422);
  });
});

Deno.test("prices are set, listed and ended; what has ended is not there again", async () => {
  await withApi(async ({ send }) => {
    const price = { provider: "openai", model: "gpt-4", rates: { input_mtok: "1" } };
    const { set } = await json(await send("POST", "/api/v1/prices", { json: price }));
    const own = async (as?: string) => (await json(await send("GET", "/api/v1/prices?own=true", { as }))).data.length;
    assert.equal(await own(), 1);
    assert.equal(await own("viewer@globex"), 0);
    assert.equal((await send("DELETE", `/api/v1/prices/${set.id}`, { as: "billing@globex" })).status, 404);
    assert.equal((await send("DELETE", `/api/v1/prices/${set.id}`)).status, 204);
    assert.equal((await send("DELETE", `/api/v1/prices/${set.id}`)).status, 404);
    assert.equal(await own(), 0);
    const installation = { ...price, is_installation: true };
    assert.equal((await send("POST", "/api/v1/prices", { json: installation })).status, 403);
    const unread = await send("POST", "/api/v1/prices", { json: { ...price, rates: { input_mtok: "1e-12" } } });
    assert.equal(unread.status, 422);
    const dry = await send("POST", "/api/v1/prices", { json: { ...price, dry_run: true } });
    assert.deepEqual([dry.status, await own()], [200, 0]);
  });
});

Deno.test("usage without a price is listed with what it counts", async () => {
  await withApi(async ({ send }) => {
    const record = {
      id: "r1",
      provider: "openai",
      model: "gpt-99",
      timestamp: "2026-02-10T00:00:00Z",
      prompt_tokens: 7,
    };
    const sent = await json(await send("POST", "/api/v1/usage", { json: record }));
    assert.deepEqual([sent.cost_usd, sent.price, sent.unpriced_reason], [null, null, "unknown_model"]);
    const { data } = await json(await send("GET", "/api/v1/prices/missing"));
    assert.deepEqual([data[0].model, data[0].tokens, data[0].first_seen], ["gpt-99", 7, "2026-02-10T00:00:00Z"]);
  });
});
