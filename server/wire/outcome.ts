/**
 * What became of a record, on the wire.
 */

import { formatUsd } from "../../core/money.ts";
import type { RecordOutcome } from "../../core/usage/summary.ts";

/** An outcome as the wire contract writes it. */
export function toWireOutcome({ line: _line, cost, ...rest }: RecordOutcome): Record<string, unknown> {
  return cost === undefined ? rest : { ...rest, cost_usd: cost === null ? null : formatUsd(cost) };
}
