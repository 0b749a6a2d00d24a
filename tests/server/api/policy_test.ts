/**
 * Who may do what, for every operation of the document: each role, each single scope, nobody.
 */

import assert from "node:assert/strict";
import { type Permission, PERMISSIONS, type Role, ROLES } from "../../../core/access.ts";
import { ROUTES } from "../../../server/routes/routes.ts";
import { openDatabase } from "../../../db/database.ts";
import { withFolder } from "../../db/for_each_database.ts";
import { addressOf, type DocumentedOperation, listNames, listOperations } from "./document.ts";
import { sampleBody, sampleQuery } from "./samples.ts";
import { type Asker, makeOwn, type Tenants, withTenants } from "./tenants.ts";

const READS =
  "usage:read cost:read analytics:read forecast:read report:read price:read budget:read audit:read metrics:read";
const ANALYST = `${READS} report:create report:delete budget:check`;

/** The table of the wire contract, section 7, word for word in full. */
const CONTRACT: Readonly<Record<Role, string>> = {
  super_admin: `${ANALYST} usage:create usage:delete price:write price:reprice budget:write anomaly:ack key:manage ` +
    "user:manage org:manage",
  org_admin: `${ANALYST} usage:create usage:delete price:write price:reprice budget:write anomaly:ack key:manage ` +
    "user:manage",
  analyst: ANALYST,
  billing: `${ANALYST} price:write price:reprice budget:write`,
  ingest: "usage:create budget:check",
  viewer: "usage:read cost:read analytics:read forecast:read report:read price:read budget:read",
};

Deno.test("ROLES and PERMISSIONS are the table of the wire contract", () => {
  assert.deepEqual(Object.keys(ROLES).sort(), Object.keys(CONTRACT).sort());
  for (const [role, permissions] of Object.entries(CONTRACT)) {
    assert.deepEqual([...ROLES[role as Role]].sort(), permissions.split(" ").sort(), role);
  }
  assert.deepEqual([...PERMISSIONS].sort(), [...ROLES.super_admin].sort());
});

Deno.test("the document says of every operation the permission that the operation takes", () => {
  const documented = listOperations().map(({ method, path, permission, is_public }) =>
    `${method} ${path} ${permission} ${is_public}`
  );
  const served = ROUTES.map(({ method, path, operation, is_public }) =>
    `${method.toUpperCase()} ${path} ${operation.permission} ${is_public}`
  );
  assert.deepEqual(documented.sort(), served.sort());
});

interface Row {
  readonly name: string;
  readonly asker: Asker;
  readonly permissions: ReadonlySet<string>;
}

const ROWS: readonly Row[] = [
  ...Object.entries(CONTRACT).map(([role, permissions]) => ({
    name: role,
    asker: { role: role as Role },
    permissions: new Set(permissions.split(" ")),
  })),
  ...PERMISSIONS.map((scope: Permission) => ({
    name: `a key for ${scope}`,
    asker: { scopes: [scope] },
    permissions: new Set([scope]),
  })),
];

type Held = ReadonlySet<string>;

const VIEWER = CONTRACT.viewer.split(" ");
const looksAfterKeys = (held: Held) => held.has("key:manage") ? undefined : 403;
const readsCosts = (held: Held) => held.has("cost:read") ? undefined : 403;
const holdsAllOfViewer = (held: Held) => VIEWER.every((permission) => held.has(permission)) ? undefined : 403;

/**
 * What operations ask of an API key beyond their permission: looking after keys is one, sessions are people's, and
 * nobody gives or takes what they do not hold (the users here are viewers).
 */
const KEY_REFUSALS: Readonly<Record<string, (held: Held) => number | undefined>> = {
  logout: () => 400,
  listApiKeys: looksAfterKeys,
  createApiKey: looksAfterKeys,
  revokeApiKey: looksAfterKeys,
  // The report in question is of costs.
  createReport: readsCosts,
  createUser: holdsAllOfViewer,
  setUserRoles: holdsAllOfViewer,
  setUserPassword: holdsAllOfViewer,
  enableUser: holdsAllOfViewer,
  disableUser: holdsAllOfViewer,
  removeUser: holdsAllOfViewer,
};

