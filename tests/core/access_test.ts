import assert from "node:assert/strict";
import {
  isPermission,
  isRole,
  PERMISSIONS,
  permissionsOf,
  type Principal,
  requirePermission,
  ROLES,
} from "../../core/access.ts";

const READS = [
  "usage:read",
  "cost:read",
  "analytics:read",
  "forecast:read",
  "report:read",
  "price:read",
  "budget:read",
  "audit:read",
  "metrics:read",
];

Deno.test("ROLES hold the permissions of the wire contract", () => {
  const sorted = (permissions: readonly string[]) => [...permissions].sort();
  assert.deepEqual(sorted(ROLES.super_admin), sorted(PERMISSIONS));
  assert.deepEqual(sorted(ROLES.org_admin), sorted(PERMISSIONS.filter((permission) => permission !== "org:manage")));
  assert.deepEqual(sorted(ROLES.analyst), sorted([...READS, "report:create", "report:delete", "budget:check"]));
  assert.deepEqual(
    sorted(ROLES.billing),
    sorted([...ROLES.analyst, "price:write", "price:reprice", "budget:write"]),
  );
  assert.deepEqual(sorted(ROLES.ingest), ["budget:check", "usage:create"]);
  assert.deepEqual(
    sorted(ROLES.viewer),
    sorted(READS.filter((permission) => permission !== "audit:read" && permission !== "metrics:read")),
  );
  assert.equal(new Set(PERMISSIONS).size, 21);
});

Deno.test("requirePermission() fails with forbidden for a permission that is not held", () => {
  const viewer: Principal = {
    actor: "user:ann",
    organization_id: "default",
    is_super_admin: false,
    permissions: new Set(ROLES.viewer),
  };
  requirePermission(viewer, "cost:read");
  assert.throws(() => requirePermission(viewer, "usage:delete"), { kind: "forbidden" });
});

Deno.test("permissionsOf() is what the roles hold together", () => {
  assert.deepEqual(permissionsOf([]), new Set());
  assert.deepEqual(permissionsOf(["ingest"]), new Set(["usage:create", "budget:check"]));
  const both = permissionsOf(["ingest", "viewer"]);
  assert.equal(both.size, 9);
  assert.ok(both.has("usage:create") && both.has("cost:read"));
});

Deno.test("isRole() and isPermission() know the names of the tables alone", () => {
  assert.ok(isRole("org_admin") && isPermission("org:manage"));
  for (const text of ["", "root", "toString", "__proto__", "org:*", "ORG_ADMIN"]) {
    assert.ok(!isRole(text) && !isPermission(text));
  }
});
