import { parseCostQuery } from "../../../core/analytics/parse_query.ts";
import type { CostRow, Measures } from "../../../core/analytics/measures.ts";
import type { CostQueryTexts } from "../../../core/analytics/parse_query.ts";
import { usdFromNanos } from "../../../core/money.ts";

export const NOW = Date.parse("2026-01-07T12:00:00Z");
export const PRICE_BOOK = "genai-prices 0.1.8";

/** A query over 2026-01-05 and 2026-01-06. */
export function queryOf(texts: Partial<CostQueryTexts>) {
  return parseCostQuery({ organization_id: "acme", since: "2026-01-05", until: "2026-01-06", ...texts }, NOW);
}

export interface RowTexts extends Partial<Omit<Measures, "cost">> {
  readonly bucket?: number;
  readonly nanos?: bigint;
  readonly units?: CostRow["units"];
}

/** One row of one request, priced unless said otherwise. */
export function rowOf(dimensions: readonly (string | null)[], texts: RowTexts = {}): CostRow {
  const { bucket = 0, nanos = 0n, units = {}, ...measures } = texts;
  return {
    bucket,
    dimensions,
    measures: {
      requests: 1n,
      records: texts.requests ?? 1n,
      input_tokens: 0n,
      cache_read_tokens: 0n,
      cache_write_tokens: 0n,
      output_tokens: 0n,
      cost: usdFromNanos(nanos),
      unpriced_records: 0n,
      unpriced_tokens: 0n,
      ...measures,
    },
    units,
  };
}
