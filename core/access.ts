/**
 * Who may do what: the permissions, the roles that hold them, and the check every operation makes.
 */

import { CostopsError } from "./error.ts";

/** Every permission there is. */
export const PERMISSIONS = [
  "usage:create",
  "usage:read",
  "usage:delete",
  "cost:read",
  "analytics:read",
  "forecast:read",
  "report:create",
  "report:read",
  "report:delete",
  "price:read",
  "price:write",
  "price:reprice",
  "budget:read",
  "budget:write",
  "budget:check",
  "anomaly:ack",
  "key:manage",
  "user:manage",
  "org:manage",
  "audit:read",
  "metrics:read",
] as const;

/** The name of a permission. */
export type Permission = (typeof PERMISSIONS)[number];

const VIEWER: readonly Permission[] = [
  "usage:read",
  "cost:read",
  "analytics:read",
  "forecast:read",
  "report:read",
  "price:read",
  "budget:read",
];
const ANALYST: readonly Permission[] = [
  ...PERMISSIONS.filter((permission) => permission.endsWith(":read")),
  "report:create",
  "report:delete",
  "budget:check",
];

/** What each role may do. `super_admin` may do it in every organization, the others in their own. */
export const ROLES = {
  super_admin: PERMISSIONS,
  org_admin: PERMISSIONS.filter((permission) => permission !== "org:manage"),
  analyst: ANALYST,
  billing: [...ANALYST, "price:write", "price:reprice", "budget:write"],
  ingest: ["usage:create", "budget:check"],
  viewer: VIEWER,
} as const satisfies Record<string, readonly Permission[]>;

/** The name of a role. */
export type Role = keyof typeof ROLES;

/** Whether a text is the name of a role. */
export function isRole(text: string): text is Role {
  return Object.hasOwn(ROLES, text);
}

/** Whether a text is the name of a permission. */
export function isPermission(text: string): text is Permission {
  return (PERMISSIONS as readonly string[]).includes(text);
}

/** What somebody with these roles may do. */
export function permissionsOf(roles: readonly Role[]): Set<Permission> {
  return new Set(roles.flatMap((role): readonly Permission[] => ROLES[role]));
}

/** What a principal has shown: an access token of a user's session, or an API key. */
export type Credential =
  | { readonly kind: "token"; readonly user_id: string; readonly session_id: string; readonly token: TokenStamp }
  | {
    readonly kind: "key";
    readonly key_id: string;
    /** The user who made the key; null is the operator of the database. */
    readonly user_id: string | null;
    /** Milliseconds since 1970 UTC; null is never. */
    readonly expires_at: number | null;
  };

/** Which access token, and until when it would hold (milliseconds since 1970 UTC). */
export interface TokenStamp {
  readonly id: string;
  readonly expires_at: number;
}

/** Who asks: the credential's owner, its organization and what it may do. */
export interface Principal {
  /** Written to the audit log: `cli:alice`, `user:…`, `key:…`. */
  readonly actor: string;
  /** The organization the credential belongs to, or that a super admin names. */
  readonly organization_id: string;
  readonly is_super_admin: boolean;
  readonly permissions: ReadonlySet<Permission>;
  /** Absent: the operator, who has the database itself. */
  readonly credential?: Credential;
}

/** Fails with `forbidden` when the principal does not hold the permission. */
export function requirePermission(principal: Principal, permission: Permission): void {
  if (principal.permissions.has(permission)) return;
  throw new CostopsError("forbidden", `Cannot do this without the permission ${permission}`);
}
