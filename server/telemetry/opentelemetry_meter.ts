/**
 * Metrics for OpenTelemetry, by names that become those of Prometheus again where a collector writes them so.
 */

import type { Attributes, Meter as OpenTelemetryApi } from "@opentelemetry/api";
import type { Count, Measure, Meter, MetricSpec, Observed } from "../metrics/meter.ts";

/** Makes metrics that the runtime exports. */
export class OpenTelemetryMeter implements Meter {
  readonly #api: OpenTelemetryApi;

  constructor(api: OpenTelemetryApi) {
    this.#api = api;
  }

  counter<Label extends string>(spec: MetricSpec<Label>): Count<Label> {
    const { name, options } = translate(spec);
    const counter = this.#api.createCounter(name, options);
    return (labels, by) => counter.add(by, labels as Attributes);
  }

  histogram<Label extends string>(
    { buckets, ...spec }: MetricSpec<Label> & { readonly buckets: readonly number[] },
  ): Measure<Label> {
    const { name, options } = translate(spec);
    const advice = { explicitBucketBoundaries: [...buckets] };
    const histogram = this.#api.createHistogram(name, { ...options, advice });
    return (labels, value) => histogram.record(value, labels as Attributes);
  }

  observe<Label extends string>({ type, read, ...spec }: Observed<Label>): void {
    const { name, options } = translate(spec);
    const observable = type === "gauge"
      ? this.#api.createObservableGauge(name, options)
      : this.#api.createObservableCounter(name, options);
    observable.addCallback(async (result) => {
      for (const { labels, value } of await read()) result.observe(value, labels as Attributes);
    });
  }
}

/** What Prometheus has at a name's end is a unit here, or the kind of the metric. */
const UNITS: readonly (readonly [RegExp, string])[] = [
  [/_seconds$/, "s"],
  [/_bytes$/, "By"],
  [/_records$/, "{record}"],
  [/_requests$/, "{request}"],
];

/** `costops_append_commit_duration_seconds` is `costops.append.commit.duration` in `s`. */
export function translate({ name, help }: { readonly name: string; readonly help: string }) {
  const counted = name.replace(/_total$/, "").replace(/_info$/, ".info");
  const [ending, unit] = UNITS.find(([pattern]) => pattern.test(counted)) ?? [];
  // A unit in braces only annotates, and stays in the name.
  const bare = ending === undefined || unit?.startsWith("{") ? counted : counted.replace(ending, "");
  return {
    name: bare.replaceAll("_", "."),
    options: { description: help, ...(unit === undefined ? {} : { unit }) },
  };
}
