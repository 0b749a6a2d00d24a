/**
 * Which candidates are combined, and how much each counts: those that forecast earlier stretches of the series best.
 */

/** A candidate's place among all, and its share of the forecast. */
export interface Share {
  readonly at: number;
  readonly weight: number;
}

/** More members change little and cost as much each. */
const MOST_MEMBERS = 6;
/** Members are not much worse than the best. */
const NEAR_BEST = 1.3;

/** Shares of the candidates with these losses, the largest first; they add up to 1. */
export function chooseShares(losses: readonly number[]): Share[] {
  const ranked = losses.map((loss, at) => ({ at, loss })).sort((a, b) => a.loss - b.loss || a.at - b.at);
  const best = ranked[0]!.loss;
  const members = ranked.slice(0, MOST_MEMBERS).filter(({ loss }) => loss <= best * NEAR_BEST);
  // A loss of 0 would be an infinite weight.
  const weights = members.map(({ loss }) => 1 / Math.max(loss, Number.EPSILON) ** 2);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return members.map(({ at }, place) => ({ at, weight: weights[place]! / total }));
}
