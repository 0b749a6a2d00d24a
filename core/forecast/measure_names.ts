/**
 * The names of what can be forecast of usage.
 */

/** The counts that a forecast of usage may be of. */
export const USAGE_MEASURES = [
  "total_tokens",
  "requests",
  "input_tokens",
  "cache_read_tokens",
  "cache_write_tokens",
  "output_tokens",
] as const;
/** One of {@link USAGE_MEASURES}. */
export type UsageMeasure = (typeof USAGE_MEASURES)[number];
