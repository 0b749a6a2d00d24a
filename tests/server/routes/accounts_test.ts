import assert from "node:assert/strict";
import type { Hono } from "hono";
import { createApp } from "../../../server/app.ts";
import { createAuthenticator } from "../../../server/auth/authenticate.ts";
import { offerSetup } from "../../../server/operations/setup.ts";
import { ADMIN_ROUTES } from "../../../server/routes/admin.ts";
import { AUTH_ROUTES } from "../../../server/routes/auth.ts";
import { forEachDatabase, type TestDatabase } from "../../db/for_each_database.ts";
import { holdToDocument } from "../api/validating.ts";
import { makeEnvironment, SECRET } from "../auth/accounts.ts";

const PASSWORD = "correct horse battery";

interface Sent {
  readonly as?: string;
  readonly json?: unknown;
  readonly from?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A server with its first admin logged in. */
async function start({ open }: TestDatabase) {
  const { environment, clock } = await makeEnvironment(await open());
  const authenticator = createAuthenticator(environment, environment);
  const { authenticate } = authenticator;
  const settings = { secret: SECRET, version: "0.0.0" };
  const routes = [...AUTH_ROUTES, ...ADMIN_ROUTES];
  const app = holdToDocument(createApp({ environment, authenticate, settings, routes }), routes);
  const { token } = (await offerSetup(environment))!;
  const root = { token, email: "root@example.com", password: PASSWORD };
  return { app, environment, clock, root, settle: authenticator.settle };
}

async function send(app: Hono, method: string, path: string, { as, json, from = "127.0.0.1", ...sent }: Sent = {}) {
  const headers = new Headers(sent.headers);
  if (as !== undefined) headers.set("authorization", `Bearer ${as}`);
  if (json !== undefined) headers.set("content-type", "application/json");
  const body = json === undefined ? undefined : JSON.stringify(json);
  const request = new Request(`http://127.0.0.1/api/v1${path}`, { method, headers, body });
  const response = await app.fetch(request, from === null ? undefined : { remoteAddr: { hostname: from } });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === "" ? undefined : JSON.parse(text) };
}

async function logIn(app: Hono, username: string): Promise<string> {
  const { status, body } = await send(app, "POST", "/auth/login", { json: { username, password: PASSWORD } });
  assert.equal(status, 200);
  return body.access_token;
}

Deno.test("the routes of accounts have the permissions of the wire contract", () => {
  const routes = [...AUTH_ROUTES, ...ADMIN_ROUTES].map(({ method, path, operation, is_public }) =>
    `${method} ${path} ${is_public ? "public" : operation.permission ?? "own"}`
  );
  assert.deepEqual(routes, [
    "post /auth/login public",
    "post /auth/refresh public",
    "post /auth/logout own",
    "post /auth/setup public",
    "get /auth/me own",
    "get /auth/api-keys own",
    "post /auth/api-keys own",
    "delete /auth/api-keys/{id} own",
    "get /admin/organizations org:manage",
    "post /admin/organizations org:manage",
    "get /admin/users user:manage",
    "post /admin/users user:manage",
    "put /admin/users/{id}/roles user:manage",
    "put /admin/users/{id}/password user:manage",
    "post /admin/users/{id}/enable user:manage",
    "post /admin/users/{id}/disable user:manage",
    "delete /admin/users/{id} user:manage",
    "get /admin/audit audit:read",
  ]);
});

