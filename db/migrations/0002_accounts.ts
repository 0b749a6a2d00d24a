/**
 * Accounts: users, API keys, sessions, and what keeps them safe.
 */

import type { Migration, SchemaWords } from "./migration.ts";

/** Secrets are kept as hashes only. */
export const accounts: Migration = {
  number: 2,
  name: "accounts",
  statements: (words) => [...users(words), ...apiKeys(words), ...sessions(words), ...guards(words)],
};

function users({ integer, text, clustered }: SchemaWords): string[] {
  return [
    `create table users (
      organization_id ${text} not null references organizations (id),
      id ${text} not null,
      email ${text} not null,
      email_key ${text} not null,
      name ${text},
      password_hash ${text} not null,
      roles ${text} not null check (roles <> ''),
      is_disabled ${integer} not null check (is_disabled in (0, 1)),
      created_at ${integer} not null,
      primary key (organization_id, id)
    ) ${clustered}`,
    "create unique index users_by_email on users (email_key)",
    "create unique index users_by_id on users (id)",
  ];
}

function apiKeys({ integer, text, clustered }: SchemaWords): string[] {
  return [
    `create table api_keys (
      organization_id ${text} not null references organizations (id),
      id ${text} not null check (length(id) = 8),
      name ${text} not null,
      sha256 ${text} not null check (length(sha256) = 64),
      scopes ${text} not null check (scopes <> ''),
      created_by ${text},
      created_at ${integer} not null,
      expires_at ${integer} check (expires_at > created_at),
      revoked_at ${integer},
      last_used_at ${integer},
      primary key (organization_id, id)
    ) ${clustered}`,
    "create unique index api_keys_by_id on api_keys (id)",
  ];
}

function sessions({ integer, text, clustered }: SchemaWords): string[] {
  return [
    `create table sessions (
      organization_id ${text} not null,
      id ${text} not null,
      user_id ${text} not null,
      created_at ${integer} not null,
      expires_at ${integer} not null,
      revoked_at ${integer},
      primary key (organization_id, id),
      foreign key (organization_id, user_id) references users (organization_id, id)
    ) ${clustered}`,
    "create index sessions_by_user on sessions (organization_id, user_id, created_at)",
    "create index sessions_by_end on sessions (expires_at)",
    `create table refresh_tokens (
      sha256 ${text} not null primary key check (length(sha256) = 64),
      organization_id ${text} not null,
      session_id ${text} not null,
      expires_at ${integer} not null,
      used_at ${integer},
      foreign key (organization_id, session_id) references sessions (organization_id, id) on delete cascade
    ) ${clustered}`,
    "create index refresh_tokens_by_session on refresh_tokens (organization_id, session_id)",
    "create index refresh_tokens_by_end on refresh_tokens (expires_at)",
    `create table revoked_tokens (
      organization_id ${text} not null,
      id ${text} not null,
      expires_at ${integer} not null,
      primary key (organization_id, id)
    ) ${clustered}`,
    "create index revoked_tokens_by_end on revoked_tokens (expires_at)",
  ];
}

function guards({ integer, text, clustered }: SchemaWords): string[] {
  return [
    `create table login_failures (
      subject ${text} not null primary key,
      failures ${integer} not null check (failures > 0),
      blocked_until ${integer} not null,
      forget_at ${integer} not null
    ) ${clustered}`,
    "create index login_failures_by_end on login_failures (forget_at)",
    `create table setup_links (
      sha256 ${text} not null primary key check (length(sha256) = 64),
      expires_at ${integer} not null,
      used_at ${integer}
    ) ${clustered}`,
    "create index audit_log_by_organization on audit_log (organization_id, number)",
  ];
}