Deno.test("each operation answers each role, each scope and nobody as the table of permissions says", async (t) => {
  await withFolder(async (folder) => {
    const database = await openDatabase(`${folder}/costops.db`, { now: 0 });
    try {
      await withTenants(database, async (tenants) => {
        const credentials = new Map<string, string>();
        for (const { name, asker } of ROWS) credentials.set(name, (await tenants.credentialOf(asker))!);
        const faults: string[] = [];
        for (const operation of listOperations().filter(({ is_public }) => !is_public)) {
          for (const row of ROWS) {
            const isFresh = operation.permission === null;
            const as = isFresh ? (await tenants.credentialOf(row.asker))! : credentials.get(row.name)!;
            faults.push(...await ask(tenants, operation, { row, as }));
          }
          const nobody = await request(tenants, operation, { as: null, id: "unknown-id", scopes: [] });
          if (nobody.status !== 401) faults.push(`${operation.operationId} for nobody: ${nobody.status}`);
        }
        assert.deepEqual(faults, []);
      });
    } finally {
      await database.close();
    }
  });
  await t.step("public operations look at no credential", () => {
    const names = listOperations().filter(({ is_public }) => is_public).map(({ operationId }) => operationId);
    assert.deepEqual(names.sort(), ["login", "refreshSession", "setUp"]);
  });
});

let made = 0;

/** What is wrong with what one credential is answered. */
async function ask(
  tenants: Tenants,
  operation: DocumentedOperation,
  { row, as }: { readonly row: Row; readonly as: string },
): Promise<string[]> {
  const { operationId, permission, path } = operation;
  const isHeld = permission === null || row.permissions.has(permission);
  const refusal = isHeld ? keyRefusal(operation, row) : 403;
  const isNamed = listNames(operation, "path").length > 0;
  const own = isNamed && isHeld ? await makeOwn(tenants, path, { id: `own-${++made}`, ...row.asker }) : undefined;
  const response = await request(tenants, operation, { as, id: own ?? "unknown-id", scopes: [...row.permissions] });
  const text = await response.text();
  const said = `${operationId} for ${row.name}: ${response.status} ${text.slice(0, 200)}`;
  if (refusal !== undefined) {
    const isRefused = response.status === refusal && (refusal !== 403 || JSON.parse(text).code === "forbidden");
    return isRefused ? [] : [`${said}, wanted ${refusal}`];
  }
  // Enabling what is not disabled is the one thing that an own id does not find.
  const isThere = response.ok || (response.status === 404 && (own === undefined || operationId === "enableUser"));
  return isThere ? [] : [`${said}, wanted success`];
}

function keyRefusal({ operationId }: DocumentedOperation, { asker, permissions }: Row): number | undefined {
  if (asker === null || "role" in asker) return undefined;
  return KEY_REFUSALS[operationId]?.(permissions);
}

function request(
  tenants: Tenants,
  operation: DocumentedOperation,
  { as, id, scopes }: { readonly as: string | null; readonly id: string; readonly scopes: readonly string[] },
): Promise<Response> {
  const body = sampleBody(operation);
  const address = addressOf(operation, { params: id, query: sampleQuery(operation) });
  if (body === undefined) return tenants.send(operation.method, address, { as });
  const { value, content_type } = body;
  // Nobody gives a scope that they do not hold.
  const isOfScopes = typeof value === "object" && value !== null && "scopes" in value;
  const json = isOfScopes ? { ...value, scopes: scopes.slice(0, 1) } : value;
  return tenants.send(operation.method, address, { as, json, headers: { "content-type": content_type } });
}
