import assert from "node:assert/strict";
import fc from "fast-check";
import { CostopsError } from "../../core/error.ts";
import { divideHalfEven, formatUsd, parseUsd, roundUsd, type Usd, usdFromNanos } from "../../core/money.ts";

Deno.test("parseUsd() reads decimals exactly", () => {
  assert.equal(parseUsd("0.075"), 75_000_000n);
  assert.equal(parseUsd("-1.5"), -1_500_000_000n);
  assert.equal(parseUsd(".5"), 500_000_000n);
  assert.equal(parseUsd("7."), 7_000_000_000n);
  assert.equal(parseUsd("1e-9"), 1n);
  assert.equal(parseUsd("2.5E3"), 2_500_000_000_000n);
  assert.equal(parseUsd("0.1000000000000"), 100_000_000n);
  assert.equal(parseUsd("123456789012345678901234567890"), 123456789012345678901234567890_000_000_000n);
});

Deno.test("parseUsd() refuses more than nine decimals and what is no decimal", () => {
  for (const text of ["0.0000000001", "1.2345678905", "1e-10", "", ".", "-", "1,5", "0x10", "NaN", "1e", "$1", "1 2"]) {
    assert.throws(() => parseUsd(text), CostopsError, text);
  }
});

Deno.test("roundUsd() rounds half to even to a nano-dollar", () => {
  assert.equal(roundUsd("0.0000000005"), 0n);
  assert.equal(roundUsd("0.0000000015"), 2n);
  assert.equal(roundUsd("0.0000000025"), 2n);
  assert.equal(roundUsd("0.00000000250000000001"), 3n);
  assert.equal(roundUsd("-0.0000000015"), -2n);
  assert.equal(roundUsd("0.003835980000000000000000000000"), 3_835_980n);
});

Deno.test("formatUsd() writes nine decimals", () => {
  assert.equal(formatUsd(75_000_000n as Usd), "0.075000000");
  assert.equal(formatUsd(0n as Usd), "0.000000000");
  assert.equal(formatUsd(-1n as Usd), "-0.000000001");
  assert.equal(formatUsd(12_345_678_901_234_567_890n as Usd), "12345678901.234567890");
});

Deno.test("formatUsd() and parseUsd() are inverse", () => {
  fc.assert(fc.property(fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n }), (nanos) => {
    assert.equal(parseUsd(formatUsd(usdFromNanos(nanos))), nanos);
  }));
});

Deno.test("divideHalfEven() rounds halves to the even neighbour, on both sides of zero", () => {
  const cases: [bigint, bigint, bigint][] = [
    [1n, 2n, 0n],
    [3n, 2n, 2n],
    [5n, 2n, 2n],
    [7n, 2n, 4n],
    [-1n, 2n, 0n],
    [-3n, 2n, -2n],
    [-5n, 2n, -2n],
    [5n, -2n, -2n],
    [7n, 3n, 2n],
    [8n, 3n, 3n],
    [-8n, 3n, -3n],
    [0n, 7n, 0n],
  ];
  for (const [dividend, divisor, quotient] of cases) {
    assert.equal(divideHalfEven(dividend, divisor), quotient, `${dividend} / ${divisor}`);
  }
  assert.throws(() => divideHalfEven(1n, 0n), RangeError);
});

Deno.test("divideHalfEven() is never further than half from the quotient", () => {
  const divisors = fc.bigInt({ min: 1n, max: 10n ** 12n });
  fc.assert(fc.property(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), divisors, (dividend, divisor) => {
    const distance = dividend - divideHalfEven(dividend, divisor) * divisor;
    assert.ok((distance < 0n ? -distance : distance) * 2n <= divisor);
  }));
});
