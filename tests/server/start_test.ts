import assert from "node:assert/strict";
import { openDatabase } from "../../db/database.ts";
import { createEnvironment } from "../../server/environment.ts";
import { addApiKey } from "../../server/operations/api_keys.ts";
import { perform } from "../../server/operations/operation.ts";
import { startServer } from "../../server/start.ts";
import { ROLES } from "../../core/access.ts";
import { findFreePort } from "../free_port.ts";
import { withFolder } from "../db/for_each_database.ts";
import { openStream } from "./http/raw_stream.ts";

const QUIET = { write: () => {}, flush: () => Promise.resolve() };

async function makeKey(url: string): Promise<string> {
  const database = await openDatabase(url);
  try {
    const principal = {
      actor: "test",
      organization_id: "default",
      is_super_admin: true,
      permissions: new Set(ROLES.super_admin),
    };
    const input = { name: "test", scopes: ["usage:create", "price:write"] };
    return (await perform(addApiKey, { environment: createEnvironment(database), principal }, input)).key;
  } finally {
    await database.close();
  }
}

Deno.test("startServer() serves what is embedded in a program with its defaults, and stop() lets everything go", async () => {
  await withFolder(async (folder) => {
    const database_url = `${folder}/costops.db`;
    const port = findFreePort();
    const server = await startServer({ database_url, port, version: "1.2.3", log: QUIET });
    const health = await (await fetch(`${server.url}/health`)).json();
    assert.deepEqual([health.status, health.version], ["healthy", "1.2.3"]);
    assert.equal(server.address.hostname, "127.0.0.1");
    await Promise.all([server.stop(), server.stop()]);
    await assert.rejects(fetch(`${server.url}/health`));
    const again = await startServer({ database_url, port, version: "1.2.3", log: QUIET });
    await again.stop();
  });
});

Deno.test("startServer(): a price that was set over HTTP holds for the very next record", async () => {
  await withFolder(async (folder) => {
    const database_url = `${folder}/costops.db`;
    const key = await makeKey(database_url);
    const server = await startServer({ database_url, port: 0, version: "1.2.3", log: QUIET });
    const post = async (path: string, body: unknown) => {
      const answer = await fetch(`${server.url}/api/v1${path}`, {
        method: "POST",
        headers: { "X-API-Key": key, "Content-Type": "application/json" },
        body: JSON.stringify(body),
      });
      const text = await answer.text();
      assert.equal(answer.status, 201, text);
      return JSON.parse(text);
    };
    const record = {
      timestamp: new Date().toISOString(),
      provider: "openai",
      model: "gpt-4",
      prompt_tokens: 1_000_000,
    };
    assert.equal((await post("/usage", { ...record, id: "before" })).cost_usd, "30.000000000");
    await post("/prices", {
      provider: "openai",
      model: "gpt-4",
      effective_from: "2020-01-01",
      rates: { input_mtok: "1" },
    });
    assert.equal((await post("/usage", { ...record, id: "after" })).cost_usd, "1.000000000");
    await server.stop();
  });
});

Deno.test("RunningServer.stop() ends a stream that does not end by itself: what was stored of it is said", async () => {
  await withFolder(async (folder) => {
    const database_url = `${folder}/costops.db`;
    const key = await makeKey(database_url);
    const said: string[] = [];
    const log = { write: (_level: string, message: string) => void said.push(message), flush: () => Promise.resolve() };
    const server = await startServer({ database_url, port: 0, version: "1.2.3", log });
    const { send, until, connection } = await openStream(server.address.port, `x-api-key: ${key}`);
    const record = '{"id":"s1","model":"gpt-4","timestamp":1770681600,"prompt_tokens":1}\n';
    await send(record);
    await send(record);
    await until('"outcome":"duplicate"');
    const stopping = server.stop();
    // A third, whose line has not ended, is neither stored nor counted.
    await send('{"id":"s2",');
    const received = await until('{"summary":');
    assert.match(received, /"problem":\{[^}]*"status":503[^}]*"code":"temporary"/);
    assert.match(await until("}}\n"), /"summary":\{"read":2,"inserted":1,"updated":0,"duplicate":1,/);
    connection.close();
    await stopping;
    assert.ok(!said.includes("requests were left unanswered"), said.join());
  });
});
