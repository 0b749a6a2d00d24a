import assert from "node:assert/strict";
import {
  averageOf,
  averageUsd,
  cacheHitRate,
  costPerMillionTokens,
  costPerRequest,
  ratioOf,
} from "../../../core/analytics/ratio.ts";
import { usdFromNanos } from "../../../core/money.ts";
import { rowOf, type RowTexts } from "../report/sample.ts";

const measuresOf = (texts: RowTexts) => rowOf([], texts).measures;

Deno.test("ratioOf() rounds half to even to millionths, and is null of no whole", () => {
  assert.equal(ratioOf(1n, 3n), 333_333n);
  assert.equal(ratioOf(2n, 3n), 666_667n);
  assert.equal(ratioOf(1n, 2_000_000n), 0n);
  assert.equal(ratioOf(3n, 2_000_000n), 2n);
  assert.equal(ratioOf(0n, 0n), null);
  assert.equal(ratioOf(null, 5n), null);
});

Deno.test("averageOf() and averageUsd() round half to even, and are null where there is nothing to count", () => {
  assert.equal(averageOf(10n, 4n), 2_500n);
  assert.equal(averageOf(1n, 0n), null);
  assert.equal(averageUsd(usdFromNanos(5n), 2n), 2n);
  assert.equal(averageUsd(usdFromNanos(7n), 2n), 4n);
  assert.equal(averageUsd(null, 2n), null);
});

Deno.test("costPerMillionTokens() leaves the tokens of unpriced records out", () => {
  // $3 for 1,500,000 priced tokens is $2 a million; the 500,000 unpriced ones cost nobody knows what.
  const tokens = { requests: 2n, input_tokens: 1_900_000n, output_tokens: 100_000n };
  const unpriced = { unpriced_records: 1n, unpriced_tokens: 500_000n };
  assert.equal(costPerMillionTokens(measuresOf({ ...tokens, ...unpriced, nanos: 3_000_000_000n })), 2_000_000_000n);
  assert.equal(costPerMillionTokens(measuresOf({ input_tokens: 5n, unpriced_records: 1n, unpriced_tokens: 5n })), null);
  assert.equal(costPerMillionTokens(measuresOf({ nanos: 5n })), null);
});

Deno.test("costPerRequest() counts priced requests, and is null where nobody knows how many those are", () => {
  assert.equal(costPerRequest(measuresOf({ requests: 3n, unpriced_records: 1n, nanos: 10n })), 5n);
  assert.equal(costPerRequest(measuresOf({ requests: 250n, records: 2n, nanos: 1_000n })), 4n);
  assert.equal(costPerRequest(measuresOf({ requests: 250n, records: 2n, unpriced_records: 1n, nanos: 1_000n })), null);
  assert.equal(costPerRequest(measuresOf({ unpriced_records: 1n })), null);
});

Deno.test("cacheHitRate() is cache reads over all input, cache included", () => {
  const input = { input_tokens: 100n, cache_read_tokens: 750n, cache_write_tokens: 150n, output_tokens: 9n };
  assert.equal(cacheHitRate(measuresOf(input)), 750_000n);
  assert.equal(cacheHitRate(measuresOf({ output_tokens: 9n })), null);
});
