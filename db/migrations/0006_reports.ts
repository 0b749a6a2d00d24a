/**
 * Reports: what was asked for, what became of it, and the files of those that are kept in the database.
 */

import type { Migration } from "./migration.ts";

/** A job is run by whoever holds its lease; a file's name is the job's from before it is made until after it is gone. */
export const reports: Migration = {
  number: 6,
  name: "reports",
  statements: ({ integer, text, bytes, json, clustered, often_updated }) => [
    `create table report_jobs (
      organization_id ${text} not null,
      id ${text} not null,
      report_type ${text} not null,
      format ${text} not null,
      query ${json} not null,
      file_name ${text} not null,
      created_by ${text} not null,
      created_at ${integer} not null,
      state ${text} not null check (state in ('pending', 'running', 'completed', 'failed', 'expired')),
      attempts ${integer} not null check (attempts >= 0),
      run_by ${text},
      lease_until ${integer},
      started_at ${integer},
      finished_at ${integer},
      artifact ${text},
      size_bytes ${integer} check (size_bytes >= 0),
      sha256 ${text} check (length(sha256) = 64),
      expires_at ${integer},
      failure_code ${text},
      failure ${text},
      deleted_at ${integer},
      primary key (organization_id, id),
      check ((state = 'running') = (run_by is not null)),
      check ((state = 'running') = (lease_until is not null)),
      check ((state in ('completed', 'expired')) = (sha256 is not null)),
      check ((sha256 is null) = (size_bytes is null) and (sha256 is null) = (expires_at is null)),
      check ((state = 'failed') = (failure is not null))
    ) ${often_updated}`,
    "create index report_jobs_by_age on report_jobs (organization_id, created_at, id)",
    "create index report_jobs_waiting on report_jobs (created_at) where state in ('pending', 'running')",
    `create table report_pieces (
      organization_id ${text} not null,
      artifact ${text} not null,
      piece ${integer} not null check (piece >= 0),
      content ${bytes} not null,
      primary key (organization_id, artifact, piece)
    ) ${clustered}`,
  ],
};
