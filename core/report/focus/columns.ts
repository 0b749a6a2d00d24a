/**
 * The columns of a FOCUS 1.2 cost and usage dataset, in the order in which they are written.
 *
 * FinOps Open Cost and Usage Specification 1.2, ratified 2025-05-29 (focus.finops.org): all of its mandatory and
 * recommended columns, and those of its conditional ones that calls of models have something for. Columns of our own
 * begin with `x_`, as it wants.
 */

/** What a column holds; a decimal is written with all of its digits and no exponent, a time as `2026-01-05T00:00:00Z`. */
export type FocusType = "string" | "decimal" | "time" | "json";

/** Every column by name. */
export const FOCUS_COLUMNS = {
  BilledCost: "decimal",
  BillingAccountId: "string",
  BillingAccountName: "string",
  BillingAccountType: "string",
  BillingCurrency: "string",
  BillingPeriodEnd: "time",
  BillingPeriodStart: "time",
  ChargeCategory: "string",
  ChargeClass: "string",
  ChargeDescription: "string",
  ChargeFrequency: "string",
  ChargePeriodEnd: "time",
  ChargePeriodStart: "time",
  ConsumedQuantity: "decimal",
  ConsumedUnit: "string",
  ContractedCost: "decimal",
  EffectiveCost: "decimal",
  InvoiceId: "string",
  InvoiceIssuerName: "string",
  ListCost: "decimal",
  PricingCategory: "string",
  PricingCurrency: "string",
  PricingQuantity: "decimal",
  PricingUnit: "string",
  ProviderName: "string",
  PublisherName: "string",
  ResourceId: "string",
  ResourceName: "string",
  ResourceType: "string",
  ServiceCategory: "string",
  ServiceName: "string",
  ServiceSubcategory: "string",
  SkuId: "string",
  SkuMeter: "string",
  SkuPriceDetails: "json",
  SkuPriceId: "string",
  SubAccountId: "string",
  SubAccountName: "string",
  SubAccountType: "string",
  Tags: "json",
  x_UnitPrice: "decimal",
} as const satisfies Record<string, FocusType>;

/** The name of a column. */
export type FocusColumn = keyof typeof FOCUS_COLUMNS;

/** One row: a text for each column, as it stands in the file; null is an empty cell. */
export type FocusRow = Readonly<Record<FocusColumn, string | null>>;

/** The names in the order of the file. */
export const FOCUS_COLUMN_NAMES = Object.keys(FOCUS_COLUMNS) as readonly FocusColumn[];
