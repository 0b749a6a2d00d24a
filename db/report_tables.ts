/**
 * The tables of reports as queries see them.
 */

import type { Whole, WholeOrNull } from "./tables.ts";

/** What is to become of a report, and what has. */
export const REPORT_STATES = ["pending", "running", "completed", "failed", "expired"] as const;
/** One of {@link REPORT_STATES}. */
export type ReportState = (typeof REPORT_STATES)[number];

/** Reports that were asked for. */
export interface ReportJobsTable {
  organization_id: string;
  id: string;
  report_type: string;
  format: string;
  /** What was asked, as JSON. */
  query: string;
  file_name: string;
  created_by: string;
  created_at: Whole;
  state: ReportState;
  /** How often it was begun. */
  attempts: Whole;
  /** Whose run it is, while it runs, and until when nobody else may run it. */
  run_by: string | null;
  lease_until: WholeOrNull;
  started_at: WholeOrNull;
  finished_at: WholeOrNull;
  /** The name of its file, from before it is made until after it is gone. */
  artifact: string | null;
  size_bytes: WholeOrNull;
  sha256: string | null;
  expires_at: WholeOrNull;
  failure_code: string | null;
  failure: string | null;
  /** When somebody deleted it; the row goes when its file has gone. */
  deleted_at: WholeOrNull;
}

/** Files of reports that are kept in the database, in pieces of `LIMITS.report_piece_bytes`. */
export interface ReportPiecesTable {
  organization_id: string;
  artifact: string;
  piece: Whole;
  content: Uint8Array;
}
