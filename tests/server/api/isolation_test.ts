/**
 * Two tenants that never meet: every operation of the document with the other tenant's names, everywhere that a name
 * can stand, by each role; nothing of the other tenant is answered, and nothing of it is changed.
 */

import assert from "node:assert/strict";
import { sql } from "kysely";
import { createHash } from "node:crypto";
import { type Role, ROLES } from "../../../core/access.ts";
import type { Database } from "../../../db/database.ts";
import { forEachDatabase } from "../../db/for_each_database.ts";
import { addressOf, type DocumentedOperation, listNames, listOperations } from "./document.ts";
import { sampleBody, sampleQuery } from "./samples.ts";
import { type Asker, FOREIGN, FOREIGN_IDS, MARK, OWN, type Tenants, withTenants } from "./tenants.ts";

/**
 * A super admin may look after every organization; everybody else is kept in theirs, and so is a key that a super admin
 * has made without the permission to look after organizations.
 */
const KEPT: readonly (readonly [string, Asker])[] = [
  ...Object.keys(ROLES).filter((role) => role !== "super_admin").map((role) => [role, { role: role as Role }] as const),
  ["a key", { scopes: ROLES.org_admin }],
];

/** One request that tries to reach the other tenant. */
interface Attempt {
  readonly operation: DocumentedOperation;
  readonly what: string;
  readonly address: string;
  readonly json?: unknown;
  readonly content_type?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Answers that are right; the rest is a fault, whatever is in it. */
  readonly wanted: readonly string[];
}

forEachDatabase("no operation shows or changes anything of another tenant, whoever asks", async ({ open }) => {
  const database = await open();
  await withTenants(database, async (tenants) => {
    const attempts = listOperations().flatMap((operation) => listAttempts(operation, tenants));
    const before = await digestForeign(database);
    const faults: string[] = [];
    for (const [role, asker] of KEPT) {
      const lasting = await tenants.credentialOf(asker);
      for (const attempt of attempts) {
        const isEnding = attempt.operation.permission === null && attempt.operation.method !== "GET";
        const as = isEnding ? await tenants.credentialOf(asker) : lasting;
        faults.push(...await make(tenants, attempt, { as, role }));
      }
    }
    assert.deepEqual(faults, []);
    assert.deepEqual(await digestForeign(database), before);
  });
});

forEachDatabase("a super admin reaches another tenant by naming it, and only then", async ({ open }) => {
  const database = await open();
  await withTenants(database, async (tenants) => {
    const as = await tenants.credentialOf({ role: "super_admin" });
    const read = async (address: string) => {
      const response = await tenants.send("GET", `/api/v1${address}`, { as });
      return [response.status, (await response.text()).includes(MARK)];
    };
    for (const operation of listOperations()) {
      const takes = listNames(operation, "query").includes("organization_id");
      if (operation.method !== "GET" || operation.is_public || !takes || listNames(operation, "path").length > 0) {
        continue;
      }
      const query = { ...sampleQuery(operation), organization_id: FOREIGN };
      const response = await tenants.send("GET", addressOf(operation, { params: {}, query }), { as });
      await response.body?.cancel();
      assert.equal(response.status, 200, operation.operationId);
    }
    const { record } = FOREIGN_IDS;
    for (const path of [`/usage/${record}`, `/costs/${record}`]) {
      assert.deepEqual(await read(path), [404, false]);
      assert.deepEqual(await read(`${path}?organization_id=${FOREIGN}`), [200, true]);
    }
    assert.deepEqual(await read("/usage"), [200, false]);
    assert.deepEqual(await read(`/usage?organization_id=${FOREIGN}`), [200, true]);
    assert.deepEqual(await read("/costs/aggregate?since=2026-01-01"), [200, false]);
    assert.deepEqual(await read(`/costs/aggregate?since=2026-01-01&organization_id=${FOREIGN}`), [200, true]);
    assert.deepEqual(await read("/admin/users"), [200, false]);
    assert.deepEqual(await read(`/admin/users?organization_id=${FOREIGN}`), [200, true]);
    const address = `/api/v1/usage/${record}?organization_id=${FOREIGN}`;
    assert.equal((await tenants.send("DELETE", address, { as })).status, 204);
  });
});

