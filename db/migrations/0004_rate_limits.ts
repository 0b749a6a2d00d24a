/**
 * Rate limits: what organizations have taken of theirs, where several processes share a database.
 */

import type { Migration } from "./migration.ts";

/** One row an organization, made with its first request; no key to organizations, which are never asked for it. */
export const rateLimits: Migration = {
  number: 4,
  name: "rate_limits",
  statements: ({ integer, text, clustered }) => [
    `create table rate_limits (
      organization_id ${text} not null primary key,
      used ${integer} not null check (used >= 0),
      at_us ${integer} not null,
      taken ${integer} not null check (taken >= 0)
    ) ${clustered}`,
  ],
};
