/**
 * The arithmetic of a cost as a table: units x rate = amount, adding up to the total.
 */

import { formatUsd, type Usd } from "../core/money.ts";
import type { CostComponent } from "../core/pricing/price.ts";
import { findPriceKey } from "../core/pricing/price_keys.ts";
import { formatRate } from "../core/pricing/rate_card.ts";
import { formatQuantity } from "../server/wire/counts.ts";
import { writeGrid } from "./grid.ts";

/** Writes components under their header, and their sum. */
export function writeComponents(components: readonly CostComponent[], total: Usd): string {
  const rows = components.map((component) => [
    component.unit,
    groupThousands(formatQuantity(component.unit, component.quantity)),
    `$${formatRate(component.rate)} / ${findPriceKey(component.price_key)?.label ?? component.price_key}`,
    component.modifiers.map(({ name, numerator, denominator }) => `${name} x ${writeRatio(numerator, denominator)}`)
      .join(", "),
    `$${formatUsd(component.amount)}`,
  ]);
  rows.push(["total", "", "", "", `$${formatUsd(total)}`]);
  return writeGrid(["unit", "quantity", "rate", "modifiers", "amount"], rows, [
    "left",
    "right",
    "right",
    "left",
    "right",
  ]);
}

function groupThousands(digits: string): string {
  return digits.replace(/\B(?<!\.\d*)(?=(\d{3})+(?!\d))/g, ",");
}

/** A modifier as a decimal where it is one, else as a fraction. */
function writeRatio(numerator: bigint, denominator: bigint): string {
  const thousandths = numerator * 1000n;
  if (thousandths % denominator !== 0n) return `${numerator}/${denominator}`;
  return String(Number(thousandths / denominator) / 1000);
}
