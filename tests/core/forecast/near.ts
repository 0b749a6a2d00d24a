/** Comparison of floating-point figures with literal ones. */

import { strict as assert } from "node:assert";

/** Fails unless each figure is within a tolerance of the expected one. */
export function assertNear(actual: ArrayLike<number>, expected: readonly number[], tolerance = 1e-6): void {
  const shown = `${Array.from(actual).join(", ")} instead of ${expected.join(", ")}`;
  assert.equal(actual.length, expected.length, shown);
  expected.forEach((value, at) => assert.ok(Math.abs(actual[at]! - value) <= tolerance, shown));
}
