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
  /** Time buckets of one answer: a year of hours. */
  query_buckets: 10_000,
  /** Records in one page. */
  page: 100,
  page_default: 20,
  /** Records of one append transaction from a file: big enough that fsync is not felt, small enough that others wait little. */
  append_records: 4_000,
  /** Records of one batch over the API. */
  batch_records: 1_000,
  /** Appends waiting for a group commit. */
  queue_requests: 2_048,
  /** Records waiting for a group commit; some 1 KiB each. */
  queue_records: 32 * 1024,
  group_records: 500,
  /** Prices looked up and kept ready; beyond it the oldest are forgotten. Model names come from outside. */
  price_lookups: 10_000,
  /** A price catalogue from a file or URL; genai-prices' own is below 2 MiB. */
  catalogue_bytes: 32 * 1024 * 1024,
  /** A regular expression in a price catalogue that was fetched; longer ones are not ours to run. */
  matcher_pattern_characters: 500,
} as const;