forEachDatabase("from the setup link to a key that was revoked, over HTTP", async (place) => {
  const { app, root: first, settle } = await start(place);
  assert.equal((await send(app, "POST", "/auth/setup", { json: first })).status, 201);
  assert.equal((await send(app, "POST", "/auth/setup", { json: first })).status, 401);
  const session = await send(app, "POST", "/auth/login", {
    json: { username: "root@example.com", password: PASSWORD },
  });
  assert.deepEqual(Object.keys(session.body), ["access_token", "token_type", "expires_in", "refresh_token"]);
  assert.deepEqual([session.body.token_type, session.body.expires_in], ["Bearer", 3600]);
  const root = session.body.access_token;
  const me = await send(app, "GET", "/auth/me", { as: root });
  assert.deepEqual([me.body.user.email, me.body.is_super_admin, me.body.api_key], ["root@example.com", true, null]);
  assert.equal((await send(app, "POST", "/admin/organizations", { as: root, json: { name: "acme" } })).status, 201);
  const ann = { organization_id: "acme", email: "ann@example.com", password: PASSWORD, roles: ["org_admin"] };
  assert.equal((await send(app, "POST", "/admin/users", { as: root, json: ann })).status, 201);
  const admin = await logIn(app, "ann@example.com");
  const key = await send(app, "POST", "/auth/api-keys", { as: admin, json: { name: "ci", scopes: ["audit:read"] } });
  assert.deepEqual([key.status, key.body.organization_id, key.body.scopes], [201, "acme", ["audit:read"]]);
  const audit = await send(app, "GET", "/admin/audit", { headers: { "x-api-key": key.body.key } });
  assert.deepEqual(audit.body.data.map(({ action }: { action: string }) => action), [
    "key.create",
    "session.begin",
    "user.create",
    "organization.create",
  ]);
  assert.equal((await send(app, "DELETE", `/auth/api-keys/${key.body.id}`, { as: admin })).status, 204);
  assert.equal((await send(app, "DELETE", `/auth/api-keys/${key.body.id}`, { as: admin })).status, 404);
  const refused = await send(app, "GET", "/admin/audit", { as: key.body.key });
  assert.deepEqual([refused.status, refused.body.code], [401, "unauthenticated"]);
  const refreshed = await send(app, "POST", "/auth/refresh", { json: { refresh_token: session.body.refresh_token } });
  assert.equal(refreshed.status, 200);
  assert.equal((await send(app, "POST", "/auth/logout", { as: refreshed.body.access_token })).status, 204);
  for (const token of [root, refreshed.body.access_token]) {
    assert.equal((await send(app, "GET", "/auth/me", { as: token })).status, 401);
  }
  await settle();
});

forEachDatabase("the first user is made from the server's own machine only", async (place) => {
  const { app, environment, root } = await start(place);
  for (const from of ["192.0.2.1", "10.0.0.1", "2001:db8::1", "127.example", null]) {
    assert.equal((await send(app, "POST", "/auth/setup", { json: root, from })).status, 403);
  }
  assert.equal(environment.passwords.computed, 0);
  assert.equal((await send(app, "POST", "/auth/setup", { json: root, from: "::1" })).status, 201);
});

forEachDatabase("what is not in a schema is refused by its name, and nobody is made", async (place) => {
  const { app, root } = await start(place);
  await send(app, "POST", "/auth/setup", { json: root });
  const token = await logIn(app, "root@example.com");
  const user = { email: "ann@example.com", password: PASSWORD, roles: ["viewer"] };
  const key = { name: "ci", scopes: ["cost:read"] };
  const attempts = [
    ["POST", "/admin/users", { ...user, is_disabled: false }],
    ["POST", "/admin/users", { ...user, id: "chosen" }],
    ["POST", "/admin/users", { ...user, roles: ["root"] }],
    ["POST", "/admin/users", { ...user, roles: "super_admin" }],
    ["POST", "/auth/api-keys", { ...key, created_by: null }],
    ["POST", "/auth/api-keys", { ...key, scopes: ["*"] }],
    ["POST", "/auth/login", { username: "root@example.com", password: PASSWORD, organization_id: "acme" }],
    ["PUT", "/admin/users/root@example.com/roles", { roles: ["viewer"], email: "eve@example.com" }],
  ] as const;
  for (const [method, path, json] of attempts) {
    const { status, body } = await send(app, method, path, { as: token, json });
    assert.deepEqual([status, body.code], [422, "invalid"], path);
  }
  assert.equal((await send(app, "GET", "/admin/users", { as: token })).body.data.length, 1);
  assert.deepEqual((await send(app, "GET", "/auth/api-keys", { as: token })).body.data, []);
});

