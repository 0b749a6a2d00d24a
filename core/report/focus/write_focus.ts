/**
 * Charges as CSV in the columns of FOCUS.
 */

import type { Dimension, TimeBucket, TimeRange } from "../../analytics/query.ts";
import { formatUsd, NANOS_PER_USD, usdFromNanos } from "../../money.ts";
import { formatInstant, startOfDay, toZoned } from "../../time/zone.ts";
import { writeCsvText } from "../formats/csv.ts";
import { type Charge, skuOf, skuPriceOf } from "./charge_fold.ts";
import { FOCUS_COLUMN_NAMES, FOCUS_COLUMNS, type FocusRow } from "./columns.ts";
import { writeQuotient } from "./decimal.ts";
import { meterOf, pricingUnitOf } from "./meters.ts";

/** What is the same for all rows of a file. */
export interface FocusContext {
  readonly organization: { readonly id: string; readonly name: string };
  /** Of the billing periods, which are its months. */
  readonly tz: string;
  /** Dimensions besides provider and model, which are the keys of `Tags`. */
  readonly tags: readonly Dimension[];
  /** What people call a provider: `OpenAI`. */
  readonly nameProvider: (id: string) => string;
}

/** Writes the line of names. */
export function writeFocusHeader(): string {
  return `${FOCUS_COLUMN_NAMES.join(",")}\n`;
}

/** Writes a charge as a line, in the CSV of reports: texts that a spreadsheet would run have a `'` before them. */
export function writeFocusLine(charge: Charge, context: FocusContext): string {
  const row = toFocusRow(charge, context);
  const cells = FOCUS_COLUMN_NAMES.map((name) => {
    const text = row[name];
    if (text === null) return "";
    return FOCUS_COLUMNS[name] === "decimal" ? text : writeCsvText(text);
  });
  return `${cells.join(",")}\n`;
}

/**
 * Makes a row of a charge. All four costs are what costops worked out: it knows of no invoice and of no discount beside
 * the price that was applied. Each record's cost is rounded to nano-dollars on its own, so that the price times the
 * quantity may differ from the cost in the last digits; therefore the price is a column of our own, `x_UnitPrice`, and
 * not `ListUnitPrice`, of which FOCUS wants equality.
 */
function toFocusRow(charge: Charge, { organization, tz, tags, nameProvider }: FocusContext): FocusRow {
  const { bucket, provider, model, rate } = charge;
  const meter = meterOf(rate.unit);
  const pricing = pricingUnitOf(rate, meter);
  const unitPrice = writeQuotient(rate.factor * pricing.size, rate.divisor * NANOS_PER_USD);
  const cost = formatUsd(usdFromNanos(charge.nanos));
  const month = monthOf(bucket, tz);
  const name = nameProvider(provider);
  return {
    BilledCost: cost,
    BillingAccountId: organization.id,
    BillingAccountName: organization.name,
    BillingAccountType: "Organization",
    BillingCurrency: "USD",
    BillingPeriodEnd: formatInstant(month.until, "UTC"),
    BillingPeriodStart: formatInstant(month.since, "UTC"),
    ChargeCategory: "Usage",
    // Null is what FOCUS wants of every charge that corrects no other.
    ChargeClass: null,
    ChargeDescription: `${meter.name} of ${model}: ${unitPrice} USD per ${pricing.name}`,
    ChargeFrequency: "Usage-Based",
    ChargePeriodEnd: formatInstant(bucket.until, "UTC"),
    ChargePeriodStart: formatInstant(bucket.since, "UTC"),
    ConsumedQuantity: writeQuotient(charge.consumed, 10n ** BigInt(meter.decimals)),
    ConsumedUnit: meter.unit,
    ContractedCost: cost,
    EffectiveCost: cost,
    InvoiceId: null,
    InvoiceIssuerName: name,
    ListCost: cost,
    PricingCategory: "Standard",
    PricingCurrency: "USD",
    PricingQuantity: writeQuotient(charge.billed, pricing.size),
    PricingUnit: pricing.name,
    ProviderName: name,
    PublisherName: name,
    ResourceId: model,
    ResourceName: model,
    ResourceType: "Model",
    ServiceCategory: "AI and Machine Learning",
    ServiceName: `${name} API`,
    ServiceSubcategory: "Generative AI",
    SkuId: skuOf(charge),
    SkuMeter: meter.name,
    SkuPriceDetails: writeDetails(charge),
    SkuPriceId: skuPriceOf(charge),
    SubAccountId: organization.id,
    SubAccountName: organization.name,
    SubAccountType: "Organization",
    Tags: writeTags(tags, charge.tags),
    x_UnitPrice: unitPrice,
  };
}

/** The conditions of a price; FOCUS wants `x_` before names of our own. */
function writeDetails({ step: { price }, rate: { price_key, modifiers } }: Charge): string {
  return JSON.stringify({
    x_PriceKey: price_key,
    x_PriceSource: price.source,
    ...(price.above_input_tokens === null ? {} : { x_AboveInputTokens: price.above_input_tokens }),
    ...(price.hours === null ? {} : { x_Hours: price.hours }),
    ...(modifiers.length === 0 ? {} : { x_Modifiers: modifiers.map(({ name }) => name).join(" ") }),
  });
}

/** What a record has of the grouping, `{"project":"search","tag:team":"a"}`; null when nothing is grouped by. */
function writeTags(names: readonly Dimension[], values: readonly (string | null)[]): string | null {
  if (names.length === 0) return null;
  const entries = names.map((name, at) => [name.replace(/^tag:/, ""), values[at] ?? null] as const);
  return JSON.stringify(Object.fromEntries(entries.filter(([, value]) => value !== null)));
}

/** The month of the zone that a period begins in: providers bill by the month. */
function monthOf({ since }: TimeBucket, tz: string): TimeRange {
  const first = toZoned(since, tz).toPlainDate().with({ day: 1 });
  return { since: startOfDay(first, tz), until: startOfDay(first.add({ months: 1 }), tz) };
}
