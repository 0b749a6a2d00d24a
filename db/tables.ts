/**
 * The tables as queries see them. Whole numbers come back as bigint; '' stands for a missing dimension.
 */

import type { ColumnType, Generated } from "kysely";
import type { AccountTables } from "./account_tables.ts";
import type { AnomalyAcknowledgementsTable } from "./anomaly_acknowledgements.ts";
import type { BudgetTables } from "./budget_tables.ts";
import type { ReportJobsTable, ReportPiecesTable } from "./report_tables.ts";

/** A whole number: given as number or bigint, read as bigint. */
export type Whole = ColumnType<bigint, bigint | number, bigint | number>;
/** A whole number, or none. */
export type WholeOrNull = ColumnType<bigint | null, bigint | number | null, bigint | number | null>;

/** Every id that was ever stored; a tombstone has `deleted_at`. */
export interface UsageIdentityTable {
  organization_id: string;
  id: string;
  /** 16 bytes. */
  content_hash: Uint8Array;
  timestamp: Whole;
  deleted_at: WholeOrNull;
}

/** One row a call. */
export interface UsageTable {
  organization_id: string;
  timestamp: Whole;
  id: string;
  ingested_at: Whole;
  provider: string;
  model: string;
  service_tier: string;
  region: string;
  operation: string;
  project: string;
  user_id: string;
  environment: string;
  session: string;
  api_key: string;
  /** JSON object of texts. */
  tags: string | null;
  status: string | null;
  latency_ms: WholeOrNull;
  time_to_first_token_ms: WholeOrNull;
  source: string;
  format: string;
  input_tokens: Whole;
  cache_read_tokens: Whole;
  cache_write_5m_tokens: Whole;
  cache_write_1h_tokens: Whole;
  output_tokens: Whole;
  reasoning_tokens: Whole;
  /** JSON object of the rarer units. */
  units: string | null;
  /** Tokens in `units`, by the report column they count in. */
  modal_input_tokens: Whole;
  modal_cache_read_tokens: Whole;
  modal_cache_write_tokens: Whole;
  modal_output_tokens: Whole;
  cost_nanos: WholeOrNull;
  unpriced_reason: string | null;
  applied_price_id: WholeOrNull;
  reported_cost: string | null;
  reported_cost_nanos: WholeOrNull;
  extra: string | null;
  quality: string;
}

/** Sums of what is measured, in every roll-up. */
export interface MeasureColumns {
  requests: Whole;
  records: Whole;
  input_tokens: Whole;
  cache_read_tokens: Whole;
  cache_write_tokens: Whole;
  output_tokens: Whole;
  cost_nanos: Whole;
  unpriced_records: Whole;
  unpriced_tokens: Whole;
}

/** A roll-up: sums by start of its time bucket and by dimension. */
export interface RollupTable extends MeasureColumns {
  organization_id: string;
  start: Whole;
  provider: string;
  model: string;
  project: string;
  environment: string;
  service_tier: string;
}

/** The roll-up that has the user too. */
export interface UserRollupTable extends RollupTable {
  user_id: string;
}

/** Prices that were applied, frozen, by the first 63 bits of their body's SHA-256. */
export interface AppliedPricesTable {
  id: Whole;
  body: string;
}

/** Organizations. */
export interface OrganizationsTable {
  id: string;
  name: string;
  created_at: Whole;
}

/** Own prices; rows only end, they do not change. */
export interface PricesTable {
  id: string;
  /** '' is the installation's. */
  organization_id: string;
  provider: string;
  model: string;
  effective_from: Whole;
  effective_to: WholeOrNull;
  rates: string;
  hours: string | null;
  modifiers: string;
  source: string | null;
  note: string | null;
  created_at: Whole;
}

/** Catalogues that were taken in; the newest is in force. */
export interface CataloguesTable {
  number: Generated<bigint>;
  version: string;
  body: string;
  sha256: string;
  installed_at: Whole;
}

/** Who did what; each row's `mac` covers the one before. */
export interface AuditLogTable {
  number: Whole;
  organization_id: string;
  at: Whole;
  actor: string;
  action: string;
  detail: string;
  mac: string;
}

/** Facts about this database: the key of the audit chain. */
export interface InstallationTable {
  key: string;
  value: string;
}

/** Below this instant an organization's rows are gone. */
export interface PruneMarksTable {
  organization_id: string;
  before: Whole;
}

/** How far files were taken in. */
export interface ImportPositionsTable {
  organization_id: string;
  path: string;
  settings: string;
  stamp: string | null;
  bytes: Whole;
  lines: Whole;
  digest: string;
  /** 0 or 1. */
  is_resumable: Whole;
}

/** Answers kept under an Idempotency-Key. */
export interface IdempotentAnswersTable {
  scope: string;
  payload: string;
  /** Sealed; null only within the transaction that makes it. */
  answer: Uint8Array | null;
  expires_at: Whole;
}

/** Migrations that were applied. */
export interface SchemaMigrationsTable {
  number: Whole;
  name: string;
  checksum: string;
  applied_at: Whole;
}

/** Every table by its name. */
export interface Tables extends AccountTables, BudgetTables {
  anomaly_acknowledgements: AnomalyAcknowledgementsTable;
  usage_identity: UsageIdentityTable;
  usage: UsageTable;
  usage_by_quarter_hour: RollupTable;
  usage_by_day: RollupTable;
  usage_by_day_and_user: UserRollupTable;
  applied_prices: AppliedPricesTable;
  organizations: OrganizationsTable;
  prices: PricesTable;
  catalogues: CataloguesTable;
  audit_log: AuditLogTable;
  installation: InstallationTable;
  prune_marks: PruneMarksTable;
  import_positions: ImportPositionsTable;
  idempotent_answers: IdempotentAnswersTable;
  report_jobs: ReportJobsTable;
  report_pieces: ReportPiecesTable;
  schema_migrations: SchemaMigrationsTable;
}
