/**
 * Every bound of the program in one place, each with its reason.
 */

export const LIMITS = {
  /** Identifiers fit an index entry and a line of a log. */
  id_characters: 128,
  /** Models, projects, users and other names; UTF-16 code units. */
  text_characters: 1024,
  /** More tags than this are a mistake: each is a way to group. */
  tags: 32,
  tag_key_characters: 128,
  tag_value_characters: 256,
  /** What a source said beyond the buckets, as JSON text. */
  extra_bytes: 8 * 1024,
  /** One counter of one record. A day of a large company's aggregated usage fits; sums of them stay far from 2^63. */
  units: 100_000_000_000,
  /** One latency, 30 days in milliseconds. */
  latency_ms: 30 * 24 * 3_600_000,
  /** One cost of one record (or reported cost), so that sums stay far from 2^63 nano-dollars: ten million dollars. */
  record_nanos: 10_000_000n * 1_000_000_000n,
  /** A call cannot be later than this after now; clocks drift, zones get mixed up. */
  future_ms: 24 * 3_600_000,
  /** There was no such usage before 2015-01-01T00:00:00Z. */
  earliest_ms: Date.UTC(2015, 0, 1),
  /** One line of NDJSON or CSV, or one JSON value: a response body with pictures in it fits. */
  line_bytes: 16 * 1024 * 1024,
  /** Nesting of JSON that is kept; deeper is an attack or a mistake. */
  json_depth: 32,
  /** Nesting of JSON that is read at all, so that no function that walks a value runs out of stack. */
  json_read_depth: 500,
  /** Problems reported of one input. */
  issues: 20,
  /** Dimensions of one query besides time. */
  group_by: 4,
  /** Alternatives of one filter; each is a parameter of the statement. */
  filter_values: 100,
  /** Rows of one answer; more wants a filter or an export. */
  query_rows: 100_000,
  /** Rows of a workbook that is made whole, with its totals: some 6 KiB each in memory. A longer one is written as it comes. */
  workbook_rows: 20_000,
  /** Time buckets of one answer: a year of hours. */
  query_buckets: 10_000,
  /** Periods of a moving average: a year of days. */
  trend_window: 366,
  /** Groups that rose, and as many that fell; more is a report by group. */
  movers: 50,
  /** Reports of one organization that wait or run; more only wait for each other. */
  reports_waiting: 20,
  /** Reports of one organization that are there, failed and expired ones too; a script that never deletes has a week's. */
  reports: 1_000,
  /** All files of one organization, and one of them: a million records take 0.3 GiB as JSON and 1.2 GiB as FOCUS. */
  reports_bytes: 8 * 1024 ** 3,
  report_bytes: 2 * 1024 ** 3,
  /** A file that is kept in the database, at a time: a transaction that others hardly wait for. */
  report_piece_bytes: 512 * 1024,
  /** How often a report is begun when its process ends or its database is away, before it has failed. */
  report_attempts: 3,
  /** The longest that making one may take; a million rows take half a minute. */
  report_ms: 30 * 60_000,
  /** A report that nobody says is still being made is made by somebody else after this long. */
  report_lease_ms: 15_000,
  /** How long a failed or expired report is remembered. */
  report_remembered_ms: 30 * 24 * 3_600_000,
  /** Records in one page. */
  page: 100,
  page_default: 20,
  /** Records of one append transaction from a file: big enough that fsync is not felt, small enough that others wait little. */
  append_records: 4_000,
  /** The same on Postgres, where each transaction takes a dozen round trips and only its own organization waits for it. */
  append_records_postgres: 8_000,
  /** Lines of one roll-up on Postgres that are known to be there, twice as many at most; some 100 bytes each. */
  recent_lines: 16_384,
  /** Records of one batch over the API. */
  batch_records: 1_000,
  /** Appends waiting for a group commit. */
  queue_requests: 2_048,
  /** Records waiting for a group commit; some 1 KiB each. */
  queue_records: 32 * 1024,
  group_records: 500,
  /** Prices looked up and kept ready; beyond it the oldest are forgotten. Model names come from outside. */
  price_lookups: 10_000,
  /** One request with one record or one resource in it; a provider's response body with its text fits. */
  request_bytes: 256 * 1024,
  /** One batch over the API, unless the configuration says otherwise; 1,000 records of 10 KiB. */
  batch_bytes: 10 * 1024 * 1024,
  /** A login has an email and a password in it. */
  login_bytes: 4 * 1024,
  /** A request's address; proxies and logs cut longer ones. */
  url_characters: 8 * 1024,
  /** Values in one JSON body that a schema checks: each may be at fault, and a fault is larger than the value. */
  json_values: 4_096,
  /** A body that gunzips to more than this many times its size, beyond the first 64 KiB, is an attack. */
  gunzip_ratio: 100,
  gunzip_free_bytes: 64 * 1024,
  /** Compressed bytes that are gunzipped at a time: each may become a thousand times as many. */
  gunzip_slice_bytes: 4 * 1024,
  /** Whole bodies that are gunzipped at once, and those that wait for their turn. */
  gunzips: 2,
  gunzips_waiting: 64,
  /** Requests in flight: beyond it each only makes the others wait. One organization leaves room for others. */
  in_flight: 1_024,
  in_flight_organization: 200,
  /** From the first to the last byte of a body; of a stream, between two pieces of it. */
  body_ms: 30_000,
  /** From the last byte of a request to its answer. */
  handler_ms: 30_000,
  /** Outcomes of a stream that wait for a client who does not read them; then the stream is not read on. */
  stream_outcomes: 10_000,
  /** An Idempotency-Key as the client writes it, and how long its answer is kept. */
  idempotency_key_characters: 255,
  idempotency_ms: 48 * 3_600_000,
  /** One answer that is kept under an Idempotency-Key. */
  idempotency_reply_bytes: 256 * 1024,
  /** A price catalogue from a file or URL; genai-prices' own is below 2 MiB. */
  catalogue_bytes: 32 * 1024 * 1024,
  /** A regular expression in a price catalogue that was fetched; longer ones are not ours to run. */
  matcher_pattern_characters: 500,
  /** The longest address that mail takes (RFC 5321). */
  email_characters: 254,
  /** Shorter is guessed, longer is work for nothing. */
  password_characters_least: 12,
  password_characters: 256,
  /** Argon2id takes 46 MiB and a core each; what waits longer than this queue is told to come again. */
  hashes_at_once: 2,
  hashes_waiting: 16,
  /** Users of one organization, disabled ones included. */
  users: 10_000,
  /** API keys of one organization that are neither revoked nor expired. */
  api_keys: 1_000,
  /** Budgets of one organization: each is added up from records whenever all of them are looked at. */
  budgets: 500,
  /** A budget's amount: a billion dollars, so that percents of it stay far from 2^63 nano-dollars. */
  budget_nanos: 1_000_000_000n * 1_000_000_000n,
  budget_thresholds: 10,
  /** Channels of one organization's alerts: each alert is a message to every one. */
  alert_channels: 20,
  /** Models of one day that an alert says have no price, those with most tokens: names of models come from outside. */
  price_alerts_of_day: 100,
  /** Messages on their way at once, each of another organization: a receiver that is slow holds up its own alone. */
  webhooks_at_once: 16,
  /** From the first look for an address to the last byte of a receiver's answer. */
  webhook_ms: 15_000,
  /** What is read of a receiver's answer, which nobody looks at. */
  webhook_answer_bytes: 64 * 1024,
  /** A custom period: ten years. */
  budget_period_ms: 3_653 * 24 * 3_600_000,
  /** Sessions of one user; the oldest ends when one more begins. */
  sessions: 100,
  /** Credentials whose state is kept ready, access tokens whose signature was found good, and API keys; some 500 bytes each. */
  credentials: 10_000,
  /** An access token of ours has some 500 characters. */
  token_characters: 2_048,
  /** Organizations and addresses whose rate is counted in memory, some 200 bytes each; then the quietest are forgotten. */
  rate_limit_keys: 20_000,
  /** One text in a line of the log: a stack with its causes fits. */
  log_text_characters: 8 * 1024,
  /** Lines of one level in a second of the log, errors apart; a person reads no more, and a busy server writes 10,000. */
  log_lines_a_second: 200,
  /** Of the lines beyond them every so many-th is written, and how many are not is said. */
  log_sampled: 100,
  /** Lines of the log that nobody has taken yet; beyond it they are counted and lost, so that requests never wait. */
  log_waiting_characters: 8 * 1024 * 1024,
  /** Connections where clients are not on this machine; each takes some 50 KiB. */
  connections: 10_000,
  /** Where clients are not on this machine: from a connection's beginning, or its last answer's end, to a request's last header. */
  headers_ms: 10_000,
  keep_alive_ms: 60_000,
  /** Where clients are not on this machine: longer without a byte in either direction than any answer takes. */
  idle_connection_ms: 60_000,
  /** A smaller answer fits one packet, compressed or not. */
  compress_bytes: 1_024,
  /** Values of one series: ten years of hours. */
  forecast_values: 100_000,
  /** One value of a series; sums of squares of as many stay far from the largest number there is. */
  forecast_value: 1e30,
  /** Values of one dimension that are watched for anomalies, the costliest: smaller ones show in the total or nowhere. */
  anomaly_groups: 20,
  /** Anomalies of one organization that were called normal: each is looked at whenever anomalies are. */
  anomaly_acknowledgements: 1_000,
  /** Anomalies of one answer, those of the largest impact: each takes a reading of what was used in it. */
  anomalies: 50,
  /** Points of one series that is watched: twenty years of hours. */
  anomaly_values: 200_000,
  /** One of its values of either sign; squares of them stay far from what a double holds. */
  anomaly_value: 1e30,
  /** Periods of a forecast over stored usage: a month of hours and a year of days; each group has a row for each. */
  forecast_periods: 750,
  /** Groups of a forecast, each forecast by itself; the smaller ones are one group together. */
  forecast_groups: 50,
  /** Forecasts that wait for a thread of the server; those of one organization leave room for others. */
  forecasts_waiting: 16,
  forecasts_waiting_organization: 4,
  /** Steps of one forecast: a year of hours; nothing is known about later ones. */
  forecast_horizon: 8_784,
  /** Latest values of a series that a forecast rests on: eleven years of days, over five months of hours. */
  forecast_history: 4_000,
  /** As many for the fast method: over two years of days, six weeks of hours. */
  forecast_history_fast: 1_000,
  /** Steps in which a pattern repeats: a year of hours. */
  forecast_period: 8_784,
} as const;
