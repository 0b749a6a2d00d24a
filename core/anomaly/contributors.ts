/**
 * Where a difference comes from: the values of one or two dimensions whose leaves all changed alike.
 *
 * Ripple effect (Squeeze, ISSRE 2019; generalized potential score, PSqueeze, arXiv 2305.03331): if a set of leaves is the
 * cause, each of them is scaled by the same ratio, and the others stay as expected. All sets of up to two dimensions are
 * tried. What a leaf is off counts as in Pearson's chi-square, its square over what was expected: as absolute amounts the
 * ordinary noise of the largest leaves would hide what happened in smaller ones.
 */

import type { Dimension } from "../analytics/query.ts";
import { toApproximateDollars, type Usd, usdFromNanos } from "../money.ts";

/** One finest group: its values in the order of the dimensions (null where a record has none), and its costs. */
export interface Leaf {
  readonly values: readonly (string | null)[];
  readonly expected: Usd;
  readonly actual: Usd;
}

/** A set of leaves by their values, and its part of the difference. */
export interface Contributor {
  /** One or two dimensions with a value each; empty for all other leaves together. */
  readonly values: readonly (readonly [Dimension, string | null])[];
  readonly expected: Usd;
  readonly actual: Usd;
}

/** Each dimension that a set names must explain so much more of the change. */
const PENALTY = 0.02;
/** A set that explains less of the change than this is no explanation. */
const LEAST_SCORE = 0.1;
/** A leaf that little or nothing was expected of is weighed as if it were this share of the mean leaf. */
const LEAST_SHARE = 0.05;

/**
 * The sets that explain a difference, the best first, each of the leaves that are left by those before it, at most
 * `limit`; then all other leaves together, where there are any. The parts add up to the difference exactly.
 */
export function findContributors(
  leaves: readonly Leaf[],
  { dimensions, limit }: { readonly dimensions: readonly Dimension[]; readonly limit: number },
): Contributor[] {
  const found: Contributor[] = [];
  let left = leaves;
  while (found.length < limit && left.length > 0) {
    const best = findBest(left, dimensions);
    if (best === undefined) break;
    const isInside = ({ values }: Leaf) => best.every(({ at, value }) => values[at] === value);
    const inside = left.filter(isInside);
    found.push({ values: best.map(({ at, value }) => [dimensions[at]!, value] as const), ...sumLeaves(inside) });
    left = left.filter((leaf) => !isInside(leaf));
  }
  return left.length === 0 ? found : [...found, { values: [], ...sumLeaves(left) }];
}

type Condition = { readonly at: number; readonly value: string | null };

/** A leaf in dollars. */
interface LeafCosts {
  readonly expected: number;
  readonly actual: number;
  /** What the square of a deviation is divided by. */
  readonly size: number;
}

/** A set while it is summed, in dollars. */
interface Candidate {
  readonly conditions: readonly Condition[];
  readonly members: number[];
  expected: number;
  actual: number;
  /** What its leaves are off from what was expected of them. */
  change: number;
}

function findBest(leaves: readonly Leaf[], dimensions: readonly Dimension[]): readonly Condition[] | undefined {
  const costs = toCosts(leaves);
  const total = costs.reduce((sum, leaf) => sum + offBy(leaf, 1), 0);
  const difference = costs.reduce((sum, { expected, actual }) => sum + actual - expected, 0);
  if (total === 0) return undefined;
  let best: { readonly conditions: readonly Condition[]; readonly score: number } | undefined;
  for (const { conditions, members, expected, actual, change } of listCandidates(leaves, { costs, dimensions })) {
    // What goes against the difference is no cause of it.
    if ((actual - expected) * difference <= 0) continue;
    // Of leaves that nothing was expected of each explains itself.
    const inside = expected === 0 ? 0 : members.reduce((sum, at) => sum + offBy(costs[at]!, actual / expected), 0);
    const score = (change - inside) / total - PENALTY * conditions.length;
    if (score > (best?.score ?? LEAST_SCORE)) best = { conditions, score };
  }
  return best?.conditions;
}

function toCosts(leaves: readonly Leaf[]): LeafCosts[] {
  const expected = leaves.map((leaf) => toApproximateDollars(leaf.expected));
  const mean = expected.reduce((sum, cost) => sum + cost, 0) / expected.length;
  const least = LEAST_SHARE * mean || 1;
  return leaves.map((leaf, at) => ({
    expected: expected[at]!,
    actual: toApproximateDollars(leaf.actual),
    size: Math.max(expected[at]!, least),
  }));
}

/** How far a leaf is from what was expected of it times a ratio. */
function offBy({ expected, actual, size }: LeafCosts, ratio: number): number {
  return (actual - expected * ratio) ** 2 / size;
}

function listCandidates(
  leaves: readonly Leaf[],
  { costs, dimensions }: {
    readonly costs: readonly LeafCosts[];
    readonly dimensions: readonly Dimension[];
  },
): Iterable<Candidate> {
  const candidates = new Map<string, Candidate>();
  const add = (conditions: readonly Condition[], at: number) => {
    const key = JSON.stringify(conditions.map(({ at, value }) => [at, value]));
    let candidate = candidates.get(key);
    if (candidate === undefined) {
      candidates.set(key, candidate = { conditions, members: [], expected: 0, actual: 0, change: 0 });
    }
    candidate.members.push(at);
    candidate.expected += costs[at]!.expected;
    candidate.actual += costs[at]!.actual;
    candidate.change += offBy(costs[at]!, 1);
  };
  for (const [at, { values }] of leaves.entries()) {
    for (let first = 0; first < dimensions.length; first++) {
      const one = { at: first, value: values[first]! };
      add([one], at);
      for (let second = first + 1; second < dimensions.length; second++) {
        add([one, { at: second, value: values[second]! }], at);
      }
    }
  }
  return candidates.values();
}

function sumLeaves(leaves: readonly Leaf[]): { readonly expected: Usd; readonly actual: Usd } {
  let [expected, actual] = [0n, 0n];
  for (const leaf of leaves) {
    expected += leaf.expected;
    actual += leaf.actual;
  }
  return { expected: usdFromNanos(expected), actual: usdFromNanos(actual) };
}
