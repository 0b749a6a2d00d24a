import assert from "node:assert/strict";
import { describeCauses, describeContributors } from "../../../core/anomaly/cause_words.ts";
import type { CauseName } from "../../../core/anomaly/causes.ts";
import { usdFromNanos } from "../../../core/money.ts";

const cause = (name: CauseName, nanos: bigint, model: string | null = null) => ({
  name,
  model,
  amount: usdFromNanos(nanos),
});

Deno.test("describeCauses() tells the large ones, the others together, and no amount of what has no price", () => {
  const causes = [
    cause("volume", 9_000_000_000n),
    cause("mix", 3_000_000_000n),
    cause("cache", -900_000_000n),
    cause("price", -100_000_000n),
    cause("unpriced", 0n, "in-house/heron"),
  ];
  assert.equal(
    describeCauses({ causes, impact: usdFromNanos(11_000_000_000n) }),
    "volume +$9.00; mix of models +$3.00; other causes -$1.00; without a price in-house/heron",
  );
  assert.equal(
    describeCauses({ causes: [cause("new_model", 500_000_000n, "gpt-5")], impact: usdFromNanos(500_000_000n) }),
    "new model gpt-5 +$0.5000",
  );
});

Deno.test("describeCauses() says that a price is what tokens cost in effect, whether or not a rate has changed", () => {
  assert.equal(
    describeCauses({ causes: [cause("price", 2_000_000_000n)], impact: usdFromNanos(2_000_000_000n) }),
    "price per token (rates, tiers, batch, long context) +$2.00",
  );
});

Deno.test("describeContributors() adds up to the impact, and says nothing where nothing stands out", () => {
  const from = (values: readonly (readonly [string, string])[], actual: bigint, expected: bigint) => ({
    values: values as never,
    actual: usdFromNanos(actual),
    expected: usdFromNanos(expected),
  });
  const contributors = [
    from([["model", "gpt-5"], ["project", "chat"]], 5_000_000_000n, 1_000_000_000n),
    from([], 2_000_000_000n, 3_000_000_000n),
  ];
  assert.equal(describeContributors({ contributors }), "model=gpt-5 project=chat +$4.00; everything else -$1.00");
  assert.equal(describeContributors({ contributors: [contributors[1]!] }), null);
});
