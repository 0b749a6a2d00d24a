import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { LIMITS } from "../../../core/limits.ts";
import { makeFile } from "../../../server/reports/make_file.ts";
import { ReportRunner } from "../../../server/reports/report_runner.ts";
import { makeCost, makeEntry } from "../../db/records.ts";
import { type Api, json, NOW, withApi } from "../http/api.ts";

const DAY_MS = 86_400_000;
const PATH = "/api/v1/reports";
const EXAMPLE = {
  report_type: "cost",
  organization_id: "org-123",
  format: "csv",
  filters: { start_date: "2024-01-01", end_date: "2024-01-31" },
};
const CSV = "model,requests,input_tokens,cache_read_tokens,cache_write_tokens,output_tokens,total_tokens,cost_usd," +
  "unpriced_records\ngpt-4,2,3000,0,0,1000,4000,0.150000000,0\n";

/** Makes what waits, here instead of on a thread. */
async function makeAll({ environment }: Api): Promise<void> {
  const runner = new ReportRunner({
    environment,
    makeFile: (order) => makeFile(environment, order),
    keep_ms: 7 * DAY_MS,
    tell: (message, about) => assert.fail(`${message} ${JSON.stringify(about)}`),
  });
  while (await runner.runNext());
}

/** Two calls of January 2024 in org-123. */
async function addUsage({ database }: Api): Promise<void> {
  const call = { organization_id: "org-123", model: "gpt-4", input_tokens: 1500, output_tokens: 500 };
  const days = [Date.UTC(2024, 0, 5), Date.UTC(2024, 0, 31, 23)];
  await database.append(
    days.map((timestamp, at) => makeEntry({ ...call, id: `r${at}`, timestamp }, makeCost(75_000_000n))),
  );
}

/** Asks for a report and makes it; its id. */
async function makeReport(api: Api, body: object = EXAMPLE, as = "analyst@org-123"): Promise<string> {
  const { id } = await json(await api.send("POST", PATH, { as, json: body }));
  await makeAll(api);
  return id;
}

const as = "analyst@org-123";

Deno.test("POST /reports takes the request that everybody knows, and its file can be taken when it is made", async () => {
  await withApi(async (api) => {
    await addUsage(api);
    const asked = await api.send("POST", PATH, { as, json: EXAMPLE });
    assert.equal(asked.status, 202);
    const job = await json(asked);
    assert.equal(asked.headers.get("location"), `${PATH}/${job.id}`);
    assert.deepEqual(job, {
      id: job.id,
      organization_id: "org-123",
      report_type: "cost",
      format: "csv",
      status: "pending",
      query: { start_date: "2024-01-01", end_date: "2024-01-31" },
      file_name: "org-123-cost-2024-01-01-to-2024-01-31.csv",
      content_type: "text/csv; charset=utf-8; header=present",
      size_bytes: null,
      sha256: null,
      attempts: 0,
      created_by: "user:analyst",
      created_at: "2026-02-10T12:00:00Z",
      started_at: null,
      finished_at: null,
      expires_at: null,
      failure: null,
    });
    const early = await api.send("GET", `${PATH}/${job.id}/download`, { as });
    assert.deepEqual([early.status, (await json(early)).code], [409, "report_pending"]);
    assert.equal(early.headers.get("retry-after"), "1");
    await makeAll(api);
    const made = await json(await api.send("GET", `${PATH}/${job.id}`, { as }));
    assert.deepEqual([made.status, made.size_bytes, made.attempts], ["completed", CSV.length, 1]);
    assert.equal(made.sha256, createHash("sha256").update(CSV).digest("hex"));
    assert.equal(made.expires_at, "2026-02-17T12:00:00Z");
    const file = await api.send("GET", `${PATH}/${job.id}/download`, { as });
    assert.equal(file.status, 200);
    assert.equal(await file.text(), CSV);
    const told = ["content-type", "content-length", "content-disposition", "etag", "accept-ranges"];
    assert.deepEqual(told.map((name) => file.headers.get(name)), [
      "text/csv; charset=utf-8; header=present",
      String(CSV.length),
      'attachment; filename="org-123-cost-2024-01-01-to-2024-01-31.csv"',
      `"${made.sha256}"`,
      "bytes",
    ]);
  });
});

