/**
 * Medians of many short stretches of a series, which a general one would take most of a forecast's time for.
 */

/** The median of the values around each, of as many at the ends as elsewhere. The number of values should be odd. */
export function runningMedian(values: Float64Array, size: number): Float64Array {
  const count = Math.min(size, values.length);
  const sorted = values.slice(0, count).sort();
  const medians = new Float64Array(values.length);
  let start = 0;
  for (let at = 0; at < values.length; at++) {
    const wanted = Math.max(0, Math.min(values.length - count, at - (count >> 1)));
    if (wanted > start) {
      replaceSorted(sorted, values[start]!, values[start + count]!);
      start++;
    }
    medians[at] = middleOf(sorted);
  }
  return medians;
}

/** The median of values that are sorted. */
export function middleOf(sorted: Float64Array): number {
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The median of as many values as there is room for in `sorted`, every so many steps from a place on. */
export function medianOfEvery(
  values: Float64Array,
  { start, step, sorted }: { readonly start: number; readonly step: number; readonly sorted: Float64Array },
): number {
  for (let taken = 0; taken < sorted.length; taken++) {
    const value = values[start + taken * step]!;
    let place = taken;
    for (; place > 0 && sorted[place - 1]! > value; place--) sorted[place] = sorted[place - 1]!;
    sorted[place] = value;
  }
  return middleOf(sorted);
}

/** Takes one value out of a sorted list and puts another in. */
function replaceSorted(sorted: Float64Array, old: number, value: number): void {
  let at = sorted.indexOf(old);
  while (at > 0 && sorted[at - 1]! > value) {
    sorted[at] = sorted[at - 1]!;
    at--;
  }
  while (at < sorted.length - 1 && sorted[at + 1]! < value) {
    sorted[at] = sorted[at + 1]!;
    at++;
  }
  sorted[at] = value;
}
