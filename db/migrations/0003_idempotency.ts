/**
 * Answers that are kept under an Idempotency-Key.
 */

import type { Migration } from "./migration.ts";

/** Neither the key nor the answer can be read from the table alone. */
export const idempotency: Migration = {
  number: 3,
  name: "idempotency",
  statements: ({ integer, text, bytes, clustered }) => [
    `create table idempotent_answers (
      scope ${text} not null primary key check (length(scope) = 64),
      payload ${text} not null check (length(payload) = 64),
      answer ${bytes},
      expires_at ${integer} not null
    ) ${clustered}`,
    "create index idempotent_answers_by_end on idempotent_answers (expires_at)",
  ],
};
