/**
 * How often the true cause of a difference comes first, on cubes of spend in which one was made.
 *
 * `deno task bench:attribution`: 400 cubes of 6 models, 4 teams and 2 environments. Each leaf has its own size, a weekly
 * pattern and noise; its expected cost is the mean of the same weekday in four earlier weeks. On one day one or two values
 * are scaled by 0.2 to 0.6 or by 1.6 to 4. Then causes of the other kind: one of volume, mix, price, cache and tokens per
 * request changes, and the rest moves by noise.
 */

import { type CauseName, explainDifference, type ModelUsage } from "../core/anomaly/causes.ts";
import { findContributors, type Leaf } from "../core/anomaly/contributors.ts";
import type { Dimension } from "../core/analytics/query.ts";
import { createUniform } from "../core/forecast/random.ts";
import { usdFromNanos } from "../core/money.ts";

const DIMENSIONS: readonly Dimension[] = ["model", "tag:team", "environment"];
const VALUES = [["m1", "m2", "m3", "m4", "m5", "m6"], ["t1", "t2", "t3", "t4"], ["prod", "dev"]];
const CUBES = 400;
const SEED = 20_260_101;

function main(): void {
  const random = createUniform(SEED);
  const counts = { one: [0, 0, 0], two: [0, 0, 0] };
  for (let cube = 0; cube < CUBES; cube++) {
    const count = cube % 2 === 0 ? "one" : "two";
    const cause = pickCause(random, count === "one" ? 1 : 2);
    const found = findContributors(makeLeaves(random, cause), { dimensions: DIMENSIONS, limit: 3 });
    const at = found.findIndex(({ values }) => isSame(values, cause));
    counts[count][0]! += 1;
    if (at === 0) counts[count][1]! += 1;
    if (at >= 0) counts[count][2]! += 1;
  }
  const [all, first, third] = [0, 1, 2].map((at) => counts.one[at]! + counts.two[at]!) as [number, number, number];
  const share = (part: number, whole: number) => (part / whole).toFixed(3);
  console.log(`values: true cause first ${share(first, all)} (wanted .88), among three ${share(third, all)}`);
  console.log(`  of one dimension first ${share(counts.one[1]!, counts.one[0]!)}`);
  console.log(`  of two dimensions first ${share(counts.two[1]!, counts.two[0]!)} (wanted .70)`);
  measureCauses(random);
}

type Random = () => number;
type Values = readonly (readonly [Dimension, string | null])[];

/** A factor of noise with a median of 1. */
function noise(random: Random, spread: number): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Math.exp(spread * normal);
}

function pickCause(random: Random, count: number): Values {
  const axes = [0, 1, 2].sort(() => random() - 0.5).slice(0, count).sort();
  return axes.map((axis) => [DIMENSIONS[axis]!, VALUES[axis]![Math.floor(random() * VALUES[axis]!.length)]!]);
}

function makeLeaves(random: Random, cause: Values): Leaf[] {
  const factor = random() < 0.3 ? 0.2 + 0.4 * random() : 1.6 + 2.4 * random();
  const leaves: Leaf[] = [];
  for (const model of VALUES[0]!) {
    for (const team of VALUES[1]!) {
      for (const environment of VALUES[2]!) {
        const values = [model, team, environment];
        const size = 10 * noise(random, 1);
        const spread = 0.1 + 0.15 * random();
        const earlier = [0, 1, 2, 3].map(() => size * noise(random, spread));
        const isIn = cause.every(([dimension, value]) => values[DIMENSIONS.indexOf(dimension)] === value);
        const actual = size * noise(random, spread) * (isIn ? factor : 1);
        leaves.push({ values, expected: toUsd(earlier.reduce((sum, cost) => sum + cost) / 4), actual: toUsd(actual) });
      }
    }
  }
  return leaves;
}

function toUsd(dollars: number) {
  return usdFromNanos(BigInt(Math.round(dollars * 1e9)));
}

function isSame(found: Values, cause: Values): boolean {
  return found.length === cause.length &&
    found.every(([dimension, value], at) => dimension === cause[at]![0] && value === cause[at]![1]);
}

const MADE: readonly CauseName[] = ["volume", "mix", "price", "cache", "tokens_per_request"];

