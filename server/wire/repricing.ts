/**
 * What pricing again does, on the wire.
 */

import { formatUsd, type Usd, usdFromNanos } from "../../core/money.ts";
import type { RepriceResult, RepriceTotals } from "../../db/reprice.ts";

/** What pricing again did, or would do. */
export function toWireRepricing({ models, ...totals }: RepriceResult, dry_run: boolean) {
  const rows = models.map(({ provider, model, ...sums }) => ({ provider, model, ...toWire(sums) }));
  return { dry_run, currency: "USD", ...toWire(totals), models: rows };
}

/** The sums, null where no record has a price: that is unknown, not nothing. */
export function readKnownSums({ records, unpriced_before, unpriced_after, ...sums }: RepriceTotals) {
  const before = unpriced_before < records ? sums.before : null;
  const after = unpriced_after < records ? sums.after : null;
  const difference = before === null || after === null ? null : usdFromNanos(after - before);
  return { before, after, difference };
}

function toWire(totals: RepriceTotals) {
  const { before: _before, after: _after, ...counts } = totals;
  const { before, after, difference } = readKnownSums(totals);
  return {
    ...counts,
    before_usd: formatKnown(before),
    after_usd: formatKnown(after),
    difference_usd: formatKnown(difference),
  };
}

function formatKnown(amount: Usd | null): string | null {
  return amount === null ? null : formatUsd(amount);
}