Deno.test("a download that broke off goes on from there, while the file is the same", async () => {
  await withApi(async (api) => {
    await addUsage(api);
    const id = await makeReport(api);
    const take = async (headers: Record<string, string>, method = "GET") => {
      const response = await api.send(method, `${PATH}/${id}/download`, { as, headers });
      return [response.status, response.headers.get("content-range"), await response.text()];
    };
    const whole = await api.send("GET", `${PATH}/${id}/download`, { as });
    const etag = whole.headers.get("etag")!;
    await whole.body?.cancel();
    const size = CSV.length;
    assert.deepEqual(await take({ range: "bytes=0-4" }), [206, `bytes 0-4/${size}`, "model"]);
    const rest = [206, `bytes 5-${size - 1}/${size}`, CSV.slice(5)];
    assert.deepEqual(await take({ range: "bytes=5-" }), rest);
    assert.deepEqual(await take({ range: "bytes=5-", "if-range": etag }), rest);
    assert.deepEqual(await take({ range: "bytes=5-", "if-range": '"another"' }), [200, null, CSV]);
    assert.deepEqual(await take({ range: "bytes=5-", "if-range": `W/${etag}` }), [200, null, CSV]);
    assert.deepEqual(await take({ range: "bytes=-2" }), [206, `bytes ${size - 2}-${size - 1}/${size}`, "0\n"]);
    assert.deepEqual(await take({ range: "bytes=5-99999" }), rest);
    for (const range of ["bytes=0-1,3-4", "bytes=4-1", "lines=1-2", "bytes=", "bytes=-"]) {
      assert.deepEqual(await take({ range }), [200, null, CSV], range);
    }
    for (const range of [`bytes=${size}-`, "bytes=-0"]) {
      const response = await api.send("GET", `${PATH}/${id}/download`, { as, headers: { range } });
      assert.deepEqual([response.status, response.headers.get("content-range")], [416, `bytes */${size}`], range);
      assert.equal((await json(response)).code, "range_not_satisfiable");
    }
    const head = await api.send("HEAD", `${PATH}/${id}/download`, { as });
    assert.deepEqual([head.status, head.headers.get("content-length"), await head.text()], [200, String(size), ""]);
    assert.deepEqual(await take({ range: "bytes=0-4" }, "HEAD"), [200, null, ""]);
  });
});

Deno.test("HEAD of many files leaves room for other requests", async () => {
  await withApi(async (api) => {
    await addUsage(api);
    const id = await makeReport(api);
    for (let at = 0; at < 3; at++) {
      assert.equal((await api.send("HEAD", `${PATH}/${id}/download`, { as })).status, 200);
    }
    const file = await api.send("GET", `${PATH}/${id}/download`, { as });
    assert.equal(await file.text(), CSV);
  }, {
    settings: { secret: "0123456789abcdef0123456789abcdef", version: "0", in_flight: 1, in_flight_organization: 1 },
  });
});

Deno.test("a report that expired, failed, or is another's is not to be had", async () => {
  const clock = { now: NOW };
  await withApi(async (api) => {
    await addUsage(api);
    const id = await makeReport(api);
    const code = async (path: string, who = as, method = "GET") => {
      const response = await api.send(method, `${PATH}/${path}`, { as: who });
      return response.status < 300 ? response.status : `${response.status} ${(await json(response)).code}`;
    };
    for (const method of ["GET", "DELETE"]) assert.equal(await code(id, "org_admin@acme", method), "404 not_found");
    assert.equal(await code(`${id}/download`, "org_admin@acme"), "404 not_found");
    assert.deepEqual((await json(await api.send("GET", PATH, { as: "org_admin@acme" }))).data, []);
    const { artifact } = await api.database.reader.selectFrom("report_jobs").select("artifact").where("id", "=", id)
      .executeTakeFirstOrThrow();
    const path = `${(api.environment.artifacts as unknown as { folder: string }).folder}/${artifact}`;
    assert.equal(Deno.statSync(path).size, CSV.length);
    clock.now = NOW + 7 * DAY_MS;
    assert.equal(await code(`${id}/download`), "410 expired");
    assert.equal((await json(await api.send("GET", `${PATH}/${id}`, { as }))).status, "expired");
    const runner = new ReportRunner({
      environment: api.environment,
      makeFile: () => Promise.reject(new Error("nothing is made")),
      keep_ms: 1,
      tell: () => {},
    });
    await runner.sweep();
    assert.throws(() => Deno.statSync(path), Deno.errors.NotFound);
    assert.equal(await code(`${id}/download`), "410 expired");
    clock.now += LIMITS.report_remembered_ms;
    await runner.sweep();
    assert.equal(await code(id), "404 not_found");
  }, { environment: { now: () => clock.now } as never });
});

