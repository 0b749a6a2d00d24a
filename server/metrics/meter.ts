/**
 * What metrics are made with: counts, histograms and values that are looked at, whoever collects them.
 */

/** A metric's name by the rules of Prometheus, what it says, and the labels that its samples are told apart by. */
export interface MetricSpec<Label extends string> {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly Label[];
}

/** The values of labels. */
export type Labels<Label extends string> = Readonly<Record<Label, string>>;

/** Adds to a count. */
export type Count<Label extends string> = (labels: Labels<Label>, by: number) => void;

/** Puts a value into a histogram. */
export type Measure<Label extends string> = (labels: Labels<Label>, value: number) => void;

/** One value that was looked at. */
export interface Sample<Label extends string> {
  readonly labels: Labels<Label>;
  readonly value: number;
}

/** What is looked at whenever metrics are collected. What is not among the samples any more is gone. */
export interface Observed<Label extends string> extends MetricSpec<Label> {
  readonly type: "gauge" | "counter";
  readonly read: () => readonly Sample<Label>[] | Promise<readonly Sample<Label>[]>;
}

/** Makes metrics. */
export interface Meter {
  counter<Label extends string>(spec: MetricSpec<Label>): Count<Label>;
  /** `buckets` are upper bounds. */
  histogram<Label extends string>(spec: MetricSpec<Label> & { readonly buckets: readonly number[] }): Measure<Label>;
  observe<Label extends string>(observed: Observed<Label>): void;
}

/** Adds a gauge without labels. */
export function gauge(
  meter: Meter,
  { name, help, read }: { readonly name: string; readonly help: string; readonly read: () => number },
): void {
  meter.observe({ type: "gauge", name, help, labels: [], read: () => [{ labels: {}, value: read() }] });
}

/** Makes each metric with each of several. */
export function joinMeters(meters: readonly Meter[]): Meter {
  const [only, ...others] = meters;
  if (only !== undefined && others.length === 0) return only;
  return {
    counter: (spec) => {
      const counts = meters.map((meter) => meter.counter(spec));
      return (labels, by) => counts.forEach((count) => count(labels, by));
    },
    histogram: (spec) => {
      const measures = meters.map((meter) => meter.histogram(spec));
      return (labels, value) => measures.forEach((measure) => measure(labels, value));
    },
    observe: (observed) => meters.forEach((meter) => meter.observe(observed)),
  };
}
