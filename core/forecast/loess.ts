/**
 * Local regression: each point from a weighted constant or line through its nearest neighbours (Cleveland 1979), as the
 * Fortran of STL does it.
 */

/** How much is smoothed. */
export interface LoessOptions {
  /** Neighbours of each point; more than there are widens the weights further. */
  readonly span: number;
  /** 0 fits a constant around each point, 1 a line. */
  readonly degree: 0 | 1;
  /** Every how many points the regression is made; between them a straight line goes. */
  readonly jump: number;
  /** Weights of the values, against outliers; 1 each unless given. */
  readonly weights?: Float64Array;
}

/** Smooths values at their own places. */
export function smoothLocally(values: Float64Array, options: LoessOptions): Float64Array {
  return smoothBetween(values, { ...options, first: 0, last: values.length - 1 });
}

/** Smooths values, and goes on by one step at both ends: the result is longer by 2. */
export function smoothBeyondEnds(values: Float64Array, options: LoessOptions): Float64Array {
  return smoothBetween(values, { ...options, first: -1, last: values.length });
}

interface SmoothedRange extends LoessOptions {
  readonly first: number;
  readonly last: number;
}

function smoothBetween(values: Float64Array, range: SmoothedRange): Float64Array {
  const { first, last, jump } = range;
  const smoothed = new Float64Array(last - first + 1);
  let from = first;
  let fromValue = regress(values, from, range);
  smoothed[0] = fromValue;
  while (from < last) {
    const to = Math.min(from + jump, last);
    const toValue = regress(values, to, range);
    for (let at = from + 1; at <= to; at++) {
      const share = (at - from) / (to - from);
      smoothed[at - first] = fromValue * (1 - share) + toValue * share;
    }
    from = to;
    fromValue = toValue;
  }
  return smoothed;
}

/** The regression's value at one place. */
function regress(values: Float64Array, place: number, { span, degree, weights }: LoessOptions): number {
  const count = values.length;
  const size = Math.min(span, count);
  const start = Math.max(0, Math.min(count - size, Math.floor(place - (size - 1) / 2)));
  let reach = Math.max(place - start, start + size - 1 - place);
  if (span > count) reach += (span - count) / 2;
  reach = Math.max(reach, Number.EPSILON);
  const near = 0.001 * reach;
  const far = 0.999 * reach;
  let total = 0;
  let sumX = 0;
  let sumY = 0;
  let sumXX = 0;
  let sumXY = 0;
  for (let at = start; at < start + size; at++) {
    const x = at - place;
    const distance = x < 0 ? -x : x;
    if (distance > far) continue;
    let weight = 1;
    if (distance > near) {
      const share = distance / reach;
      const rest = 1 - share * share * share;
      weight = rest * rest * rest;
    }
    if (weights !== undefined) weight *= weights[at]!;
    const y = values[at]!;
    total += weight;
    sumY += weight * y;
    if (degree === 0) continue;
    sumX += weight * x;
    sumXX += weight * x * x;
    sumXY += weight * x * y;
  }
  if (total <= 0) return values[Math.max(0, Math.min(count - 1, place))]!;
  if (degree === 0) return sumY / total;
  const spread = total * sumXX - sumX * sumX;
  return spread > 1e-10 * total * sumXX ? (sumXX * sumY - sumX * sumXY) / spread : sumY / total;
}