Deno.test("DELETE /reports/:id takes the report and its file away, once", async () => {
  await withApi(async (api) => {
    await addUsage(api);
    const id = await makeReport(api);
    const { folder } = api.environment.artifacts as unknown as { folder: string };
    assert.equal([...Deno.readDirSync(folder)].length, 1);
    assert.equal((await api.send("DELETE", `${PATH}/${id}`, { as })).status, 204);
    assert.equal([...Deno.readDirSync(folder)].length, 0);
    for (const [method, path] of [["GET", id], ["GET", `${id}/download`], ["DELETE", id]] as const) {
      assert.equal((await api.send(method, `${PATH}/${path}`, { as })).status, 404);
    }
    const audited = await api.database.reader.selectFrom("audit_log").select(["action", "actor", "detail"])
      .where("action", "like", "report.%").orderBy("number").execute();
    assert.deepEqual(audited.map(({ action, actor, detail }) => [action, actor, JSON.parse(detail)]), [
      ["report.create", "user:analyst", { id, report_type: "cost", format: "csv" }],
      ["report.delete", "user:analyst", { id, report_type: "cost", format: "csv" }],
    ]);
  });
});

Deno.test("POST /reports refuses a query that cannot be read, before there is a report", async () => {
  await withApi(async (api) => {
    const bodies = [
      { report_type: "forecastle" },
      { report_type: "cost", format: "table" },
      { report_type: "cost", format: "../../etc/passwd" },
      { report_type: "cost", filters: { start_date: "2024-02-31" } },
      { report_type: "cost", group_by: ["nothing"] },
      { report_type: "cost", group_by: "model,day", path: "/etc/passwd" },
      { report_type: "cost", file_name: "../x" },
      { report_type: "usage", format: "focus" },
      { report_type: "cost", format: "focus", group_by: "week" },
      { report_type: "summary", group_by: ["day"] },
      { report_type: "cost", tz: "Mars/Olympus" },
    ];
    for (const body of bodies) {
      const response = await api.send("POST", PATH, { as, json: body });
      assert.equal(response.status, 422, JSON.stringify(body));
      await response.body?.cancel();
    }
    assert.deepEqual((await json(await api.send("GET", PATH, { as }))).data, []);
  });
});

Deno.test("POST /reports with an Idempotency-Key asks once", async () => {
  await withApi(async (api) => {
    const ask = (key: string) => api.send("POST", PATH, { as, json: EXAMPLE, headers: { "idempotency-key": key } });
    const [first, second, other] = [await ask("one"), await ask("one"), await ask("two")];
    assert.equal(second.headers.get("idempotency-replayed"), "true");
    assert.equal(second.headers.get("location"), first.headers.get("location"));
    assert.notEqual(other.headers.get("location"), first.headers.get("location"));
    const { data } = await json(await api.send("GET", PATH, { as }));
    assert.equal(data.length, 2);
  });
});

Deno.test("POST /reports lets no organization have more waiting than its limit; others are not kept waiting", async () => {
  await withApi(async (api) => {
    const ask = (who: string) => api.send("POST", PATH, { as: who, json: { report_type: "usage", format: "json" } });
    for (let at = 0; at < LIMITS.reports_waiting; at++) assert.equal((await ask("analyst@acme")).status, 202);
    const beyond = await ask("analyst@acme");
    assert.deepEqual([beyond.status, (await json(beyond)).code], [429, "rate_limited"]);
    assert.equal(beyond.headers.get("retry-after"), "5");
    assert.equal((await ask("analyst@globex")).status, 202);
    // The organization that has just had its turn waits for the other.
    const runner = new ReportRunner({
      environment: api.environment,
      makeFile: (order) => makeFile(api.environment, order),
      keep_ms: DAY_MS,
      tell: () => {},
    });
    for (const _ of [1, 2]) await runner.runNext();
    const made = await api.database.reader.selectFrom("report_jobs").select("organization_id")
      .where("state", "=", "completed").orderBy("organization_id").execute();
    assert.deepEqual(made.map(({ organization_id }) => organization_id), ["acme", "globex"]);
  });
});

