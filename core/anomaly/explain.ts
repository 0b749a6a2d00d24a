/**
 * The cause of an anomaly, from what was used in it and in the same periods of the weeks before it.
 */

import { mergeRows } from "../analytics/fold.ts";
import type { CostRow } from "../analytics/measures.ts";
import type { Dimension, TimeBucket } from "../analytics/query.ts";
import { type Usd, usdFromNanos } from "../money.ts";
import { impactOf } from "./anomaly.ts";
import { type Cause, explainDifference, type ModelUsage, type RelativeRates } from "./causes.ts";
import { type Contributor, findContributors, type Leaf } from "./contributors.ts";
import type { FoundAnomaly } from "./judge.ts";
import type { AnomalyInterval, AnomalyPlan } from "./plan.ts";
import { splitUsd } from "./split_usd.ts";

/** Weeks before an anomaly that it is compared with. */
const WEEKS = 4;
/** Sets of groups that are named; the rest is one. */
const CONTRIBUTORS = 3;
const PERIODS_OF_WEEK: Readonly<Record<AnomalyInterval, number>> = { hour: 168, day: 7 };

/** The anomaly's own time, then the same one in each week before it that is read. */
export function comparedBuckets({ first, last }: FoundAnomaly, { buckets, interval }: AnomalyPlan): TimeBucket[] {
  const week = PERIODS_OF_WEEK[interval];
  // A long anomaly is compared with whole weeks before it began.
  const step = Math.ceil((last - first + 1) / week) * week;
  const backs = Array.from({ length: WEEKS + 1 }, (_, back) => back * step).filter((back) => back <= first);
  return backs.map((back) => ({ since: buckets[first - back]!.since, until: buckets[last - back]!.until, label: "" }));
}

/** Rows of {@link comparedBuckets} by dimensions of which the first two are provider and model. */
export interface ComparedRows {
  readonly rows: Iterable<CostRow>;
  readonly weeks: number;
  readonly dimensions: readonly Dimension[];
  /** By model, as {@link nameModel} has it. */
  readonly rates: ReadonlyMap<string, RelativeRates>;
}

/** Why an anomaly is one, and where it comes from; both add up to its impact. */
export function explainAnomaly(
  anomaly: FoundAnomaly,
  { rows, weeks, dimensions, rates }: ComparedRows,
): { readonly causes: readonly Cause[]; readonly contributors: readonly Contributor[] } {
  const merged = mergeRows(rows);
  const { actual, expected_estimate: expected } = anomaly;
  const after = sumModels(merged.filter(({ bucket }) => bucket === 0), 1);
  const before = sumModels(merged.filter(({ bucket }) => bucket > 0), Math.max(1, weeks));
  const causes = explainDifference({ expected, actual, before, after, rates });
  // The provider is implied by the model.
  const named = dimensions.slice(1);
  const leaves = toLeaves(merged, { expected, weeks: Math.max(1, weeks) });
  const contributors = findContributors(leaves, { dimensions: named, limit: CONTRIBUTORS });
  return { causes: causes.length === 0 ? wholeOf(anomaly) : causes, contributors };
}

/** The name of a model in causes: `openai/gpt-5`. */
export function nameModel(provider: string | null, model: string | null): string {
  return `${provider ?? ""}/${model ?? ""}`;
}

/** Where there was no usage at all, in it or before it, all of the difference is of volume. */
function wholeOf(anomaly: FoundAnomaly): Cause[] {
  return [{ name: "volume", model: null, amount: impactOf(anomaly) }];
}

function sumModels(rows: readonly CostRow[], weeks: number): ModelUsage[] {
  const sums = new Map<string, { usage: ModelUsage; records: number; unpriced: number }>();
  for (const { dimensions, measures } of rows) {
    const model = nameModel(dimensions[0]!, dimensions[1]!);
    const { usage = NO_USAGE, records = 0, unpriced = 0 } = sums.get(model) ?? {};
    const added = (sum: number, part: bigint) => sum + Number(part) / weeks;
    sums.set(model, {
      usage: {
        model,
        requests: added(usage.requests, measures.requests),
        input_tokens: added(usage.input_tokens, measures.input_tokens),
        cache_read_tokens: added(usage.cache_read_tokens, measures.cache_read_tokens),
        cache_write_tokens: added(usage.cache_write_tokens, measures.cache_write_tokens),
        output_tokens: added(usage.output_tokens, measures.output_tokens),
        cost_nanos: added(usage.cost_nanos, measures.cost),
        unpriced_share: 0,
      },
      records: records + Number(measures.records),
      unpriced: unpriced + Number(measures.unpriced_records),
    });
  }
  return [...sums.values()].map(({ usage, records, unpriced }) => ({ ...usage, unpriced_share: unpriced / records }));
}

const NO_USAGE: Omit<ModelUsage, "model"> = {
  requests: 0,
  input_tokens: 0,
  cache_read_tokens: 0,
  cache_write_tokens: 0,
  output_tokens: 0,
  cost_nanos: 0,
  unpriced_share: 0,
};

function toLeaves(
  rows: readonly CostRow[],
  { expected, weeks }: { readonly expected: Usd; readonly weeks: number },
): Leaf[] {
  const leaves = new Map<string, { values: readonly (string | null)[]; actual: bigint; before: number }>();
  for (const { bucket, dimensions, measures } of rows) {
    const values = dimensions.slice(1);
    const key = JSON.stringify(values);
    const { actual = 0n, before = 0 } = leaves.get(key) ?? {};
    leaves.set(key, {
      values,
      actual: bucket === 0 ? actual + measures.cost : actual,
      before: bucket === 0 ? before : before + Number(measures.cost) / weeks,
    });
  }
  const all = [...leaves.values()];
  if (all.every(({ before }) => before === 0)) {
    // Nothing to compare with: what was expected is of no group.
    const known = all.map(({ values, actual }): Leaf => ({
      values,
      actual: usdFromNanos(actual),
      expected: usdFromNanos(0n),
    }));
    return expected === 0n || known.length === 0
      ? known
      : [...known, { values: known[0]!.values.map(() => null), actual: usdFromNanos(0n), expected }];
  }
  const shares = splitUsd(expected, all.map(({ before }) => before));
  return all.map(({ values, actual }, at) => ({ values, actual: usdFromNanos(actual), expected: shares[at]! }));
}