/** All that can be tried with one operation. */
function listAttempts(operation: DocumentedOperation, { foreign_key_id }: Tenants): Attempt[] {
  const sample = sampleBody(operation);
  const said = { operation, json: sample?.value, content_type: sample?.content_type };
  const query = sampleQuery(operation);
  const params = "unknown-id";
  const attempts: Attempt[] = [];
  const ids = [...Object.values(FOREIGN_IDS), foreign_key_id];
  if (listNames(operation, "path").length > 0) {
    for (const id of ids) {
      const address = addressOf(operation, { params: id, query });
      attempts.push({ ...said, what: `the path has ${id}`, address, wanted: ["404", "403 forbidden", "422"] });
    }
  }
  const named = addressOf(operation, { params, query: { ...query, organization_id: FOREIGN } });
  const isKnown = listNames(operation, "query").includes("organization_id");
  const refused = ["403 forbidden", "403 forbidden_organization"];
  attempts.push({
    ...said,
    what: "the query names the organization",
    address: named,
    wanted: isKnown ? refused : [...refused, "422 invalid"],
  });
  const own = addressOf(operation, { params, query });
  for (const header of ["X-Organization-Id", "X-Organization", "X-Forwarded-User"]) {
    attempts.push({ ...said, what: header, address: own, headers: { [header]: FOREIGN }, wanted: ANYTHING });
  }
  attempts.push(...listTextAttempts(operation, { said, query, params, ids }));
  if (sample !== undefined) attempts.push(...listBodyAttempts(operation, { ...said, address: own }, sample.value));
  // Public operations know no tenant; whoever guesses there is told nothing.
  return operation.is_public ? attempts.map((attempt) => ({ ...attempt, wanted: ANYTHING })) : attempts;
}

const ANYTHING = ["*"];

/** Every text of the query is tried with what the other tenant has. */
function listTextAttempts(
  operation: DocumentedOperation,
  { said, query, params, ids }: {
    readonly said: Pick<Attempt, "operation" | "json" | "content_type">;
    readonly query: Readonly<Record<string, string>>;
    readonly params: string;
    readonly ids: readonly string[];
  },
): Attempt[] {
  const names = listNames(operation, "query").filter((name) => name !== "organization_id");
  return names.flatMap((name) =>
    [`${MARK}-model`, `project=${MARK}-project`, `organization_id=${FOREIGN}`, "organization_id", ids[1]!].map((
      text,
    ) => ({
      ...said,
      what: `${name}=${text}`,
      address: addressOf(operation, { params, query: { ...query, [name]: text } }),
      wanted: ANYTHING,
    }))
  );
}

/** The body names the other organization: as a field, in each of its lists, and under other names. */
function listBodyAttempts(
  operation: DocumentedOperation,
  said: Pick<Attempt, "operation" | "content_type" | "address">,
  value: unknown,
): Attempt[] {
  const refused = ["403 forbidden", "403 forbidden_organization", "422", "404"];
  const name = (given: unknown, field: string): unknown =>
    Array.isArray(given) ? given.map((item) => name(item, field)) : { ...given as object, [field]: FOREIGN };
  const attempts = ["organization_id", "organizationId", "organization", "org_id"].map((field) => ({
    ...said,
    what: `the body's ${field}`,
    json: name(value, field),
    wanted: field === "organization_id" ? refused : ANYTHING,
  }));
  const lists = Object.entries(value as Record<string, unknown>).filter(([, list]) =>
    Array.isArray(list) && list.length > 0 && typeof list[0] === "object"
  );
  const deep = lists.map(([field, list]) => ({
    ...said,
    what: `organization_id in the body's ${field}`,
    json: { ...value as object, [field]: name(list, "organization_id") },
    wanted: ANYTHING,
  }));
  // A stream has answered 200 before its records are looked at, and tells of each in its own line.
  const isStream = Object.values(operation.responses[200]?.content ?? {}).length > 0 &&
    Object.keys(operation.responses[200]?.content ?? {}).includes("application/x-ndjson");
  return [...attempts, ...deep].map((attempt) => isStream ? { ...attempt, wanted: ANYTHING } : attempt);
}

