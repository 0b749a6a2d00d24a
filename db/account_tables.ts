/**
 * The tables of accounts as queries see them: users, API keys, sessions and what keeps them safe.
 */

import type { Whole, WholeOrNull } from "./tables.ts";

/** People. They are disabled, never deleted: the audit log names them. */
export interface UsersTable {
  organization_id: string;
  id: string;
  /** As it was written. */
  email: string;
  /** The address in lower case; there is one of it in the whole installation. */
  email_key: string;
  name: string | null;
  /** A PHC string. */
  password_hash: string;
  /** Names of roles with blanks between them. */
  roles: string;
  /** 0 or 1. */
  is_disabled: Whole;
  created_at: Whole;
}

/** API keys; of the key itself only its SHA-256 is kept. */
export interface ApiKeysTable {
  organization_id: string;
  /** The 8 characters that stand in the key. */
  id: string;
  name: string;
  /** 64 hex digits. */
  sha256: string;
  /** Names of permissions with blanks between them. */
  scopes: string;
  /** The user who made it; null is the operator of the database. */
  created_by: string | null;
  created_at: Whole;
  expires_at: WholeOrNull;
  revoked_at: WholeOrNull;
  last_used_at: WholeOrNull;
}

/** Sessions: families of refresh tokens, each the successor of the one before. */
export interface SessionsTable {
  organization_id: string;
  id: string;
  user_id: string;
  created_at: Whole;
  /** When its newest refresh token ends. */
  expires_at: Whole;
  revoked_at: WholeOrNull;
}

/** Refresh tokens; used ones stay until they end, so that using one again is noticed. */
export interface RefreshTokensTable {
  /** 64 hex digits. */
  sha256: string;
  organization_id: string;
  session_id: string;
  expires_at: Whole;
  used_at: WholeOrNull;
}

/** Access tokens that were given back before their end. */
export interface RevokedTokensTable {
  organization_id: string;
  id: string;
  expires_at: Whole;
}

/** Failed logins by account and by address. */
export interface LoginFailuresTable {
  /** `account:` and the SHA-256 of the address that was written, or `address:` and where it came from. */
  subject: string;
  failures: Whole;
  blocked_until: Whole;
  /** When all of it is forgotten. */
  forget_at: Whole;
}

/** Links that make the first user, once. */
export interface SetupLinksTable {
  /** 64 hex digits. */
  sha256: string;
  expires_at: Whole;
  used_at: WholeOrNull;
}

/** Every table of accounts by its name. */
export interface AccountTables {
  users: UsersTable;
  api_keys: ApiKeysTable;
  sessions: SessionsTable;
  refresh_tokens: RefreshTokensTable;
  revoked_tokens: RevokedTokensTable;
  login_failures: LoginFailuresTable;
  setup_links: SetupLinksTable;
}
