import { strict as assert } from "node:assert";
import { findContributors, type Leaf } from "../../../core/anomaly/contributors.ts";
import type { Dimension } from "../../../core/analytics/query.ts";
import { usdFromNanos } from "../../../core/money.ts";

const DIMENSIONS: readonly Dimension[] = ["model", "project"];
const leaf = (model: string, project: string | null, [expected, actual]: [bigint, bigint]): Leaf => ({
  values: [model, project],
  expected: usdFromNanos(expected * 10n ** 9n),
  actual: usdFromNanos(actual * 10n ** 9n),
});
const found = (leaves: readonly Leaf[], limit = 2) =>
  findContributors(leaves, { dimensions: DIMENSIONS, limit })
    .map(({ values, expected, actual }) => [
      values.map(([name, value]) => `${name}=${value}`).join(" "),
      Number(expected / 10n ** 9n),
      Number(actual / 10n ** 9n),
    ]);

Deno.test("findContributors() names the value whose leaves all changed alike, and the rest together", () => {
  const leaves = [
    leaf("a", "x", [10n, 20n]),
    leaf("a", "y", [20n, 40n]),
    leaf("b", "x", [30n, 31n]),
    leaf("b", "y", [40n, 39n]),
  ];
  assert.deepEqual(found(leaves, 1), [["model=a", 30, 60], ["", 70, 70]]);
});

Deno.test("findContributors() names two dimensions where only their crossing changed", () => {
  const leaves = [
    leaf("a", "x", [10n, 40n]),
    leaf("a", "y", [20n, 20n]),
    leaf("b", "x", [30n, 30n]),
    leaf("b", null, [40n, 40n]),
  ];
  assert.deepEqual(found(leaves, 1), [["model=a project=x", 10, 40], ["", 90, 90]]);
});

Deno.test("findContributors() goes on with what is left, and leaves out what goes the other way", () => {
  const leaves = [
    leaf("a", "x", [100n, 200n]),
    leaf("b", "x", [100n, 130n]),
    leaf("c", "y", [100n, 80n]),
  ];
  assert.deepEqual(found(leaves), [["model=a", 100, 200], ["model=b", 100, 130], ["", 100, 80]]);
});

Deno.test("findContributors() finds what nothing was expected of, and nothing where nothing changed", () => {
  assert.deepEqual(found([leaf("a", "x", [10n, 10n]), leaf("n", "x", [0n, 50n])]), [["model=n", 0, 50], ["", 10, 10]]);
  assert.deepEqual(found([leaf("a", "x", [10n, 10n])]), [["", 10, 10]]);
  assert.deepEqual(found([]), []);
});
