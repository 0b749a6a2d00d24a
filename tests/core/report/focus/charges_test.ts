import assert from "node:assert/strict";
import { parse as parseCsv } from "csv-parse/sync";
import type { TimeBucket } from "../../../../core/analytics/query.ts";
import { CostopsError } from "../../../../core/error.ts";
import { explainCost } from "../../../../core/pricing/cost.ts";
import type { AppliedPrice } from "../../../../core/pricing/price.ts";
import { thawPrice } from "../../../../core/pricing/rate_plan.ts";
import { type ChargedRecord, ChargeFold } from "../../../../core/report/focus/charge_fold.ts";
import { FOCUS_COLUMN_NAMES } from "../../../../core/report/focus/columns.ts";
import { type FocusContext, writeFocusHeader, writeFocusLine } from "../../../../core/report/focus/write_focus.ts";
import { splitRange } from "../../../../core/time.ts";
import type { UsageCounts } from "../../../../core/usage/record.ts";
import { checkFocusRows } from "./rules.ts";

const DAYS = splitRange({ since: Date.UTC(2026, 0, 31), until: Date.UTC(2026, 1, 2) }, "day", "UTC");

const CONTEXT: FocusContext = {
  organization: { id: "acme", name: "Acme, Inc." },
  tz: "UTC",
  tags: [],
  nameProvider: (id) => id === "openai" ? "OpenAI" : id,
};

/** 1.25 dollars for a million input tokens, 0.0005 for cache reads, 10 for output, 0.36 for an hour of audio. */
const PRICE: AppliedPrice = {
  source: "catalogue",
  reference: "genai-prices 0.1.8",
  provider: "openai",
  model: "gpt-5",
  effective_from: null,
  hours: null,
  rates: {
    input_mtok: { nanos: 1_250_000_000n, per: 1_000_000n },
    cache_read_mtok: { nanos: 500_000n, per: 1_000_000n },
    output_mtok: { nanos: 10_000_000_000n, per: 1_000_000n },
    audio_hours: { nanos: 360_000_000n, per: 3_600_000n },
  },
  above_input_tokens: null,
  modifiers: [],
  minimum_audio_ms: null,
};

const NOTHING: UsageCounts = {
  input_tokens: 0,
  cache_read_tokens: 0,
  cache_write_5m_tokens: 0,
  cache_write_1h_tokens: 0,
  output_tokens: 0,
  reasoning_tokens: 0,
  units: null,
};

interface Options extends Partial<Omit<ChargedRecord, "counts">> {
  readonly price?: AppliedPrice;
}

function recordOf(counts: Partial<UsageCounts>, { price = PRICE, ...options }: Options = {}): ChargedRecord {
  const all = { ...NOTHING, ...counts };
  return {
    id: "r1",
    timestamp: Date.UTC(2026, 0, 31, 12),
    provider: "openai",
    model: "gpt-5-2026-01-01",
    tags: [],
    counts: all,
    cost: explainCost(all, price).amount!,
    step: thawPrice(price),
    ...options,
  };
}

type Row = Readonly<Record<string, string>>;

function readRows(
  records: readonly ChargedRecord[],
  { context = CONTEXT, buckets = DAYS }: { context?: FocusContext; buckets?: readonly TimeBucket[] } = {},
): Row[] {
  const fold = new ChargeFold(buckets);
  const charges = [...records.flatMap((record) => fold.add(record)), ...fold.finish()];
  const text = [writeFocusHeader(), ...charges.map((charge) => writeFocusLine(charge, context))].join("");
  const rows: Row[] = parseCsv(text, { columns: true });
  checkFocusRows(rows);
  return rows;
}

const pick = (rows: readonly Row[], names: readonly string[]) => rows.map((row) => names.map((name) => row[name]));

Deno.test("writeFocusLine() writes every column of a charge", () => {
  const [row] = readRows([recordOf({ input_tokens: 3 })]);
  assert.deepEqual(row, {
    BilledCost: "0.000003750",
    BillingAccountId: "acme",
    BillingAccountName: "Acme, Inc.",
    BillingAccountType: "Organization",
    BillingCurrency: "USD",
    BillingPeriodEnd: "2026-02-01T00:00:00Z",
    BillingPeriodStart: "2026-01-01T00:00:00Z",
    ChargeCategory: "Usage",
    ChargeClass: "",
    ChargeDescription: "Input Tokens of gpt-5-2026-01-01: 1.25 USD per 1000000 Tokens",
    ChargeFrequency: "Usage-Based",
    ChargePeriodEnd: "2026-02-01T00:00:00Z",
    ChargePeriodStart: "2026-01-31T00:00:00Z",
    ConsumedQuantity: "3",
    ConsumedUnit: "Tokens",
    ContractedCost: "0.000003750",
    EffectiveCost: "0.000003750",
    InvoiceId: "",
    InvoiceIssuerName: "OpenAI",
    ListCost: "0.000003750",
    PricingCategory: "Standard",
    PricingCurrency: "USD",
    PricingQuantity: "0.000003",
    PricingUnit: "1000000 Tokens",
    ProviderName: "OpenAI",
    PublisherName: "OpenAI",
    ResourceId: "gpt-5-2026-01-01",
    ResourceName: "gpt-5-2026-01-01",
    ResourceType: "Model",
    ServiceCategory: "AI and Machine Learning",
    ServiceName: "OpenAI API",
    ServiceSubcategory: "Generative AI",
    SkuId: "openai/gpt-5/input_tokens",
    SkuMeter: "Input Tokens",
    SkuPriceDetails: '{"x_PriceKey":"input_mtok","x_PriceSource":"catalogue"}',
    SkuPriceId: "openai/gpt-5/input_tokens",
    SubAccountId: "acme",
    SubAccountName: "Acme, Inc.",
    SubAccountType: "Organization",
    Tags: "",
    x_UnitPrice: "1.25",
  });
  assert.deepEqual(Object.keys(row!), FOCUS_COLUMN_NAMES);
});

