/**
 * A server with metrics on free ports, a key of a super admin, and its metrics as they can be asked for.
 */

import assert from "node:assert/strict";
import { ROLES } from "../../../core/access.ts";
import { openDatabase } from "../../../db/database.ts";
import { createEnvironment } from "../../../server/environment.ts";
import { addApiKey } from "../../../server/operations/api_keys.ts";
import { perform } from "../../../server/operations/operation.ts";
import { type RunningServer, type StartOptions, startServer } from "../../../server/start.ts";

/** A log that says nothing. */
export const QUIET = { write: () => {}, flush: () => Promise.resolve() };

/** The status of an answer to somebody without a credential. */
export async function statusOf(url: string): Promise<number> {
  const response = await fetch(url);
  await response.text();
  return response.status;
}

/** A server that measures itself. */
export interface MeasuredServer {
  readonly server: RunningServer;
  /** Sends a request below the base path, with the key and a body: text as NDJSON, else as JSON; gives its status. */
  ask(method: string, path: string, body?: unknown): Promise<number>;
  /** Everything that it says of itself, as text. */
  readMetrics(): Promise<string>;
  /** One sample by its name and labels as they are written; undefined when there is none. */
  readSample(name: string): Promise<number | undefined>;
}

/** Runs a test with a server of its own on a new database. */
export async function withMeasuredServer(
  database_url: string,
  test: (measured: MeasuredServer) => Promise<void>,
  options: Partial<StartOptions> = {},
): Promise<void> {
  const key = await makeKey(database_url);
  const jwt_secret = crypto.getRandomValues(new Uint8Array(48)).toBase64();
  const given = { database_url, jwt_secret, version: "1.2.3", log: QUIET };
  const settings = { ...given, port: 0, metrics_port: 0, enable_metrics: true };
  const server = await startServer({ ...settings, ...options });
  const ask = async (method: string, path: string, body?: unknown) => {
    const headers = new Headers({ "X-API-Key": key });
    const isText = typeof body === "string";
    if (body !== undefined) headers.set("Content-Type", isText ? "application/x-ndjson" : "application/json");
    const sent = isText || body === undefined ? body : JSON.stringify(body);
    const response = await fetch(`${server.url}/api/v1${path}`, { method, headers, body: sent });
    await response.text();
    return response.status;
  };
  const readMetrics = async () => {
    const response = await fetch(server.metrics_url!);
    assert.equal(response.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    return await response.text();
  };
  const readSample = async (name: string) => {
    const line = (await readMetrics()).split("\n").find((text) => text.startsWith(`${name} `));
    return line === undefined ? undefined : Number(line.slice(name.length + 1));
  };
  try {
    await test({ server, ask, readMetrics, readSample });
  } finally {
    await server.stop();
  }
}

async function makeKey(url: string): Promise<string> {
  const database = await openDatabase(url);
  try {
    const permissions = new Set(ROLES.super_admin);
    const principal = { actor: "test", organization_id: "default", is_super_admin: true, permissions };
    const input = { name: "test", scopes: ["usage:create", "usage:read", "cost:read", "report:create"] };
    return (await perform(addApiKey, { environment: createEnvironment(database), principal }, input)).key;
  } finally {
    await database.close();
  }
}
