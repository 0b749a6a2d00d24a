/**
 * The rules of FOCUS 1.2 for the columns of a cost and usage dataset, as far as they are about single rows of usage:
 * read off the specification's column definitions, and apart from the table that the files are written from.
 */

import assert from "node:assert/strict";

interface Rule {
  readonly level: "mandatory" | "recommended" | "conditional" | "custom";
  readonly type: "decimal" | "time" | "string" | "json";
  /** Of a charge of usage that corrects no other. */
  readonly isNull?: "never" | "always" | "maybe";
  readonly values?: readonly string[];
}

const RULES: Readonly<Record<string, Rule>> = {
  BilledCost: { level: "mandatory", type: "decimal", isNull: "never" },
  BillingAccountId: { level: "mandatory", type: "string", isNull: "never" },
  BillingAccountName: { level: "mandatory", type: "string" },
  BillingAccountType: { level: "conditional", type: "string", isNull: "never" },
  BillingCurrency: { level: "mandatory", type: "string", isNull: "never", values: ["USD"] },
  BillingPeriodEnd: { level: "mandatory", type: "time", isNull: "never" },
  BillingPeriodStart: { level: "mandatory", type: "time", isNull: "never" },
  ChargeCategory: { level: "mandatory", type: "string", isNull: "never", values: ["Usage"] },
  ChargeClass: { level: "mandatory", type: "string", isNull: "always" },
  ChargeDescription: { level: "mandatory", type: "string" },
  ChargeFrequency: { level: "recommended", type: "string", isNull: "never", values: ["Usage-Based"] },
  ChargePeriodEnd: { level: "mandatory", type: "time", isNull: "never" },
  ChargePeriodStart: { level: "mandatory", type: "time", isNull: "never" },
  ConsumedQuantity: { level: "conditional", type: "decimal", isNull: "never" },
  ConsumedUnit: { level: "conditional", type: "string", isNull: "never" },
  ContractedCost: { level: "mandatory", type: "decimal", isNull: "never" },
  EffectiveCost: { level: "mandatory", type: "decimal", isNull: "never" },
  InvoiceId: { level: "recommended", type: "string" },
  InvoiceIssuerName: { level: "mandatory", type: "string", isNull: "never" },
  ListCost: { level: "mandatory", type: "decimal", isNull: "never" },
  PricingCategory: {
    level: "conditional",
    type: "string",
    isNull: "never",
    values: ["Standard", "Dynamic", "Committed", "Other"],
  },
  PricingCurrency: { level: "conditional", type: "string", isNull: "never", values: ["USD"] },
  PricingQuantity: { level: "mandatory", type: "decimal", isNull: "never" },
  PricingUnit: { level: "mandatory", type: "string", isNull: "never" },
  ProviderName: { level: "mandatory", type: "string", isNull: "never" },
  PublisherName: { level: "mandatory", type: "string", isNull: "never" },
  ResourceId: { level: "conditional", type: "string" },
  ResourceName: { level: "conditional", type: "string" },
  ResourceType: { level: "conditional", type: "string", isNull: "never" },
  ServiceCategory: { level: "mandatory", type: "string", isNull: "never", values: ["AI and Machine Learning"] },
  ServiceName: { level: "mandatory", type: "string", isNull: "never" },
  ServiceSubcategory: { level: "recommended", type: "string", isNull: "never", values: ["Generative AI"] },
  SkuId: { level: "conditional", type: "string", isNull: "never" },
  SkuMeter: { level: "conditional", type: "string", isNull: "never" },
  SkuPriceDetails: { level: "conditional", type: "json" },
  SkuPriceId: { level: "conditional", type: "string", isNull: "never" },
  SubAccountId: { level: "conditional", type: "string" },
  SubAccountName: { level: "conditional", type: "string" },
  SubAccountType: { level: "conditional", type: "string" },
  Tags: { level: "conditional", type: "json" },
  x_UnitPrice: { level: "custom", type: "decimal" },
};

/** The 21 columns that every dataset of cost and usage must have. */
const MANDATORY = Object.keys(RULES).filter((name) => RULES[name]!.level === "mandatory");

const SHAPES: Readonly<Record<Rule["type"], RegExp>> = {
  decimal: /^-?\d+(\.\d+)?$/,
  time: /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/,
  string: /[^]/,
  json: /^\{.*\}$/,
};

/** Fails on the first cell that breaks a rule, and on a column that FOCUS does not know and that has no `x_`. */
export function checkFocusRows(rows: readonly Readonly<Record<string, string>>[]): void {
  assert.equal(MANDATORY.length, 21);
  for (const row of rows) {
    assert.deepEqual(MANDATORY.filter((name) => !Object.hasOwn(row, name)), [], "mandatory columns that are missing");
    for (const [name, text] of Object.entries(row)) checkCell(name, text);
    checkWhole(row);
  }
}

function checkCell(name: string, text: string): void {
  const rule = RULES[name];
  assert.ok(rule !== undefined, `${name} is no column of FOCUS 1.2`);
  if (text === "") return assert.notEqual(rule.isNull, "never", `${name} is null`);
  assert.notEqual(rule.isNull, "always", `${name} is not null`);
  assert.match(text, SHAPES[rule.type], name);
  if (rule.values !== undefined) assert.ok(rule.values.includes(text), `${name} is ${text}`);
  if (rule.type === "json") checkPairs(JSON.parse(text));
}

/** Values of key-value columns are neither objects nor lists. */
function checkPairs(pairs: Record<string, unknown>): void {
  for (const value of Object.values(pairs)) assert.notEqual(typeof value, "object");
}

function checkWhole(row: Readonly<Record<string, string>>): void {
  assert.ok(row.ChargePeriodStart! < row.ChargePeriodEnd!);
  assert.ok(row.BillingPeriodStart! <= row.ChargePeriodStart! && row.ChargePeriodEnd! <= row.BillingPeriodEnd!);
  assert.ok(Number(row.ConsumedQuantity) > 0);
  assert.equal(row.ContractedCost, row.ListCost);
  assert.ok(row.SkuPriceId!.startsWith(row.SkuId!));
}
