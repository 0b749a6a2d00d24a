import assert from "node:assert/strict";
import { ROLES } from "../../core/access.ts";
import { openDatabase } from "../../db/database.ts";
import { type Costops, openCostops } from "../../server/exports.ts";
import { addApiKey } from "../../server/operations/api_keys.ts";
import { perform } from "../../server/operations/operation.ts";
import { forEachDatabase, withFolder } from "../db/for_each_database.ts";

const jwt_secret = crypto.getRandomValues(new Uint8Array(48)).toBase64();

/** 2026-02-10: a call of then has a price of then. */
const RECORD = { id: "a", timestamp: "2026-02-10T12:00:00Z", provider: "openai", model: "gpt-4", prompt_tokens: 1000 };

async function makeKey({ environment }: Costops): Promise<string> {
  const permissions = new Set(ROLES.super_admin);
  const principal = { actor: "test", organization_id: "default", is_super_admin: true, permissions };
  const input = { name: "test", scopes: ["usage:create", "cost:read", "report:create", "report:read"] };
  return (await perform(addApiKey, { environment, principal }, input)).key;
}

/** Sends the record below a path; gives the status and the outcome. */
async function send(app: Costops["app"], path: string, key: string) {
  const headers = { "X-API-Key": key, "Content-Type": "application/json" };
  const response = await app.request(path, { method: "POST", headers, body: JSON.stringify(RECORD) });
  const { outcome } = await response.json();
  return [response.status, outcome];
}

forEachDatabase(
  "openCostops() opens a database by its address and closes it; another opens it again",
  async ({ url }) => {
    const costops = await openCostops({ database: url, jwt_secret });
    const key = await makeKey(costops);
    assert.deepEqual(await send(costops.app, "/api/v1/usage", key), [201, "inserted"]);
    assert.equal((await costops.app.request("/ready")).status, 200);
    await costops.close();
    const again = await openCostops({ database: url, jwt_secret });
    assert.deepEqual(await send(again.router, "/usage", key), [200, "duplicate"]);
    await again.close();
  },
);

forEachDatabase("openCostops() leaves a database open that was handed in", async ({ open }) => {
  const database = await open();
  const costops = await openCostops({ database, jwt_secret });
  const key = await makeKey(costops);
  assert.deepEqual(await send(costops.router, "/usage", key), [201, "inserted"]);
  await costops.close();
  const rows = await database.reader.selectFrom("usage").select("id").execute();
  assert.deepEqual(rows.map(({ id }) => id), ["a"]);
});

for (const isHandedIn of [true, false]) {
  const how = isHandedIn ? "that was handed in" : "of its own";
  forEachDatabase(`openCostops() makes the reports that are asked for, on a database ${how}`, async ({ url, open }) => {
    const database = isHandedIn ? await open() : url;
    const costops = await openCostops({ database, jwt_secret });
    const key = await makeKey(costops);
    await send(costops.router, "/usage", key);
    const headers = { "X-API-Key": key, "Content-Type": "application/json" };
    const filters = { start_date: "2026-02-01", end_date: "2026-02-28" };
    const body = JSON.stringify({ report_type: "cost", format: "csv", filters });
    const asked = await costops.router.request("/reports", { method: "POST", headers, body });
    assert.equal(asked.status, 202);
    const path = `/reports/${(await asked.json()).id}`;
    let state = "pending";
    while (state === "pending" || state === "running") {
      state = (await (await costops.router.request(path, { headers })).json()).status;
      await new Promise((go) => setTimeout(go, 20));
    }
    assert.equal(state, "completed");
    const file = await costops.router.request(`${path}/download`, { headers });
    assert.equal(
      await file.text(),
      "model,requests,input_tokens,cache_read_tokens,cache_write_tokens,output_tokens,total_tokens,cost_usd," +
        "unpriced_records\ngpt-4,1,1000,0,0,0,1000,0.030000000,0\n",
    );
    await costops.close();
  });
}

Deno.test("openCostops(): two in one process know nothing of each other", async () => {
  await withFolder(async (folder) => {
    const [one, other] = await Promise.all([
      openCostops({ database: `${folder}/one.db` }),
      openCostops({ database: `${folder}/other.db` }),
    ]);
    const key = await makeKey(one);
    assert.deepEqual(await send(one.app, "/api/v1/usage", key), [201, "inserted"]);
    assert.deepEqual(await send(other.app, "/api/v1/usage", key), [401, undefined]);
    await Promise.all([one.close(), other.close()]);
  });
});

Deno.test("openCostops() holds organizations to their limit of requests, and takes another one", async () => {
  await withFolder(async (folder) => {
    const costops = await openCostops({
      database: `${folder}/costops.db`,
      rate_limit_per_second: 1,
      rate_limit_burst: 1,
    });
    const key = await makeKey(costops);
    const began = performance.now();
    const answers = [await send(costops.router, "/usage", key)];
    while (answers.at(-1)![0] !== 429) answers.push(await send(costops.router, "/usage", key));
    const seconds = Math.floor((performance.now() - began) / 1_000);
    assert.deepEqual([answers[0], answers.at(-1)], [[201, "inserted"], [429, undefined]]);
    // One at once, and one more for each second that it took.
    assert.ok(answers.length <= 2 + seconds, `${answers.length} in ${seconds} s`);
    await costops.close();
  });
});

Deno.test("openCostops() tells whoever watches of every answer", async () => {
  await withFolder(async (folder) => {
    const told: unknown[] = [];
    const database = `${folder}/costops.db`;
    const costops = await openCostops({ database, observe: ({ route, status }) => void told.push([route, status]) });
    await costops.app.request("/live");
    await costops.router.request("/usage");
    assert.deepEqual(told, [["/live", 200], ["/usage", 401]]);
    await costops.close();
  });
});

Deno.test("openCostops() refuses a secret that is none, and leaves nothing open or behind", async () => {
  await withFolder(async (folder) => {
    const database = `${folder}/costops.db`;
    await assert.rejects(openCostops({ database, jwt_secret: "short" }), { kind: "usage" });
    assert.deepEqual([...Deno.readDirSync(folder)], []);
    const opened = await openDatabase(database);
    await opened.close();
  });
});
