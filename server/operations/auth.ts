/**
 * Logging in, staying in, logging out, and who one is.
 */

import { createHash } from "node:crypto";
import type { Permission, Principal } from "../../core/access.ts";
import { CostopsError } from "../../core/error.ts";
import { type ApiKey, findApiKey } from "../../db/api_keys.ts";
import { type LoginSubject, noteLogin, readLoginDelay } from "../../db/login_throttle.ts";
import { beginSession, logOut, rotateToken, type SessionKey } from "../../db/sessions.ts";
import { findUserToLogIn, readUser, toEmailKey, type User } from "../../db/users.ts";
import { clientOf } from "../auth/address.ts";
import { hashToken, type Tokens } from "../auth/tokens.ts";
import type { Environment } from "../environment.ts";
import type { Operation } from "./operation.ts";

/** How long a refresh token holds that is not used. */
const REFRESH_MS = 7 * 24 * 3_600_000;

/** Who wants in. */
export interface LoginInput {
  /** The email. */
  readonly username: string;
  readonly password: string;
  /** Where the request came from; undefined when nobody knows. */
  readonly address: string | undefined;
}

/** The tokens of a session; both are secrets. */
export interface SessionTokens {
  readonly access_token: string;
  readonly refresh_token: string;
  /** How long the access token holds. */
  readonly expires_in_s: number;
}

/**
 * Begins a session. Fails with `unauthenticated`, in the same words and with the same work, when there is no such user,
 * the password is wrong or the user is disabled; with `rate_limited` after too many failures of the account or the
 * address; with `temporary` when too many log in at once.
 */
export const login: Operation<LoginInput, SessionTokens> = {
  name: "login",
  permission: null,
  handle: async (environment, _principal, { username, password, address }) => {
    const { database, passwords, now } = environment;
    const subjects = subjectsOf(username, address);
    requireNoDelay(await readLoginDelay(database, subjects, now()));
    const user = await findUserToLogIn(database, username);
    const isRight = await passwords.verify(password, user?.password_hash);
    const hasFailed = user === undefined || !isRight || user.is_disabled;
    requireNoDelay(await noteLogin(database, subjects, { hasFailed, now: now() }));
    if (hasFailed) throw wrongLogin();
    const session = { organization_id: user.organization_id, user_id: user.id, session_id: environment.newId() };
    const refresh_token = tokensOf(environment).newRefreshToken();
    const token = { sha256: hashToken(refresh_token), expires_at: now() + REFRESH_MS };
    const { password_hash } = user;
    if (!await beginSession(database, session, { token, password_hash, now: now() })) throw wrongLogin();
    return await issue(environment, session, refresh_token);
  },
};

/** What an account is counted by is a hash: what people type there by mistake is sometimes their password. */
function subjectsOf(username: string, address: string | undefined): LoginSubject[] {
  const account = createHash("sha256").update(toEmailKey(username)).digest("hex");
  const subjects: LoginSubject[] = [{ kind: "account", name: account }];
  if (address !== undefined) subjects.push({ kind: "address", name: clientOf(address) });
  return subjects;
}

function requireNoDelay(delay_ms: number): void {
  if (delay_ms <= 0) return;
  const retry_after_s = Math.ceil(delay_ms / 1000);
  const message = `Cannot log in now, after too many failures: try again in ${retry_after_s} s`;
  throw new CostopsError("rate_limited", message, { retry_after_s });
}

function wrongLogin(): CostopsError {
  return new CostopsError("unauthenticated", "Cannot log in: the email or the password is wrong");
}

/** A refresh token that was not used yet. */
export interface RefreshInput {
  readonly refresh_token: string;
}

/**
 * Gives new tokens for a refresh token, which is used up by it. One that was used before gives the same successor for
 * 10 s, and ends its session after. Fails with `unauthenticated`.
 */
export const refreshSession: Operation<RefreshInput, SessionTokens> = {
  name: "refreshSession",
  permission: null,
  handle: async (environment, _principal, { refresh_token }) => {
    const now = environment.now();
    const successor = tokensOf(environment).successorOf(refresh_token);
    const rotation = await rotateToken(environment.database, {
      sha256: hashToken(refresh_token),
      successor: { sha256: hashToken(successor), expires_at: now + REFRESH_MS },
      now,
    });
    if (rotation.outcome === "rotated") return await issue(environment, rotation.session, successor);
    if (rotation.outcome === "reused") environment.credentials.forget(rotation.session.session_id);
    throw new CostopsError("unauthenticated", "Cannot refresh with this token: it was used or has ended; log in again");
  },
};

async function issue(
  environment: Environment,
  session: SessionKey,
  refresh_token: string,
): Promise<SessionTokens> {
  const tokens = tokensOf(environment);
  const access_token = await tokens.sign({ ...session, token_id: environment.newId() }, environment.now());
  return { access_token, refresh_token, expires_in_s: Math.floor(tokens.expiry_ms / 1000) };
}

function tokensOf({ tokens }: Environment): Tokens {
  if (tokens === undefined) throw new Error("sessions need an environment that signs tokens");
  return tokens;
}

/** Ends the session of the access token that is shown, and the token. Fails with `usage` for any other credential. */
export const logout: Operation<void, void> = {
  name: "logout",
  permission: null,
  handle: async ({ database, credentials, now }, { organization_id, credential }) => {
    if (credential?.kind !== "token") {
      throw new CostopsError("usage", "Cannot log out without a session: an API key is revoked in the place of it");
    }
    const { user_id, session_id, token } = credential;
    await logOut(database, { organization_id, user_id, session_id }, { token, now: now() });
    credentials.forget(session_id);
  },
};

/** Who asks, and what they may do. */
export interface Me {
  readonly actor: string;
  readonly organization_id: string;
  readonly is_super_admin: boolean;
  readonly permissions: readonly Permission[];
  /** The user who logged in; null for an API key. */
  readonly user: User | null;
  /** The API key that was shown; null for a user. */
  readonly key: ApiKey | null;
}

/** Says who one is. */
export const whoAmI: Operation<void, Me> = {
  name: "whoAmI",
  permission: null,
  handle: async ({ database }, principal) => {
    const { actor, organization_id, is_super_admin, credential } = principal;
    const user = credential?.kind === "token"
      ? await readUser(database, { organization_id, user: credential.user_id })
      : null;
    const key = credential?.kind === "key"
      ? await findApiKey(database, { organization_id, id: credential.key_id }) ?? null
      : null;
    return { actor, organization_id, is_super_admin, permissions: sortPermissions(principal), user, key };
  },
};

function sortPermissions({ permissions }: Principal): Permission[] {
  return [...permissions].sort();
}