/** What is wrong with the answer to an attempt. */
async function make(
  tenants: Tenants,
  { operation, what, address, json, content_type, headers, wanted }: Attempt,
  { as, role }: { readonly as: string | null; readonly role: string },
): Promise<string[]> {
  const type: Record<string, string> = content_type === undefined ? {} : { "content-type": content_type };
  const response = await tenants.send(operation.method, address, { as, json, headers: { ...type, ...headers } });
  const text = await response.text();
  const where = `${operation.operationId} as ${role}, ${what}: ${response.status} ${text.slice(0, 160)}`;
  const faults: string[] = [];
  const code = response.status >= 400 && text !== "" ? JSON.parse(text).code : "";
  const isRight = wanted.some((one) =>
    one === "*" || one === `${response.status}` || one === `${response.status} ${code}`
  );
  if (!isRight) faults.push(`${where}, wanted ${wanted.join(" or ")}`);
  if (response.status >= 500) faults.push(where);
  // What was sent may come back; nothing else of the other tenant may.
  const sent = decodeURIComponent(address.replaceAll("+", " ")) + JSON.stringify(json ?? "") +
    JSON.stringify(headers ?? {});
  const answered = text + JSON.stringify([...response.headers]);
  for (const secret of [...Object.values(FOREIGN_IDS), tenants.foreign_key_id, MARK, "987654321", "987.654321"]) {
    const found = answered.split(secret).length - 1;
    if (found > 0 && !sent.includes(secret)) faults.push(`${where} tells ${secret}`);
  }
  // The mark comes in several names; one that was sent lets no other through.
  for (const [word] of answered.matchAll(new RegExp(`${MARK}[\\w -]*`, "g"))) {
    if (!sent.includes(word)) faults.push(`${where} tells ${word}`);
  }
  return faults;
}

/** A digest of every table's rows of the other tenant, and of the installation's own. */
async function digestForeign({ reader }: Database): Promise<Record<string, string>> {
  const digests: Record<string, string> = {};
  for (const { name, columns } of await reader.introspection.getTables()) {
    const has = new Set(columns.map((column) => column.name));
    // Rows of no tenant, which are the installation's, are nobody's here to change either.
    const mine = has.has("organization_id")
      ? sql`where organization_id <> ${OWN}`
      : name === "organizations"
      ? sql`where id <> ${OWN}`
      : undefined;
    if ((mine === undefined && !WHOLE.has(name)) || IS_PARTITION.test(name)) continue;
    const { rows } = await sql`select * from ${sql.table(name)} ${mine ?? sql``}`.execute(reader);
    const lines = rows.map((row) => JSON.stringify(row, (_, value) => typeof value === "bigint" ? `${value}` : value));
    digests[name] = `${rows.length} ${createHash("sha256").update(lines.sort().join("\n")).digest("hex")}`;
  }
  assert.ok(Object.keys(digests).length >= 12, Object.keys(digests).join(" "));
  assert.match(digests["usage"] ?? "", /^2 /);
  return digests;
}

/** Tables without tenants that no role but the super admin's may change. */
const WHOLE = new Set(["catalogues", "schema_migrations", "setup_links"]);

/** A part of a table that is looked at as a whole. */
const IS_PARTITION = /_\d+(_\d+)?$/;