Deno.test("a runner that was stopped while it looked for a report leaves it to be made again", async () => {
  await withApi(async (api) => {
    const { id } = await json(await api.send("POST", PATH, { as, json: EXAMPLE }));
    const [looking, go] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    // What the runner asks first is answered only after its time is over.
    const now = () => {
      looking.resolve();
      return NOW;
    };
    const database = new Proxy(api.database, {
      get: (target, name) => {
        const value = Reflect.get(target, name, target);
        if (name !== "write") return typeof value === "function" ? value.bind(target) : value;
        return async (...given: unknown[]) => {
          await go.promise;
          return await Reflect.apply(value, target, given);
        };
      },
    });
    const runner = new ReportRunner({
      environment: { ...api.environment, database, now },
      makeFile: (_order, signal) =>
        new Promise((_, reject) => {
          if (signal.aborted) reject(signal.reason);
          signal.addEventListener("abort", () => reject(signal.reason));
        }),
      keep_ms: DAY_MS,
      grace_ms: 0,
      tell: (message, about) => assert.fail(`${message} ${JSON.stringify(about)}`),
    });
    runner.start();
    await looking.promise;
    const stopped = runner.stop();
    setTimeout(() => setTimeout(go.resolve, 0), 0);
    await stopped;
    const job = await json(await api.send("GET", `${PATH}/${id}`, { as }));
    assert.deepEqual([job.status, job.attempts], ["pending", 0]);
  });
});

Deno.test("GET /reports pages from the newest to the oldest", async () => {
  await withApi(async (api) => {
    const ids: string[] = [];
    for (let at = 0; at < 5; at++) ids.push((await json(await api.send("POST", PATH, { as, json: EXAMPLE }))).id);
    const found: string[] = [];
    let cursor = "";
    do {
      const address = `${PATH}?limit=2${cursor === "" ? "" : `&cursor=${cursor}`}`;
      const { data, pagination } = await json(await api.send("GET", address, { as }));
      found.push(...data.map(({ id }: { id: string }) => id));
      cursor = pagination.next_cursor ?? "";
    } while (cursor !== "");
    assert.deepEqual(found, ids.sort().reverse());
  });
});

Deno.test("a report holds no more than its maker may read", async () => {
  await withApi(async (api) => {
    const refused = await api.send("POST", PATH, { as: "viewer@org-123", json: EXAMPLE });
    assert.equal(refused.status, 403);
    await refused.body?.cancel();
  });
  const permissions = new Set(["report:create", "report:read"] as const);
  const principal = { actor: "key:k", organization_id: "acme", is_super_admin: false, permissions };
  await withApi(async (api) => {
    const refused = await api.send("POST", PATH, { json: { report_type: "cost" } });
    assert.equal(refused.status, 403);
    assert.equal((await json(refused)).detail, "Cannot do this without the permission cost:read");
  }, { authenticate: () => Promise.resolve(principal) });
});

Deno.test("what is put into the folder of reports in the place of a file is not served", async () => {
  await withApi(async (api) => {
    await addUsage(api);
    const id = await makeReport(api);
    const { folder } = api.environment.artifacts as unknown as { folder: string };
    const [{ name }] = [...Deno.readDirSync(folder)] as [Deno.DirEntry];
    assert.equal(Deno.statSync(folder).mode! & 0o777, 0o700);
    assert.equal(Deno.statSync(`${folder}/${name}`).mode! & 0o777, 0o600);
    const code = async () => {
      const response = await api.send("GET", `${PATH}/${id}/download`, { as });
      return `${response.status} ${response.status === 200 ? await response.text() : (await json(response)).code}`;
    };
    // Of the same size, so that its size tells nothing.
    const secret = `${folder}/../secret`;
    Deno.writeTextFileSync(secret, "s".repeat(CSV.length));
    Deno.renameSync(`${folder}/${name}`, `${folder}/../kept`);
    Deno.symlinkSync(secret, `${folder}/${name}`);
    assert.equal(await code(), "503 storage_failure");
    Deno.removeSync(`${folder}/${name}`);
    Deno.symlinkSync(`${folder}/nowhere`, `${folder}/${name}`);
    assert.equal(await code(), "410 expired");
    Deno.removeSync(`${folder}/${name}`);
    Deno.writeTextFileSync(`${folder}/${name}`, CSV.slice(1));
    assert.equal(await code(), "503 storage_failure");
    Deno.removeSync(`${folder}/${name}`);
    Deno.renameSync(`${folder}/../kept`, `${folder}/${name}`);
    assert.equal(await code(), `200 ${CSV}`);
    for (const path of ["..%2F..%2Fsecret", "%2e%2e%2fsecret", "..%5Csecret", name]) {
      assert.equal((await api.send("GET", `${PATH}/${path}/download`, { as })).status, 404, path);
    }
  });
});
