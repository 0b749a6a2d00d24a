/**
 * Metrics in the text format of Prometheus. Loaded only where they are wanted.
 */

import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { Written } from "../routes/reply.ts";
import type { Count, Measure, Meter, MetricSpec, Observed } from "./meter.ts";

/** Collects metrics, and writes them when it is asked. */
export class PrometheusMeter implements Meter {
  readonly #registry = new Registry();

  counter<Label extends string>({ name, help, labels }: MetricSpec<Label>): Count<Label> {
    const counter = new Counter({ name, help, labelNames: labels, registers: [this.#registry] });
    return (values, by) => counter.inc(values, by);
  }

  histogram<Label extends string>(
    { name, help, labels, buckets }: MetricSpec<Label> & { readonly buckets: readonly number[] },
  ): Measure<Label> {
    const registers = [this.#registry];
    const histogram = new Histogram({ name, help, labelNames: labels, buckets: [...buckets], registers });
    return (values, value) => histogram.observe(values, value);
  }

  observe<Label extends string>({ type, name, help, labels, read }: Observed<Label>): void {
    const given = { name, help, labelNames: labels, registers: [this.#registry] };
    if (type === "gauge") {
      new Gauge({
        ...given,
        async collect() {
          const samples = await read();
          this.reset();
          for (const sample of samples) this.set(sample.labels, sample.value);
        },
      });
    } else {
      new Counter({
        ...given,
        async collect() {
          const samples = await read();
          this.reset();
          for (const sample of samples) this.inc(sample.labels, sample.value);
        },
      });
    }
  }

  /** All of it as Prometheus reads it. */
  async write(): Promise<Written> {
    return new Written(this.#registry.contentType, await this.#registry.metrics());
  }
}
