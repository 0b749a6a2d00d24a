/**
 * An app with two tenants on a real database: `acme`, who asks, and `globex`, of whom every field says so.
 */

import type { Hono } from "hono";
import { type Permission, PERMISSIONS, type Role, ROLES } from "../../../core/access.ts";
import { readOwnPrice } from "../../../core/pricing/own_price.ts";
import { createApiKey } from "../../../db/api_keys.ts";
import type { Database } from "../../../db/database.ts";
import { createOrganization } from "../../../db/organizations.ts";
import { setPrice } from "../../../db/prices.ts";
import { createChannel } from "../../../db/alert_channels.ts";
import { raiseAlerts } from "../../../db/alerts.ts";
import { findAnomalies } from "../../../server/operations/anomalies.ts";
import { listAcknowledgements } from "../../../db/anomaly_acknowledgements.ts";
import { createBudget } from "../../../db/budgets.ts";
import { readBudgetTerms } from "../../../core/budget/read_budget.ts";
import { createReportJob, type ReportKey } from "../../../db/report_jobs.ts";
import { beginSession } from "../../../db/sessions.ts";
import { createUser } from "../../../db/users.ts";
import { createApp } from "../../../server/app.ts";
import { newApiKey } from "../../../server/auth/api_key.ts";
import { createAuthenticator } from "../../../server/auth/authenticate.ts";
import { createTokens, hashToken } from "../../../server/auth/tokens.ts";
import { createEnvironment, type Environment } from "../../../server/environment.ts";
import { ForecastThreads } from "../../../server/forecast/forecast_threads.ts";
import type { AnsweredExchange } from "../../../server/http/exchange.ts";
import { makeFile } from "../../../server/reports/make_file.ts";
import { ReportRunner } from "../../../server/reports/report_runner.ts";
import { makeCost, makeEntry, UNPRICED } from "../../db/records.ts";
import { holdToDocument } from "./validating.ts";

/** 2026-02-10T12:00:00Z. */
export const NOW = Date.UTC(2026, 1, 10, 12);
export const SECRET = "Zk4vW8pQm2Xr9TbNc6Hs3Yd7Lf5Gj1Ae";

/** The tenant who asks. */
export const OWN = "acme";
/** The tenant whose data nobody else may see. */
export const FOREIGN = "globex";
/** Stands in every text of the foreign tenant that is no id. */
export const MARK = "GlobexSecret";

/** Every name of the foreign tenant's things that somebody could put into a request. */
export const FOREIGN_IDS = {
  organization: FOREIGN,
  record: "globex-record-1",
  unpriced_record: "globex-record-2",
  price: "globex-price-1",
  budget: "globex-budget-1",
  channel: "globex-channel-1",
  alert: "globex-alert-1",
  user: "globex-user-1",
  email: "globex-user-1@globex-mail.example",
  session: "globex-session-1",
  report: "globex-report-1",
} as const;

const ACT = { actor: "cli:ann", now: NOW };
const ROLE_NAMES = Object.keys(ROLES) as Role[];

/** Who asks: a user of a role, or an API key of scopes. */
export type Asker = { readonly role: Role } | { readonly scopes: readonly Permission[] } | null;

