/**
 * Usage without a price, on the wire.
 */

import { formatInstant } from "../../core/time.ts";
import type { MissingPrice } from "../operations/prices.ts";

/** Records of one model without a price. */
export function toWireMissing({ records, tokens, first_seen, last_seen, ...group }: MissingPrice) {
  return {
    ...group,
    records: Number(records),
    tokens: Number(tokens),
    first_seen: formatInstant(first_seen, "UTC"),
    last_seen: formatInstant(last_seen, "UTC"),
  };
}
