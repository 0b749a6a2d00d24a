/**
 * An app over an empty database, with two organizations and a credential for every role of each.
 */

import type { Hono } from "hono";
import { isRole, permissionsOf, type Principal } from "../../../core/access.ts";
import { CostopsError } from "../../../core/error.ts";
import { type Database, openDatabase } from "../../../db/database.ts";
import { createOrganization } from "../../../db/organizations.ts";
import { type AppOptions, createApp } from "../../../server/app.ts";
import { createTokens } from "../../../server/auth/tokens.ts";
import { createEnvironment, type Environment } from "../../../server/environment.ts";
import { ForecastThreads } from "../../../server/forecast/forecast_threads.ts";
import type { AnsweredExchange } from "../../../server/http/exchange.ts";
import { holdToDocument } from "../api/validating.ts";

/** 2026-02-10T12:00:00Z. */
export const NOW = Date.UTC(2026, 1, 10, 12);

/** A secret of tests. */
export const SECRET = "0123456789abcdef0123456789abcdef";

/** A running app and what is behind it. */
export interface Api {
  readonly app: Hono;
  readonly environment: Environment;
  readonly database: Database;
  /** Every answer so far. */
  readonly answered: AnsweredExchange[];
  /** Sends a request as `role@organization`, `org_admin@acme` when it is not said; null sends no credential. */
  send(method: string, path: string, sent?: Sent): Promise<Response>;
}

/** What is sent beside method and path. */
export interface Sent {
  readonly as?: string | null;
  /** Sent as JSON. */
  readonly json?: unknown;
  readonly body?: BodyInit;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A principal of each role, by `Bearer role@organization`. */
export function authenticate(headers: Headers): Promise<Principal> {
  const [, role = "", organization_id = ""] = /^Bearer (\w+)@([\w-]+)$/.exec(headers.get("authorization") ?? "") ?? [];
  if (!isRole(role)) return Promise.reject(new CostopsError("unauthenticated", "Cannot tell who asks"));
  return Promise.resolve({
    actor: `user:${role}`,
    organization_id,
    is_super_admin: role === "super_admin",
    permissions: permissionsOf([role]),
  });
}

/** Runs a test with an app of its own. */
export async function withApi(test: (api: Api) => Promise<void>, options: Partial<AppOptions> = {}): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "costops-" });
  const database = await openDatabase(`${folder}/costops.db`, { now: NOW });
  const forecasts = new ForecastThreads({ kept: 1 });
  try {
    for (const id of ["acme", "globex", "org-123"]) {
      await createOrganization(database, { id, name: id }, { actor: "test", now: NOW });
    }
    const tokens = await createTokens({ secret: SECRET, expiry_ms: 3_600_000 });
    const given = { tokens, forecasts, now: () => NOW, ...options.environment };
    const environment = { ...createEnvironment(database), ...given };
    const answered: AnsweredExchange[] = [];
    const made = createApp({
      authenticate,
      observe: (exchange) => void answered.push(exchange),
      ...options,
      environment,
      settings: { secret: SECRET, version: "0.0.0", ...options.settings },
    });
    const app = holdToDocument(made, options.routes);
    await test({ app, environment, database, answered, send: (...given) => send(app, ...given) });
  } finally {
    forecasts.close();
    await database.close();
    await Deno.remove(folder, { recursive: true });
  }
}

async function send(app: Hono, method: string, path: string, { as = "org_admin@acme", ...sent }: Sent = {}) {
  const headers = new Headers(sent.headers);
  if (as !== null) headers.set("authorization", `Bearer ${as}`);
  if (sent.json !== undefined) headers.set("content-type", "application/json");
  const body = sent.json === undefined ? sent.body : JSON.stringify(sent.json);
  return await app.fetch(new Request(`http://127.0.0.1${path}`, { method, headers, body }));
}

/** The body of a response as JSON. */
// deno-lint-ignore no-explicit-any -- tests look into answers of any shape.
export async function json(response: Response): Promise<any> {
  return JSON.parse(await response.text());
}
