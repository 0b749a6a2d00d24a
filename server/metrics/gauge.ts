/**
 * A gauge that is read when metrics are asked for.
 */

import { Gauge, type Registry } from "prom-client";

/** Adds one, without labels. */
export function gauge(
  registry: Registry,
  { name, help, read }: { readonly name: string; readonly help: string; readonly read: () => number },
): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      this.set(read());
    },
  });
}
