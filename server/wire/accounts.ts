/**
 * Accounts on the wire: times as RFC 3339, never a hash.
 */

import { formatInstant } from "../../core/time.ts";
import type { ApiKey } from "../../db/api_keys.ts";
import type { NumberedEntry } from "../../db/audit_entries.ts";
import type { User } from "../../db/users.ts";
import type { Me, SessionTokens } from "../operations/auth.ts";

/** A user. */
export function toWireUser(user: User) {
  const { organization_id, id, email, name, roles, is_disabled, created_at } = user;
  return { id, organization_id, email, name, roles, is_disabled, created_at: writeTime(created_at) };
}

/** An API key without the key. */
export function toWireApiKey(key: ApiKey) {
  const { organization_id, id, name, scopes, created_by } = key;
  return {
    id,
    organization_id,
    name,
    scopes,
    created_by,
    created_at: writeTime(key.created_at),
    expires_at: writeTimeOrNull(key.expires_at),
    revoked_at: writeTimeOrNull(key.revoked_at),
    last_used_at: writeTimeOrNull(key.last_used_at),
  };
}

/** An entry of the audit log; the installation's own have no organization. */
export function toWireAuditEntry({ number, organization_id, at, actor, action, detail }: NumberedEntry) {
  return {
    number,
    organization_id: organization_id === "" ? null : organization_id,
    at: writeTime(at),
    actor,
    action,
    detail,
  };
}

/** The tokens of a session, as OAuth 2 names them. */
export function toWireTokens({ access_token, expires_in_s, refresh_token }: SessionTokens) {
  return { access_token, token_type: "Bearer", expires_in: expires_in_s, refresh_token } as const;
}

/** Who one is. */
export function toWireMe({ user, key, ...rest }: Me) {
  return {
    ...rest,
    user: user === null ? null : toWireUser(user),
    api_key: key === null ? null : toWireApiKey(key),
  };
}

function writeTime(instant: number): string {
  return formatInstant(instant, "UTC");
}

function writeTimeOrNull(instant: number | null): string | null {
  return instant === null ? null : writeTime(instant);
}
