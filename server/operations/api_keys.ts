/**
 * API keys: everybody's own, and those of the whole organization for who looks after keys.
 */

import type { Permission, Principal } from "../../core/access.ts";
import { readAccountName, readScopes } from "../../core/account.ts";
import { CostopsError } from "../../core/error.ts";
import { type ApiKey, type ApiKeyScope, createApiKey, listApiKeys, revokeApiKey } from "../../db/api_keys.ts";
import { findOrganization } from "../../db/organizations.ts";
import { newApiKey } from "../auth/api_key.ts";
import type { Operation } from "./operation.ts";
import { chooseOrganization } from "./reports.ts";
import type { Page } from "./users.ts";

/** A page of keys; the oldest first. */
export interface ApiKeyListInput {
  readonly organization_id?: string;
  /** The last key of the page before. */
  readonly after?: { readonly created_at: number; readonly id: string };
  readonly limit: number;
}

/** Lists API keys, revoked and ended ones too: one's own, or with `key:manage` the organization's. */
export const readApiKeys: Operation<ApiKeyListInput, Page<ApiKey>> = {
  name: "listApiKeys",
  permission: null,
  handle: async ({ database }, principal, { after, limit, ...input }) => {
    const scope = chooseKeys(principal, input);
    const found = await listApiKeys(database, { ...scope, after, limit: limit + 1 });
    return { data: found.slice(0, limit), has_more: found.length > limit };
  },
};

/** A new API key. */
export interface NewApiKeyInput {
  readonly organization_id?: string;
  readonly name: string;
  /** Names of permissions, of those that its maker holds. */
  readonly scopes: readonly string[];
  /** Milliseconds since 1970 UTC; never when it is not given. */
  readonly expires_at?: number;
}

/** A new key: this is the one time that it is shown. */
export interface NewApiKeyAnswer extends ApiKey {
  readonly key: string;
}

/**
 * Makes an API key. Fails with `invalid` on a wrong field, `forbidden` on a scope that its maker does not hold,
 * `conflict` when the organization has too many. A key that makes another one needs `key:manage`, and the other ends no
 * later.
 */
export const addApiKey: Operation<NewApiKeyInput, NewApiKeyAnswer> = {
  name: "createApiKey",
  permission: null,
  handle: async ({ database, now }, principal, input) => {
    const at = now();
    const { organization_id } = chooseKeys(principal, input);
    const name = readAccountName(input.name);
    const scopes = readScopes(input.scopes);
    requireScopes(principal, scopes);
    const expires_at = chooseEnd(principal, { wanted: input.expires_at ?? null, now: at });
    if (await findOrganization(database, organization_id) === undefined) {
      throw new CostopsError("not_found", `Cannot find the organization ${JSON.stringify(organization_id)}`);
    }
    const { key, id, sha256 } = newApiKey((bytes) => crypto.getRandomValues(bytes));
    const created_by = principal.credential?.user_id ?? null;
    const made = { organization_id, id, name, sha256, scopes, created_by, expires_at };
    return { ...await createApiKey(database, made, { actor: principal.actor, now: at }), key };
  },
};

/** Revokes an API key: one's own, or with `key:manage` any of the organization. Fails with `not_found`. */
export const dropApiKey: Operation<{ readonly organization_id?: string; readonly id: string }, void> = {
  name: "revokeApiKey",
  permission: null,
  handle: async ({ database, credentials, now }, principal, { id, ...input }) => {
    const scope = chooseKeys(principal, input);
    await revokeApiKey(database, { ...scope, id }, { actor: principal.actor, now: now() });
    credentials.forget(id);
  },
};

/** Whose keys somebody may look at. Fails with `forbidden` for a key without `key:manage`, which is nobody's owner. */
function chooseKeys(principal: Principal, input: { readonly organization_id?: string }): ApiKeyScope {
  const organization_id = chooseOrganization(principal, input);
  if (principal.permissions.has("key:manage")) return { organization_id };
  if (principal.credential?.kind === "token") return { organization_id, created_by: principal.credential.user_id };
  throw new CostopsError(
    "forbidden",
    "Cannot look after API keys with an API key that lacks the permission key:manage",
  );
}

function requireScopes(principal: Principal, scopes: readonly Permission[]): void {
  const beyond = scopes.find((scope) => !principal.permissions.has(scope));
  if (beyond === undefined) return;
  throw new CostopsError("forbidden", `Cannot give the scope ${beyond}: you do not hold it`);
}

/** A key that ends must not live on in those it makes. */
function chooseEnd(
  { credential }: Principal,
  { wanted, now }: { readonly wanted: number | null; readonly now: number },
): number | null {
  if (wanted !== null && (!Number.isSafeInteger(wanted) || wanted <= now)) {
    const issues = [{ pointer: "/expires_at", detail: "write a time to come" }];
    throw new CostopsError("invalid", "Cannot make an API key that has ended: write a time to come", { issues });
  }
  const latest = credential?.kind === "key" ? credential.expires_at : null;
  return latest === null ? wanted : Math.min(wanted ?? latest, latest);
}