/** What is sent. */
export interface Sending {
  /** A credential's text; null sends none. */
  readonly as: string | null;
  readonly json?: unknown;
  readonly body?: BodyInit;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The app and what tests do with it. */
export interface Tenants {
  readonly app: Hono;
  readonly environment: Environment;
  readonly database: Database;
  readonly answered: AnsweredExchange[];
  /** Of the foreign tenant. */
  readonly foreign_key_id: string;
  /** A new credential of the tenant who asks. */
  credentialOf(asker: Asker, organization?: string): Promise<string | null>;
  /** Sends a request; the address begins with the base path. */
  send(method: string, address: string, sending: Sending): Promise<Response>;
}

/** Makes the app on an open database, runs a test with it, and waits for what it began. */
export async function withTenants(database: Database, test: (tenants: Tenants) => Promise<void>): Promise<void> {
  const tokens = await createTokens({ secret: SECRET, expiry_ms: 3_600_000 });
  // Nothing is sent from here.
  const postMessage = () => Promise.resolve({ is_delivered: false, is_final: true, outcome: "not sent" });
  const forecasts = new ForecastThreads({ kept: 1 });
  const environment = { ...createEnvironment(database), now: () => NOW, tokens, postMessage, forecasts };
  const authenticator = createAuthenticator(environment, { tokens });
  const answered: AnsweredExchange[] = [];
  const app = holdToDocument(createApp({
    environment,
    authenticate: authenticator.authenticate,
    observe: (exchange) => void answered.push(exchange),
    settings: { secret: SECRET, version: "0.0.0" },
  }));
  for (const organization of [OWN, FOREIGN]) await makeOrganization(database, organization);
  const foreign_key_id = await fillForeign(environment);
  await fillOwn(database);
  const sessions = { made: 0 };
  const tenants: Tenants = {
    app,
    environment,
    database,
    answered,
    foreign_key_id,
    credentialOf: async (asker, organization_id = OWN) => {
      if (asker === null) return null;
      if ("scopes" in asker) return (await makeKey(database, { organization_id, scopes: asker.scopes })).key;
      const user_id = userOf(asker.role, organization_id);
      const session_id = `session-${++sessions.made}`;
      const token = { sha256: hashToken(session_id), expires_at: NOW + 86_400_000 };
      const start = { token, password_hash: HASH, now: NOW };
      await beginSession(database, { organization_id, user_id, session_id }, start);
      return await tokens.sign({ organization_id, user_id, session_id, token_id: `token-${sessions.made}` }, NOW);
    },
    send: (method, address, sending) => send(app, { method, address, sending }),
  };
  try {
    await test(tenants);
  } finally {
    await authenticator.settle();
    forecasts.close();
  }
}

const HASH = "no password has this hash";

function userOf(role: Role, organization: string): string {
  return `${organization}-${role}`;
}

async function makeOrganization(database: Database, id: string): Promise<void> {
  const name = id === FOREIGN ? `${MARK} Incorporated` : id;
  await createOrganization(database, { id, name }, ACT);
  for (const role of ROLE_NAMES) {
    const name = id === FOREIGN ? `${MARK} ${role}` : role;
    const user = { organization_id: id, id: userOf(role, id), name, roles: [role], password_hash: HASH };
    await createUser(database, { ...user, email: `${role}@${id}-mail.example` }, ACT);
  }
}

async function fillForeign(environment: Environment): Promise<string> {
  const { database } = environment;
  const { record, unpriced_record, price, budget, channel, alert, user, email, session, report } = FOREIGN_IDS;
  await makeReport(environment, { organization_id: FOREIGN, id: report });
  const said = {
    organization_id: FOREIGN,
    timestamp: NOW - 3_600_000,
    provider: `${MARK}-provider`,
    model: `${MARK}-model`,
    catalog_model: `${MARK}-catalog-model`,
    region: `${MARK}-region`,
    operation: `${MARK}-operation`,
    project: `${MARK}-project`,
    user: `${MARK}-user`,
    environment: `${MARK}-environment`,
    session: `${MARK}-session`,
    api_key: `${MARK}-api-key`,
    tags: { [`${MARK}-tag`]: `${MARK}-tag-value` },
    status: `${MARK}-status`,
    source: "api",
    extra: { note: `${MARK}-extra` },
    input_tokens: 987_654_321,
  };
  await database.append([makeEntry({ ...said, id: record })]);
  const unpriced = { amount: null, reason: "unknown_model", detail: `${MARK}-detail` } as const;
  await database.append([makeEntry({ ...said, id: unpriced_record }, unpriced)]);
  const own = readOwnPrice({
    provider: `${MARK}-provider`,
    model: `${MARK}-priced`,
    rates: { input_mtok: "987.654321" },
    source: `${MARK}-source`,
    note: `${MARK}-note`,
  }, { id: price, organization_id: FOREIGN, from: NOW - 1000 });
  await setPrice(database, own, { ...ACT, is_preview: false });
  await makeBudget(database, {
    organization_id: FOREIGN,
    id: budget,
    written: { name: `${MARK}-budget`, owner: `${MARK}-owner`, filter: { project: [`${MARK}-project`] } },
  });
  await makeChannel(database, { organization_id: FOREIGN, id: channel, name: `${MARK}-channel` });
  await raiseAlerts(database, {
    organization_id: FOREIGN,
    alerts: [{
      type: "price.missing",
      key: `${MARK}-key`,
      text: `${MARK}-text`,
      data: { model: `${MARK}-model` },
      keep_until: NOW + 1,
    }],
    newId: () => alert,
  }, NOW);
  const made = { organization_id: FOREIGN, id: user, email, name: `${MARK} One`, roles: ["viewer" as const] };
  await createUser(database, { ...made, password_hash: HASH }, ACT);
  const key = { organization_id: FOREIGN, user_id: user, session_id: session };
  const token = { sha256: hashToken("globex-refresh-token"), expires_at: NOW + 86_400_000 };
  await beginSession(database, key, { token, password_hash: HASH, now: NOW });
  return (await makeKey(database, { organization_id: FOREIGN, scopes: PERMISSIONS, name: `${MARK}-key` })).id;
}

async function makeBudget(
  database: Database,
  { organization_id, id, written }: {
    readonly organization_id: string;
    readonly id: string;
    readonly written: { readonly name: string; readonly owner?: string; readonly filter?: Record<string, string[]> };
  },
): Promise<void> {
  const terms = readBudgetTerms({ amount_usd: "987.654321", ...written }, NOW);
  await createBudget(database, { organization_id, id, ...terms }, ACT);
}

/** Makes a report whose file is there. */
async function makeReport(environment: Environment, key: ReportKey): Promise<void> {
  const { database } = environment;
  const of = key.organization_id === FOREIGN ? MARK : "own";
  const job = {
    ...key,
    report_type: "cost",
    format: "csv",
    query: JSON.stringify({ filter: [`project=${of}-project`] }),
  };
  await createReportJob(database, { ...job, file_name: `${of}-report.csv` }, ACT);
  const runner = new ReportRunner({
    environment,
    makeFile: (order) => makeFile(environment, order),
    keep_ms: 86_400_000,
    tell: (message) => {
      throw new Error(message);
    },
  });
  await runner.runNext(key);
}

async function makeChannel(
  database: Database,
  { organization_id, id, name }: { readonly organization_id: string; readonly id: string; readonly name: string },
): Promise<void> {
  const secret = `whsec_${btoa(`${MARK} secret of ${id}`)}`;
  const url = `https://hooks.invalid/${MARK}-path`;
  await createChannel(database, { organization_id, id, name, kind: "webhook", url, secret, created_at: NOW }, ACT);
}

async function fillOwn(database: Database): Promise<void> {
  await database.append([
    makeEntry({ organization_id: OWN, id: "acme-record-1", timestamp: NOW - 7_200_000, source: "api" }),
  ]);
}

async function makeKey(
  database: Database,
  { organization_id, scopes, name = "a key", created_by = userOf("super_admin", organization_id) }: {
    readonly organization_id: string;
    readonly scopes: readonly Permission[];
    readonly name?: string;
    readonly created_by?: string;
  },
): Promise<{ readonly id: string; readonly key: string }> {
  const { key, id, sha256 } = newApiKey((bytes) => crypto.getRandomValues(bytes));
  const made = { organization_id, id, name, sha256, scopes, created_by, expires_at: null };
  await createApiKey(database, made, ACT);
  return { id, key };
}

/**
 * Makes a thing of the tenant who asks, for an address that names one; undefined where it is not known what. Keys are
 * made by the user of a role.
 */
export async function makeOwn(
  { database, environment }: Tenants,
  path: string,
  { id, role = "super_admin" }: { readonly id: string; readonly role?: Role },
): Promise<string | undefined> {
  if (path.startsWith("/usage/") || path.startsWith("/costs/")) {
    const record = { organization_id: OWN, id, timestamp: NOW - 7_200_000, source: "api" };
    await database.append([makeEntry(record, UNPRICED)]);
    return id;
  }
  if (path.startsWith("/prices/")) {
    const written = { provider: "openai", model: id, rates: { input_mtok: "1" } };
    const price = readOwnPrice(written, { id, organization_id: OWN, from: NOW - 1000 });
    await setPrice(database, price, { ...ACT, is_preview: false });
    return id;
  }
  if (path.startsWith("/forecast/anomalies/")) return await makeAnomaly({ database, environment });
  if (path.startsWith("/budgets/")) {
    await makeBudget(database, { organization_id: OWN, id, written: { name: `budget ${id}` } });
    return id;
  }
  if (path.startsWith("/alerts/channels/")) {
    await makeChannel(database, { organization_id: OWN, id, name: `channel ${id}` });
    return id;
  }
  if (path.startsWith("/admin/users/")) {
    const user = { organization_id: OWN, id, email: `${id}@acme-mail.example`, name: null, roles: ["viewer" as const] };
    await createUser(database, { ...user, password_hash: HASH }, ACT);
    return id;
  }
  if (path.startsWith("/reports/")) {
    await makeReport(environment, { organization_id: OWN, id });
    return id;
  }
  if (path.startsWith("/auth/api-keys/")) {
    const created_by = userOf(role, OWN);
    return (await makeKey(database, { organization_id: OWN, scopes: ["usage:read"], created_by })).id;
  }
  return undefined;
}

async function send(
  app: Hono,
  { method, address, sending }: { readonly method: string; readonly address: string; readonly sending: Sending },
): Promise<Response> {
  const headers = new Headers(sending.headers);
  if (sending.as !== null) headers.set("authorization", `Bearer ${sending.as}`);
  if (sending.json !== undefined && !headers.has("content-type")) headers.set("content-type", "application/json");
  const body = sending.json === undefined ? sending.body : JSON.stringify(sending.json);
  const request = new Request(`http://127.0.0.1${address}`, { method, headers, body });
  return await app.fetch(request, { remoteAddr: { hostname: "127.0.0.1" } });
}

/** Spends a dollar a day in two weeks and a half, a hundred on the last day but one, and finds it. */
async function makeAnomaly({ database, environment }: Pick<Tenants, "database" | "environment">) {
  // It is called normal once, and is then known by that.
  const [kept] = await listAcknowledgements(database, OWN);
  if (kept !== undefined) return kept.id;
  const days = Array.from({ length: 28 }, (_, back) => back + 1);
  await database.append(days.map((back) => {
    const record = {
      organization_id: OWN,
      id: `spend-${back}`,
      timestamp: NOW - back * 86_400_000,
      source: "api",
    } as const;
    return makeEntry(record, makeCost(back === 2 ? 100_000_000_000n : 1_000_000_000n));
  }));
  const { rows, columns } = await findAnomalies.handle(environment, {
    actor: "test",
    organization_id: OWN,
    is_super_admin: false,
    permissions: new Set(),
  }, {});
  return String(rows[0]![columns.findIndex(({ name }) => name === "id")]);
}