forEachDatabase("users are paged by a cursor of their own list, and changed by their email", async (place) => {
  const { app, root } = await start(place);
  await send(app, "POST", "/auth/setup", { json: root });
  const as = await logIn(app, "root@example.com");
  for (const name of ["ann", "bob"]) {
    const json = { email: `${name}@example.com`, password: PASSWORD, roles: ["viewer"] };
    assert.equal((await send(app, "POST", "/admin/users", { as, json })).status, 201);
  }
  const emails = ({ body }: { body: { data: { email: string }[] } }) => body.data.map(({ email }) => email);
  const one = await send(app, "GET", "/admin/users?limit=2", { as });
  assert.deepEqual(emails(one), ["root@example.com", "ann@example.com"]);
  const cursor = one.body.pagination.next_cursor;
  const two = await send(app, "GET", `/admin/users?limit=2&cursor=${cursor}`, { as });
  assert.deepEqual([emails(two), two.body.pagination], [["bob@example.com"], {
    limit: 2,
    has_more: false,
    next_cursor: null,
  }]);
  assert.equal((await send(app, "GET", `/admin/audit?cursor=${cursor}`, { as })).status, 422);
  const roles = { as, json: { roles: ["billing"] } };
  assert.deepEqual((await send(app, "PUT", "/admin/users/bob%40example.com/roles", roles)).body.roles, ["billing"]);
  assert.equal((await send(app, "PUT", "/admin/users/root%40example.com/roles", roles)).status, 409);
  assert.equal((await send(app, "DELETE", "/admin/users/bob%40example.com", { as })).status, 204);
  assert.equal((await send(app, "DELETE", "/admin/users/bob%40example.com", { as })).status, 404);
  assert.equal((await send(app, "POST", "/admin/users/bob%40example.com/enable", { as })).status, 200);
  const password = { as, json: { password: "another horse battery" } };
  assert.equal((await send(app, "PUT", "/admin/users/bob%40example.com/password", password)).status, 200);
  const organizations = await send(app, "GET", "/admin/organizations?limit=1", { as });
  assert.deepEqual(organizations.body.data, [{ id: "default", name: "default", created_at: null }]);
});

forEachDatabase("a key that is asked for twice with one Idempotency-Key is made once", async (place) => {
  const { app, root } = await start(place);
  await send(app, "POST", "/auth/setup", { json: root });
  const as = await logIn(app, "root@example.com");
  const sent = { as, json: { name: "ci", scopes: ["cost:read"] }, headers: { "idempotency-key": "k1" } };
  const [one, other] = [
    await send(app, "POST", "/auth/api-keys", sent),
    await send(app, "POST", "/auth/api-keys", sent),
  ];
  assert.deepEqual([one.status, one.body], [other.status, other.body]);
  assert.equal((await send(app, "GET", "/auth/api-keys", { as })).body.data.length, 1);
});

forEachDatabase("guessing is answered with 429 and when to come again, whoever is guessed", async (place) => {
  const { app, root, clock } = await start(place);
  await send(app, "POST", "/auth/setup", { json: root });
  const answers: unknown[] = [];
  for (const username of ["root@example.com", "nobody@example.com"]) {
    const guess = { json: { username, password: "a wrong password" } };
    for (let time = 0; time < 5; time += 1) {
      const { status, body } = await send(app, "POST", "/auth/login", guess);
      assert.deepEqual([status, body.code], [401, "unauthenticated"]);
    }
    const { status, headers, body } = await send(app, "POST", "/auth/login", guess);
    answers.push([status, headers.get("retry-after"), { ...body, request_id: "" }]);
  }
  assert.deepEqual(answers[0], answers[1]);
  assert.deepEqual((answers[0] as unknown[]).slice(0, 2), [429, "30"]);
  clock.now += 30_000;
  await logIn(app, "root@example.com");
});
