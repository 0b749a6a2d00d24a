/**
 * The lowest point of a function of a few numbers, each within bounds, without its derivatives (Nelder & Mead 1965).
 */

/** Where to look, and for how long. */
export interface MinimizeOptions {
  readonly start: readonly number[];
  readonly lower: readonly number[];
  readonly upper: readonly number[];
  /** Size of the first steps, as a share of where they start, or as it is where that is 0. */
  readonly step: number;
  readonly iterations: number;
  /** Ends when the corners differ by no more than this share of the lowest. */
  readonly tolerance: number;
}

/** The lowest point that was found. */
export interface Minimum {
  readonly point: readonly number[];
  readonly loss: number;
}

/** Looks for the lowest point; points beyond the bounds are moved onto them. The same input gives the same answer. */
export function minimize(lossAt: (point: readonly number[]) => number, options: MinimizeOptions): Minimum {
  const { iterations, tolerance } = options;
  const look = (point: readonly number[]): Minimum => {
    const inside = clamp(point, options);
    return { point: inside, loss: lossAt(inside) };
  };
  const corners = firstCorners(options).map(look);
  for (let iteration = 0; iteration < iterations; iteration++) {
    corners.sort((a, b) => a.loss - b.loss);
    const [best, worst] = [corners[0]!, corners.at(-1)!];
    if (Math.abs(worst.loss - best.loss) <= tolerance * (Math.abs(best.loss) + tolerance)) break;
    const better = findBetter(corners, look);
    if (better !== undefined) corners[corners.length - 1] = better;
    else for (let at = 1; at < corners.length; at++) corners[at] = look(between(best.point, corners[at]!.point, 0.5));
  }
  return corners.reduce((best, corner) => (corner.loss < best.loss ? corner : best));
}

function clamp(point: readonly number[], { lower, upper }: MinimizeOptions): number[] {
  return point.map((value, at) => Math.min(upper[at]!, Math.max(lower[at]!, value)));
}

function firstCorners(options: MinimizeOptions): number[][] {
  const start = clamp(options.start, options);
  return [
    start,
    ...start.map((value, at) => {
      const step = options.step * (value === 0 ? 1 : Math.abs(value));
      return start.with(at, value + step > options.upper[at]! ? value - step : value + step);
    }),
  ];
}

/** A point to take the worst corner's place: beyond the middle of the others, or nearer to it; undefined when none is. */
function findBetter(corners: readonly Minimum[], look: (point: readonly number[]) => Minimum): Minimum | undefined {
  const [best, worst, next] = [corners[0]!, corners.at(-1)!, corners.at(-2)!];
  const others = corners.length - 1;
  const middle = worst.point.map((_, axis) => {
    let sum = 0;
    for (let at = 0; at < others; at++) sum += corners[at]!.point[axis]!;
    return sum / others;
  });
  const along = (share: number) => look(between(middle, worst.point, share));
  const reflected = along(-1);
  if (reflected.loss < best.loss) {
    const expanded = along(-2);
    return expanded.loss < reflected.loss ? expanded : reflected;
  }
  if (reflected.loss < next.loss) return reflected;
  const contracted = along(reflected.loss < worst.loss ? -0.5 : 0.5);
  return contracted.loss < Math.min(reflected.loss, worst.loss) ? contracted : undefined;
}

/** The point at a share of the way from one to the other. */
function between(from: readonly number[], to: readonly number[], share: number): number[] {
  return from.map((value, at) => value + share * (to[at]! - value));
}
