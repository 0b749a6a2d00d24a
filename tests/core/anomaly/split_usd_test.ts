import { strict as assert } from "node:assert";
import fc from "fast-check";
import { settleUsd, splitUsd } from "../../../core/anomaly/split_usd.ts";
import { usdFromNanos } from "../../../core/money.ts";

Deno.test("splitUsd() gives the nano-dollars that are left to the largest remainders", () => {
  assert.deepEqual(splitUsd(usdFromNanos(10n), [1, 1, 1]), [4n, 3n, 3n]);
  assert.deepEqual(splitUsd(usdFromNanos(10n), [0.26, 0.26, 0.48]), [3n, 2n, 5n]);
  assert.deepEqual(splitUsd(usdFromNanos(-10n), [1, 1, 1]), [-3n, -3n, -4n]);
  assert.deepEqual(splitUsd(usdFromNanos(5n), [0, 0]), [3n, 2n]);
});

Deno.test("settleUsd() rounds estimates so that they add up, and the largest takes what all of them miss", () => {
  assert.deepEqual(settleUsd(usdFromNanos(10n), [3.4, 3.4, 3.2]), [4n, 3n, 3n]);
  assert.deepEqual(settleUsd(usdFromNanos(300n), [150.2, 149.9]), [150n, 150n]);
  assert.deepEqual(settleUsd(usdFromNanos(1000n), [-2, 900]), [-2n, 1002n]);
});

Deno.test("the parts of a split add up to the amount exactly", () => {
  const weights = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 30 });
  fc.assert(fc.property(fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n }), weights, (amount, weights) => {
    const sum = (parts: readonly bigint[]) => parts.reduce((sum, part) => sum + part, 0n);
    assert.equal(sum(settleUsd(usdFromNanos(amount), weights)), amount);
    const shares = weights.map(Math.abs);
    assert.equal(sum(splitUsd(usdFromNanos(amount), shares)), amount);
  }));
});
