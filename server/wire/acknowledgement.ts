/**
 * An acknowledgement of an anomaly on the wire.
 */

import { formatUsd } from "../../core/money.ts";
import { formatInstant } from "../../core/time/zone.ts";
import type { KeptAcknowledgement } from "../../db/anomaly_acknowledgements.ts";

/** Writes an acknowledgement. */
export function toWireAcknowledgement(kept: KeptAcknowledgement) {
  return {
    id: kept.id,
    verdict: "normal" as const,
    interval: kept.interval,
    series: kept.series,
    direction: kept.direction === 1 ? "above" as const : "below" as const,
    since: formatInstant(kept.since, "UTC"),
    until: formatInstant(kept.until, "UTC"),
    level_usd: formatUsd(kept.level),
    acknowledged_at: formatInstant(kept.acknowledged_at, "UTC"),
  };
}
