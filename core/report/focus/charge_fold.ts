/**
 * Adds up the cost components of records, in the order of time, to the charges of FOCUS: one for each period, model,
 * meter and price.
 */

import type { TimeBucket } from "../../analytics/query.ts";
import { CostopsError } from "../../error.ts";
import { LIMITS } from "../../limits.ts";
import { explainThawed } from "../../pricing/cost.ts";
import type { CostComponent } from "../../pricing/price.ts";
import type { RateStep, UnitRate } from "../../pricing/rate_plan.ts";
import type { UsageCounts } from "../../usage/record.ts";
import type { OtherUnitName } from "../../usage/units.ts";

/** A record to be added. */
export interface ChargedRecord {
  readonly id: string;
  readonly timestamp: number;
  readonly provider: string;
  readonly model: string;
  /** Values of what is grouped by besides provider and model, in the order of the grouping; null for none. */
  readonly tags: readonly (string | null)[];
  readonly counts: UsageCounts;
  /** As stored. */
  readonly cost: bigint;
  /** The stored price that it was given, thawed. */
  readonly step: RateStep;
}

/** What one meter of one model came to in one period, at one price. */
export interface Charge {
  readonly bucket: TimeBucket;
  readonly provider: string;
  readonly model: string;
  readonly tags: readonly (string | null)[];
  /** Of any of its prices that are the same. */
  readonly rate: UnitRate;
  readonly step: RateStep;
  /** Stored units that were used, and that were billed: a minimum bills more. */
  readonly consumed: bigint;
  readonly billed: bigint;
  readonly nanos: bigint;
}

interface Lane {
  readonly record: ChargedRecord;
  readonly sums: Map<string, Sum>;
}

interface Sum {
  readonly component: CostComponent;
  consumed: bigint;
  billed: bigint;
  nanos: bigint;
}

/** Holds the sums of one period at a time. */
export class ChargeFold {
  readonly #buckets: readonly TimeBucket[];
  #at = 0;
  #lanes = new Map<string, Lane>();
  readonly #prices = new Map<RateStep, number>();

  constructor(buckets: readonly TimeBucket[]) {
    this.#buckets = buckets;
  }

  /**
   * Adds the next record; gives the charges of the period before once it is over. Fails with `storage_failure` when the
   * record's components do not add up to its stored cost: no file that leaves out money is written.
   */
  add(record: ChargedRecord): Charge[] {
    const charges = record.timestamp < this.#buckets[this.#at]!.until ? [] : this.finish();
    while (record.timestamp >= this.#buckets[this.#at]!.until) this.#at++;
    const { sums } = this.#laneOf(record);
    let total = 0n;
    const cost = explainThawed(record.counts, record.step);
    for (const component of cost.amount === null ? [] : cost.components) {
      total += component.amount;
      addComponent(sums, component, record.counts);
    }
    if (cost.amount !== null && total === record.cost) return charges;
    throw new CostopsError(
      "storage_failure",
      `Cannot export the record ${JSON.stringify(record.id)}: its stored price does not give its stored cost; see ` +
        "costops db doctor",
    );
  }

  /** Gives the charges of the period that is open. */
  finish(): Charge[] {
    const charges = [...this.#lanes.values()].flatMap((lane) => chargesOf(lane, this.#buckets[this.#at]!));
    this.#lanes = new Map();
    this.#prices.clear();
    return mergeCharges(charges);
  }

  #laneOf(record: ChargedRecord): Lane {
    let price = this.#prices.get(record.step);
    if (price === undefined) this.#prices.set(record.step, price = this.#prices.size);
    const key = JSON.stringify([price, record.provider, record.model, record.tags]);
    let lane = this.#lanes.get(key);
    if (lane !== undefined) return lane;
    if (this.#lanes.size === LIMITS.query_rows) {
      throw new CostopsError(
        "too_large",
        `Cannot export more than ${LIMITS.query_rows} groups in one period: group by less, or filter`,
      );
    }
    this.#lanes.set(key, lane = { record, sums: new Map() });
    return lane;
  }
}

function addComponent(sums: Map<string, Sum>, component: CostComponent, { units }: UsageCounts): void {
  let sum = sums.get(component.unit);
  if (sum === undefined) sums.set(component.unit, sum = { component, consumed: 0n, billed: 0n, nanos: 0n });
  const billed = BigInt(component.quantity);
  // Only seconds of audio have a least that is billed; of them the record says how many there were.
  const used = units?.[component.unit as OtherUnitName];
  sum.consumed += used === undefined || component.unit === "requests" ? billed : BigInt(used);
  sum.billed += billed;
  sum.nanos += component.amount;
}

function chargesOf({ record, sums }: Lane, bucket: TimeBucket): Charge[] {
  const { provider, model, tags, step } = record;
  return [...sums.values()].map(({ component, consumed, billed, nanos }) => {
    const rate = rateOf(component, step);
    return { bucket, provider, model, tags, step, rate, consumed, billed, nanos };
  });
}

function rateOf({ unit }: CostComponent, { text, other, reasoning, request }: RateStep): UnitRate {
  const rate = [...text, reasoning, request].find((one) => one?.unit === unit) ?? other.get(unit);
  if (rate === undefined) throw new TypeError(`no rate of ${unit}`);
  return rate;
}

/** Adds charges whose price is the same though it comes from another version of the price book; sorts them. */
function mergeCharges(charges: readonly Charge[]): Charge[] {
  const merged = new Map<string, Charge>();
  for (const charge of charges) {
    const key = JSON.stringify([charge.provider, charge.model, charge.tags, skuPriceOf(charge), priceKey(charge)]);
    const other = merged.get(key);
    if (other === undefined) merged.set(key, charge);
    else {
      merged.set(key, {
        ...other,
        consumed: other.consumed + charge.consumed,
        billed: other.billed + charge.billed,
        nanos: other.nanos + charge.nanos,
      });
    }
  }
  return [...merged].sort(([a], [b]) => a < b ? -1 : 1).map(([, charge]) => charge);
}

/** The price itself, reduced: the same number is the same text. */
function priceKey({ rate: { factor, divisor } }: Charge): string {
  return `${factor}/${divisor}`;
}

/** The SKU of a charge: what is metered of which model. */
export function skuOf({ step: { price }, rate: { unit } }: Pick<Charge, "step" | "rate">): string {
  return `${price.provider}/${price.model}/${unit}`;
}

/**
 * The price of a SKU by the conditions it is for: long requests, modifiers, hours. Neither the amount nor its dates are in
 * it, so that it stays the same when a price changes.
 */
export function skuPriceOf(charge: Pick<Charge, "step" | "rate">): string {
  const { above_input_tokens, hours } = charge.step.price;
  return [
    skuOf(charge),
    ...(above_input_tokens === null ? [] : [`above-${above_input_tokens}`]),
    ...(hours === null ? [] : [hours]),
    ...charge.rate.modifiers.map(({ name }) => name),
  ].join("/");
}
