/**
 * An environment with a clock that the test moves, and accounts in it.
 */

import { permissionsOf, type Principal, type Role } from "../../../core/access.ts";
import type { Database } from "../../../db/database.ts";
import { type ApiKey, createApiKey } from "../../../db/api_keys.ts";
import { createUser, type User } from "../../../db/users.ts";
import { newApiKey } from "../../../server/auth/api_key.ts";
import { createTokens, type Tokens } from "../../../server/auth/tokens.ts";
import { createEnvironment, type Environment } from "../../../server/environment.ts";
import { NOON } from "../../db/records.ts";

/** The time that an environment has; the test sets it. */
export interface Clock {
  now: number;
}

export const SECRET = "Hg3x9QvLr7TzWm2KpYb8Nc5Df1Js6Ea4";
export const HOUR_MS = 3_600_000;

/** An environment on a database that signs tokens, at noon. */
export async function makeEnvironment(
  database: Database,
): Promise<{ readonly environment: Environment & { readonly tokens: Tokens }; readonly clock: Clock }> {
  const clock = { now: NOON };
  const tokens = await createTokens({ secret: SECRET, expiry_ms: HOUR_MS });
  return { environment: { ...createEnvironment(database), now: () => clock.now, tokens }, clock };
}

/** The operator, who has the database. */
export const OPERATOR: Principal = {
  actor: "cli:ann",
  organization_id: "default",
  is_super_admin: true,
  permissions: permissionsOf(["super_admin"]),
};

/** Somebody who has logged in, with these roles; there need not be such a user. */
export function principalOf(roles: readonly Role[], { id = "u1", organization_id = "default" } = {}): Principal {
  return {
    actor: `user:${id}`,
    organization_id,
    is_super_admin: roles.includes("super_admin"),
    permissions: permissionsOf(roles),
    credential: { kind: "token", user_id: id, session_id: `session of ${id}`, token: { id: "j1", expires_at: NOON } },
  };
}

/** A user whose password nobody knows. */
export function addUser(
  database: Database,
  id: string,
  { roles, organization_id = "default" }: { readonly roles: readonly Role[]; readonly organization_id?: string },
): Promise<User> {
  const user = { organization_id, id, email: `${id}@example.com`, name: null, roles, password_hash: `hash of ${id}` };
  return createUser(database, user, { actor: "cli:ann", now: NOON });
}

/** An API key with what it is written as. */
export async function addKey(
  database: Database,
  { scopes, created_by = null, expires_at = null, organization_id = "default" }:
    & Partial<ApiKey>
    & Pick<ApiKey, "scopes">,
): Promise<{ readonly id: string; readonly key: string }> {
  const { key, id, sha256 } = newApiKey((bytes) => crypto.getRandomValues(bytes));
  const made = { organization_id, id, name: "a key", sha256, scopes, created_by, expires_at };
  await createApiKey(database, made, { actor: "cli:ann", now: NOON });
  return { id, key };
}
