/**
 * The price catalogue in force, and how old it is: old prices make wrong costs, and nothing fails.
 */

import { findCatalogueInstallation } from "../../db/catalogues.ts";
import type { Meter } from "./meter.ts";
import type { MetricSources } from "./metrics.ts";

/** Adds it. Where the database does not answer it is absent, and the other metrics are there all the same. */
export function gaugeCatalogue(meter: Meter, { database, now }: MetricSources["environment"]): void {
  meter.observe({
    type: "gauge",
    name: "costops_price_catalogue_age_seconds",
    help: "Time since the price catalogue in force was installed, or the one of the program published.",
    labels: ["version"],
    read: async () => {
      const found = await findInForce(database).catch(() => undefined);
      if (found === undefined) return [];
      return [{ labels: { version: found.version }, value: Math.max(0, now() - found.since) / 1000 }];
    },
  });
}

/** Which catalogue is in force, and since when, in milliseconds since 1970 UTC. */
async function findInForce(database: MetricSources["environment"]["database"]) {
  const installed = await findCatalogueInstallation(database);
  if (installed !== undefined) return { version: installed.version, since: installed.installed_at };
  const bundled = await import("../../core/pricing/catalogue.ts");
  return { version: bundled.BUNDLED_CATALOGUE_VERSION, since: bundled.BUNDLED_CATALOGUE_PUBLISHED_MS };
}
