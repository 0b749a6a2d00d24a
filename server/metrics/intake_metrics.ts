/**
 * Records of usage, counted by what became of them.
 */

import { UNPRICED_REASONS } from "../../core/pricing/price.ts";
import { OUTCOMES } from "../../core/usage/record.ts";
import type { IntakeObserver } from "../environment.ts";
import type { Meter } from "./meter.ts";

/** Counts the outcomes of records. */
export function countIntake(meter: Meter): IntakeObserver {
  const records = meter.counter({
    name: "costops_ingest_records_total",
    help: "Records of usage that were sent, by what became of them.",
    labels: ["outcome"],
  });
  const unpriced = meter.counter({
    name: "costops_ingest_unpriced_records_total",
    help: "Records of usage that were stored without a price, by why there is none.",
    labels: ["reason"],
  });
  for (const outcome of OUTCOMES) records({ outcome }, 0);
  for (const reason of UNPRICED_REASONS) unpriced({ reason }, 0);
  return (outcomes) => {
    for (const { outcome, unpriced_reason: reason } of outcomes) {
      records({ outcome }, 1);
      const isNew = outcome === "inserted" || outcome === "updated";
      if (isNew && reason !== undefined) unpriced({ reason }, 1);
    }
  };
}