Deno.test("ChargeFold adds up what each record's component was rounded to, not the tokens", () => {
  // Three tokens at half a nano-dollar are 1.5, rounded to 2; six tokens at once would be 3.
  const rows = readRows([recordOf({ cache_read_tokens: 3 }), recordOf({ cache_read_tokens: 3 })]);
  assert.deepEqual(pick(rows, ["BilledCost", "ConsumedQuantity"]), [["0.000000004", "6"]]);
});

Deno.test("ChargeFold gives a row for each day, model, meter and price", () => {
  const batch = {
    name: "batch",
    numerator: 1n,
    denominator: 2n,
    source: "https://example.com",
    price_keys: ["input_mtok", "output_mtok"],
  };
  const rows = readRows([
    recordOf({ input_tokens: 2, output_tokens: 1 }),
    recordOf({ input_tokens: 4 }, { price: { ...PRICE, modifiers: [batch] } }),
    recordOf({ input_tokens: 8 }, { price: { ...PRICE, reference: "genai-prices 0.1.9" } }),
    recordOf({ input_tokens: 16 }, { model: "another" }),
    recordOf({ input_tokens: 32 }, { timestamp: Date.UTC(2026, 1, 1) }),
  ]);
  const names = [
    "ChargePeriodStart",
    "BillingPeriodStart",
    "ResourceId",
    "SkuPriceId",
    "ConsumedQuantity",
    "BilledCost",
  ];
  const [january, february] = ["2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"];
  const [day, next] = ["2026-01-31T00:00:00Z", "2026-02-01T00:00:00Z"];
  const model = "gpt-5-2026-01-01";
  assert.deepEqual(pick(rows, names), [
    [day, january, "another", "openai/gpt-5/input_tokens", "16", "0.000020000"],
    [day, january, model, "openai/gpt-5/input_tokens", "10", "0.000012500"],
    [day, january, model, "openai/gpt-5/input_tokens/batch", "4", "0.000002500"],
    [day, january, model, "openai/gpt-5/output_tokens", "1", "0.000010000"],
    [next, february, model, "openai/gpt-5/input_tokens", "32", "0.000040000"],
  ]);
});

Deno.test("ChargeFold tells what was used from what was billed where a price has a least", () => {
  const rows = readRows([recordOf({ units: { seconds: 1_500 } }, { price: { ...PRICE, minimum_audio_ms: 10_000 } })]);
  const names = [
    "SkuMeter",
    "ConsumedQuantity",
    "ConsumedUnit",
    "PricingQuantity",
    "PricingUnit",
    "x_UnitPrice",
    "BilledCost",
  ];
  assert.deepEqual(pick(rows, names), [["Seconds", "1.5", "Seconds", "10", "Seconds", "0.0001", "0.001000000"]]);
});

Deno.test("ChargeFold refuses a record whose components do not add up to its stored cost", () => {
  const record = { ...recordOf({ input_tokens: 3 }), cost: 3_751n };
  assert.throws(
    () => new ChargeFold(DAYS).add(record),
    (error) => error instanceof CostopsError && error.kind === "storage_failure" && error.message.includes('"r1"'),
  );
});

Deno.test("writeFocusLine() writes days and months of another zone as instants of UTC", () => {
  const range = { since: Date.parse("2026-01-31T23:00:00Z"), until: Date.parse("2026-02-01T23:00:00Z") };
  const buckets = splitRange(range, "day", "Europe/Berlin");
  const context = { ...CONTEXT, tz: "Europe/Berlin" };
  const rows = readRows([recordOf({ input_tokens: 1 }, { timestamp: range.since })], { context, buckets });
  const names = ["ChargePeriodStart", "ChargePeriodEnd", "BillingPeriodStart", "BillingPeriodEnd"];
  assert.deepEqual(pick(rows, names), [[
    "2026-01-31T23:00:00Z",
    "2026-02-01T23:00:00Z",
    "2026-01-31T23:00:00Z",
    "2026-02-28T23:00:00Z",
  ]]);
});

Deno.test("writeFocusLine() has odd names as they are, but none that a spreadsheet would run", () => {
  const context = { ...CONTEXT, tags: ["project", "tag:team"] as const };
  const rows = readRows([recordOf({ input_tokens: 1 }, { model: "=cmd|' /C calc'!A0", tags: ['a"b,\n', null] })], {
    context,
  });
  assert.deepEqual(pick(rows, ["ResourceId", "Tags"]), [["'=cmd|' /C calc'!A0", '{"project":"a\\"b,\\n"}']]);
});