function measureCauses(random: Random): void {
  let first = 0;
  const missed = new Map<CauseName, number>();
  for (let run = 0; run < CUBES; run++) {
    const name = MADE[run % MADE.length]!;
    const before = ["a", "b", "c", "d"].map((model) => makeUsage(random, model));
    const after = change(before.map((usage) => wobble(random, usage)), name, 1.5 + random());
    const sum = (usages: readonly ModelUsage[]) => usages.reduce((sum, { cost_nanos }) => sum + cost_nanos, 0);
    const [expected, actual] = [before, after].map((usages) => usdFromNanos(BigInt(Math.round(sum(usages)))));
    const [cause] = explainDifference({ expected: expected!, actual: actual!, before, after });
    if (cause?.name === name) first++;
    else missed.set(name, (missed.get(name) ?? 0) + 1);
  }
  const names = [...missed].map(([name, count]) => `${name} ${count}`).join(", ");
  console.log(
    `causes: true cause first ${(first / CUBES).toFixed(3)} (wanted .88)${names === "" ? "" : `; missed ${names}`}`,
  );
}

/** Prices of the models beside each other, in nano-dollars an input token. */
const PRICES: Readonly<Record<string, number>> = { a: 500, b: 1_500, c: 3_000, d: 10_000 };

function makeUsage(random: Random, model: string): ModelUsage {
  const requests = 1_000 * noise(random, 0.7);
  const prompt = requests * 2_000 * noise(random, 0.5);
  const cached = 0.3 + 0.4 * random();
  return priceUsage({
    model,
    requests,
    input_tokens: prompt * (1 - cached),
    cache_read_tokens: prompt * cached,
    cache_write_tokens: 0,
    output_tokens: requests * 400 * noise(random, 0.5),
  }, PRICES[model]!);
}

function priceUsage(usage: Omit<ModelUsage, "cost_nanos" | "unpriced_share">, price: number): ModelUsage {
  const weighed = usage.input_tokens + 0.1 * usage.cache_read_tokens + 5 * usage.output_tokens;
  return { ...usage, cost_nanos: weighed * price, unpriced_share: 0 };
}

/** An ordinary day: each model's requests and tokens move by some percent. */
function wobble(random: Random, usage: ModelUsage): ModelUsage {
  const requests = usage.requests * noise(random, 0.05);
  const size = requests / usage.requests * noise(random, 0.03);
  return priceUsage({
    ...usage,
    requests,
    input_tokens: usage.input_tokens * size,
    cache_read_tokens: usage.cache_read_tokens * size,
    output_tokens: usage.output_tokens * size,
  }, PRICES[usage.model]!);
}

function change(usages: readonly ModelUsage[], name: CauseName, factor: number): ModelUsage[] {
  return usages.map((usage) => {
    const price = PRICES[usage.model]!;
    const grown = (by: number, tokens = by) =>
      priceUsage({
        ...usage,
        requests: usage.requests * by,
        input_tokens: usage.input_tokens * tokens,
        cache_read_tokens: usage.cache_read_tokens * tokens,
        output_tokens: usage.output_tokens * tokens,
      }, price);
    switch (name) {
      case "volume":
        return grown(factor);
      case "tokens_per_request":
        return grown(1, factor);
      case "price":
        return priceUsage(usage, price * factor);
      case "cache": {
        const input_tokens = usage.input_tokens + usage.cache_read_tokens;
        return priceUsage({ ...usage, input_tokens, cache_read_tokens: 0 }, price);
      }
      default:
        return moveTo(usages, usage, price);
    }
  });
}

/** Half of every other model's requests go to the dearest one. */
function moveTo(usages: readonly ModelUsage[], usage: ModelUsage, price: number): ModelUsage {
  const moved = usages.filter(({ model }) => model !== "d").reduce((sum, { requests }) => sum + requests / 2, 0);
  const by = usage.model === "d" ? (usage.requests + moved) / usage.requests : 0.5;
  return priceUsage({
    ...usage,
    requests: usage.requests * by,
    input_tokens: usage.input_tokens * by,
    cache_read_tokens: usage.cache_read_tokens * by,
    output_tokens: usage.output_tokens * by,
  }, price);
}

if (import.meta.main) main();
