/**
 * Records of usage, counted by what became of them.
 */

import { Counter, type Registry } from "prom-client";
import { UNPRICED_REASONS } from "../../core/pricing/price.ts";
import { OUTCOMES } from "../../core/usage/record.ts";
import type { IntakeObserver } from "../environment.ts";

/** Counts the outcomes of records. */
export function countIntake(registry: Registry): IntakeObserver {
  const records = new Counter({
    name: "costops_ingest_records_total",
    help: "Records of usage that were sent, by what became of them.",
    labelNames: ["outcome"],
    registers: [registry],
  });
  const unpriced = new Counter({
    name: "costops_ingest_unpriced_records_total",
    help: "Records of usage that were stored without a price, by why there is none.",
    labelNames: ["reason"],
    registers: [registry],
  });
  for (const outcome of OUTCOMES) records.inc({ outcome }, 0);
  for (const reason of UNPRICED_REASONS) unpriced.inc({ reason }, 0);
  return (outcomes) => {
    for (const { outcome, unpriced_reason: reason } of outcomes) {
      records.inc({ outcome });
      const isNew = outcome === "inserted" || outcome === "updated";
      if (isNew && reason !== undefined) unpriced.inc({ reason });
    }
  };
}
