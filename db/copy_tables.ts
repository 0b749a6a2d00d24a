/**
 * Every table of the schema, and whether a copy of the database takes it along.
 */

/** A value of a key. */
export type KeyValue = string | bigint;

/** A table that a copy takes along. */
export interface CopiedTable {
  readonly name: string;
  /** Its primary key, in order. */
  readonly key: readonly string[];
  /** Rows read at once, where they are much larger than a record. */
  readonly page_rows?: number;
  /** The key that the database counts up by itself. */
  readonly counted_key?: string;
}

const ROLLUP_KEY = ["organization_id", "start", "provider", "model", "project", "environment", "service_tier"];

/** What is copied, in an order in which every row finds what it refers to. */
export const COPIED_TABLES: readonly CopiedTable[] = [
  { name: "organizations", key: ["id"] },
  { name: "prune_marks", key: ["organization_id"] },
  { name: "import_positions", key: ["organization_id", "path"] },
  { name: "prices", key: ["id"] },
  { name: "catalogues", key: ["number"], page_rows: 4, counted_key: "number" },
  { name: "applied_prices", key: ["id"] },
  { name: "usage_identity", key: ["organization_id", "id"] },
  { name: "usage", key: ["organization_id", "timestamp", "id"] },
  { name: "usage_by_quarter_hour", key: ROLLUP_KEY },
  { name: "usage_by_day", key: ROLLUP_KEY },
  { name: "usage_by_day_and_user", key: [...ROLLUP_KEY, "user_id"] },
  { name: "budgets", key: ["organization_id", "id"] },
  { name: "alert_channels", key: ["organization_id", "id"] },
  { name: "alerts", key: ["organization_id", "id"] },
  { name: "alert_deliveries", key: ["organization_id", "alert_id", "channel_id"] },
  { name: "anomaly_acknowledgements", key: ["organization_id", "id"] },
  { name: "users", key: ["organization_id", "id"] },
  { name: "api_keys", key: ["organization_id", "id"] },
  { name: "sessions", key: ["organization_id", "id"] },
  { name: "refresh_tokens", key: ["sha256"] },
  { name: "revoked_tokens", key: ["organization_id", "id"] },
  // An answer may have an API key in it, sealed; without it a request that is sent again would be done again.
  { name: "idempotent_answers", key: ["scope"], page_rows: 100 },
  { name: "installation", key: ["key"] },
  { name: "audit_log", key: ["number"] },
];

/**
 * What stays behind: how far limits are used up, links that end within minutes, reports, which are made again where their
 * files are, and each database's own past.
 */
export const UNCOPIED_TABLES: readonly string[] = [
  "report_pieces",
  "report_jobs",
  "rate_limits",
  "login_failures",
  "setup_links",
  "schema_migrations",
];

/** What is emptied in the target when a copy begins: nothing of the place before may act on what comes. */
export const CLEARED_TABLES: readonly string[] = UNCOPIED_TABLES.filter((name) => name !== "schema_migrations");
