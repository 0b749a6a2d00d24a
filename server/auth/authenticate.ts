/**
 * Who asks: from a request's headers to a principal, by access token or API key.
 */

import { type Credential, type Permission, permissionsOf, type Principal, type Role } from "../../core/access.ts";
import { CostopsError } from "../../core/error.ts";
import { LIMITS } from "../../core/limits.ts";
import { type ApiKeyState, findApiKeyState, noteApiKeyUse, USE_NOTED_EVERY_MS } from "../../db/api_keys.ts";
import { findSessionState } from "../../db/sessions.ts";
import { readRoles } from "../../db/users.ts";
import type { Environment } from "../environment.ts";
import { API_KEY_PREFIX, hashApiKey, isSameHash, parseApiKey } from "./api_key.ts";
import type { AccessClaims, Tokens } from "./tokens.ts";

/** Finds out who asks. */
export interface Authenticator {
  /**
   * The principal of `Authorization: Bearer TOKEN_OR_KEY` or `X-API-Key: KEY`. Fails with `unauthenticated`, in the same
   * words whatever is wrong.
   */
  authenticate(headers: Headers): Promise<Principal>;
  /** Waits until what is being noted of keys' use is stored; before the database is closed. */
  settle(): Promise<void>;
}

type AuthEnvironment = Pick<Environment, "database" | "now" | "credentials">;

/** Makes the authenticator of a server. */
export function createAuthenticator(
  environment: AuthEnvironment,
  { tokens }: { readonly tokens: Tokens },
): Authenticator {
  const uses = new NotedUses(environment);
  const good = new GoodKeys();
  return {
    async authenticate(headers) {
      const shown = readCredential(headers);
      const principal = shown === undefined
        ? undefined
        : shown.kind === "key"
        ? await authenticateKey(shown.text, { environment, uses, good })
        : await authenticateToken(shown.text, { environment, tokens });
      if (principal !== undefined) return principal;
      throw new CostopsError(
        "unauthenticated",
        "Cannot tell who asks: send a valid access token or API key as Authorization: Bearer, or an API key as X-API-Key",
      );
    },
    settle: () => uses.settle(),
  };
}

interface Shown {
  readonly kind: "key" | "token";
  readonly text: string;
}

/** The one credential of a request; undefined when there is none, or two that differ. */
function readCredential(headers: Headers): Shown | undefined {
  const authorization = headers.get("authorization");
  const key = headers.get("x-api-key");
  if (authorization === null) return key === null ? undefined : { kind: "key", text: key };
  const [, bearer] = /^Bearer +([\x21-\x7e]+)$/i.exec(authorization) ?? [];
  if (bearer === undefined || (key !== null && key !== bearer)) return undefined;
  return { kind: bearer.startsWith(API_KEY_PREFIX) ? "key" : "token", text: bearer };
}

async function authenticateToken(
  text: string,
  { environment, tokens }: { readonly environment: AuthEnvironment; readonly tokens: Tokens },
): Promise<Principal | undefined> {
  const now = environment.now();
  const claims = await tokens.verify(text, now);
  if (claims === undefined) return undefined;
  const { user_id, session_id, token_id } = claims;
  return await environment.credentials.find({
    key: `token:${claims.organization_id}:${token_id}`,
    now,
    read: async () => {
      const found = await findSessionState(environment.database, claims);
      if (found === undefined) return undefined;
      return { state: principalOfUser(claims, readRoles(found.roles)), subjects: [user_id, session_id] };
    },
  });
}

function principalOfUser(claims: AccessClaims, roles: readonly Role[]): Principal {
  const { user_id, organization_id, session_id, token_id, expires_at } = claims;
  return {
    actor: `user:${user_id}`,
    organization_id,
    is_super_admin: roles.includes("super_admin"),
    permissions: permissionsOf(roles),
    credential: { kind: "token", user_id, session_id, token: { id: token_id, expires_at } },
  };
}

async function authenticateKey(
  text: string,
  { environment, uses, good }: {
    readonly environment: AuthEnvironment;
    readonly uses: NotedUses;
    readonly good: GoodKeys;
  },
): Promise<Principal | undefined> {
  const known = good.find(text);
  const id = known?.id ?? parseApiKey(text)?.id;
  if (id === undefined) return undefined;
  const now = environment.now();
  const found = await environment.credentials.find({
    key: `key:${id}`,
    now,
    read: async () => {
      const state = await findApiKeyState(environment.database, id);
      if (state === undefined) return undefined;
      const principal = principalOfKey(state);
      const subjects = state.created_by === null ? [id] : [id, state.created_by];
      return principal === undefined ? undefined : { state: { state, principal }, subjects };
    },
  });
  if (found === undefined) return undefined;
  const { state, principal } = found;
  if (known !== state) {
    if (!isSameHash(state.sha256, hashApiKey(text))) return undefined;
    good.keep(text, state);
  }
  if (state.expires_at !== null && state.expires_at <= now) return undefined;
  uses.note(state, now);
  return principal;
}

/** A key may do what it was made for, as far as its maker may do it now; that of somebody disabled is none. */
function principalOfKey(state: ApiKeyState): Principal | undefined {
  const { organization_id, created_by, creator_roles, scopes, expires_at } = state;
  if (created_by !== null && creator_roles === null) return undefined;
  const roles: readonly Role[] = created_by === null ? ["super_admin"] : readRoles(creator_roles ?? "");
  const held = permissionsOf(roles);
  const permissions = new Set<Permission>(scopes.filter((scope) => held.has(scope)));
  const credential: Credential = { kind: "key", key_id: state.id, user_id: created_by, expires_at };
  // Only who looks after organizations goes beyond their own.
  const is_super_admin = roles.includes("super_admin") && permissions.has("org:manage");
  return { actor: `key:${state.id}`, organization_id, is_super_admin, permissions, credential };
}

/** Keys that were found good, each with the state it was compared with: a state that was read anew is compared anew. */
class GoodKeys {
  readonly #states = new Map<string, ApiKeyState>();

  find(text: string): ApiKeyState | undefined {
    return this.#states.get(text);
  }

  keep(text: string, state: ApiKeyState): void {
    this.#states.delete(text);
    if (this.#states.size >= LIMITS.credentials) {
      const oldest = this.#states.keys().next();
      if (oldest.done !== true) this.#states.delete(oldest.value);
    }
    this.#states.set(text, state);
  }
}

/** Notes of keys' last use, made beside the requests: none waits for one. */
class NotedUses {
  readonly #environment: Pick<Environment, "database">;
  readonly #noted = new WeakMap<ApiKeyState, number>();
  readonly #pending = new Set<Promise<void>>();

  constructor(environment: Pick<Environment, "database">) {
    this.#environment = environment;
  }

  note(key: ApiKeyState, now: number): void {
    const last = this.#noted.get(key) ?? key.last_used_at;
    if (last !== null && now - last < USE_NOTED_EVERY_MS) return;
    this.#noted.set(key, now);
    const noting = this.#store(key, now).finally(() => this.#pending.delete(noting));
    this.#pending.add(noting);
  }

  async settle(): Promise<void> {
    await Promise.all(this.#pending);
  }

  /** A database that cannot take the note now says so to those who store records; the next use is noted again. */
  async #store(key: ApiKeyState, now: number): Promise<void> {
    try {
      await noteApiKeyUse(this.#environment.database, key, now);
    } catch (error) {
      if (!(error instanceof CostopsError)) throw error;
      this.#noted.delete(key);
    }
  }
}
