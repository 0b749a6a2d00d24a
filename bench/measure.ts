/**
 * Timing: medians, and alternating runs so that a slow minute of the machine touches everything that is compared.
 */

/** The middle value; of an even number the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

/** Milliseconds that the work took. */
export async function time(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** Runs each work in turn, `rounds` times, and gives the median milliseconds of each by its name. */
export async function compare<Name extends string>(
  works: { readonly [Key in Name]: () => unknown },
  rounds: number,
): Promise<{ readonly [Key in Name]: number }> {
  const names = Object.keys(works) as Name[];
  const times = Object.fromEntries(names.map((name) => [name, []])) as unknown as { [Key in Name]: number[] };
  for (let round = 0; round < rounds; round++) {
    for (const name of names) times[name].push(await time(works[name]));
  }
  return Object.fromEntries(names.map((name) => [name, median(times[name])])) as { [Key in Name]: number };
}

/** One line of the table: what was measured, what it gave, what is wanted of it. */
export interface Figure {
  readonly what: string;
  readonly value: string;
  readonly wanted?: string;
}

/** A number with thousands separated. */
export function count(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

/** Milliseconds with one decimal. */
export function milliseconds(value: number): string {
  return `${value.toFixed(1)} ms`;
}
