/**
 * Records of a server, their costs, and estimates.
 */

import { parseUsd } from "../../core/money.ts";
import type { AppliedPrice, Cost, CostComponent, Modifier } from "../../core/pricing/price.ts";
import type { UsageCounts } from "../../core/usage/record.ts";
import { UNITS } from "../../core/usage/units.ts";
import type { PricedUsage } from "../../db/usage.ts";
import type { EstimateAnswer, EstimateInput } from "../../server/operations/estimates.ts";
import type { ExplainInput, Explanation } from "../../server/operations/explanations.ts";
import type { PageInput, RecordQuery } from "../../server/operations/record_pages.ts";
import type { RecordInput, UsageList, WireUsage } from "../../server/operations/usage.ts";
import { fromWireCounts, type toWireComponent, toWireCounts } from "../../server/wire/counts.ts";
import type { AnyBinding, Binding } from "./binding.ts";
import { readWirePrice, readWireRate } from "./prices.ts";

const listUsage: Binding<RecordQuery & PageInput, UsageList> = {
  method: "get",
  path: "/usage",
  is_paged: true,
  toRequest: (input) => {
    const { organization_id, since, until, tz, filter, sort } = input;
    return { query: { organization_id, since, until, tz, filter, sort, limit: limitOf(input) } };
  },
  fromAnswer: ({ json: { data, pagination: { has_more } } }, input) => {
    const limit = limitOf(input);
    const last = data.at(-1);
    const cost = last?.cost_usd ?? null;
    const position = {
      timestamp: Date.parse(last?.timestamp),
      id: last?.id,
      cost: cost === null ? null : parseUsd(cost),
    };
    const next = has_more ? position : null;
    return { data, pagination: { limit, has_more }, next };
  },
};

const getUsage: Binding<RecordInput, WireUsage> = {
  method: "get",
  path: "/usage/{id}",
  toRequest: toRecordRequest,
  fromAnswer: ({ json }) => json,
};

const deleteUsage: Binding<RecordInput, void> = {
  method: "delete",
  path: "/usage/{id}",
  toRequest: toRecordRequest,
  fromAnswer: () => undefined,
};

const explainUsage: Binding<ExplainInput, Explanation> = {
  method: "get",
  path: "/costs/{id}/explain",
  toRequest: toRecordRequest,
  fromAnswer: ({ json }) => readExplanation(json),
};

const estimateCall: Binding<EstimateInput, EstimateAnswer> = {
  method: "post",
  path: "/estimates",
  toRequest: ({ timestamp, counts, ...body }) => ({
    body: {
      ...body,
      ...(timestamp === undefined ? {} : { timestamp: new Date(timestamp).toISOString() }),
      ...toWireCounts(counts),
    },
  }),
  fromAnswer: ({ json }, { counts }) => readEstimate(json, counts),
};

function limitOf(page: PageInput): number {
  return page.page === undefined ? page.limit : page.page_size;
}

function toRecordRequest({ id, ...query }: RecordInput) {
  return { params: { id }, query };
}

type WireComponent = ReturnType<typeof toWireComponent>;

// deno-lint-ignore no-explicit-any -- the shape is the wire's; what is read here is what server/wire/explanation.ts writes.
function readExplanation(wire: any): Explanation {
  const { components, price, today = null, nearest_models = [], counts, reported_cost, cost_usd, ...record } = wire;
  const amount = cost_usd === null ? null : parseUsd(cost_usd);
  const applied: AppliedPrice | null = price === undefined ? null : readWirePrice(price);
  const usage: PricedUsage = {
    ...record,
    timestamp: Date.parse(record.timestamp),
    ingested_at: Date.parse(record.ingested_at),
    ...fromWireCounts(counts),
    cost: amount,
    unpriced_reason: record.unpriced_reason ?? null,
    reported_cost: reported_cost === null
      ? null
      : { text: reported_cost.text, amount: parseUsd(reported_cost.amount_usd) },
    price: applied,
    catalog_model: record.catalog_model,
  };
  const cost = applied === null || amount === null
    ? null
    : { amount, price: applied, components: readComponents(components, applied.modifiers) };
  return { usage, cost, today: readToday(today), nearest_models };
}

/** Of what it would cost today only the amount is told, or why there is none. */
function readToday(
  today: { cost_usd: string | null; unpriced_reason?: string; detail?: string } | null,
): Explanation["today"] {
  if (today === null) return null;
  const { cost_usd, unpriced_reason: reason, detail } = today;
  return (cost_usd === null ? { amount: null, reason, detail } : { amount: parseUsd(cost_usd) }) as Cost;
}

function readComponents(components: readonly WireComponent[], modifiers: readonly Modifier[]): CostComponent[] {
  return components.map(({ unit, quantity, price_key, rate_usd, modifiers: names, amount_usd }) => ({
    unit,
    quantity: toStored(unit, quantity),
    price_key,
    rate: readWireRate(price_key, rate_usd),
    modifiers: modifiers.filter(({ name }) => names.includes(name)),
    amount: parseUsd(amount_usd),
  }));
}

/** Seconds are stored in milliseconds. */
function toStored(unit: string, quantity: number): number {
  const decimals = (UNITS as Readonly<Record<string, { readonly decimals: number }>>)[unit]?.decimals ?? 0;
  return Math.round(quantity * 10 ** decimals);
}

// deno-lint-ignore no-explicit-any -- the shape is the wire's; what is read here is what server/wire/estimate.ts writes.
function readEstimate(wire: any, counts: UsageCounts): EstimateAnswer {
  const { provider, model, cost_usd, unpriced_reason, detail, components, price, chosen } = wire;
  const applied = price === undefined ? undefined : readWirePrice(price);
  const cost: Cost = applied === undefined ? { amount: null, reason: unpriced_reason, detail } : {
    amount: parseUsd(cost_usd),
    price: applied,
    components: readComponents(components, applied.modifiers),
  };
  const alternatives = wire.alternatives.map(
    ({ cost_usd, saving_usd, ...other }: { readonly cost_usd: string; readonly saving_usd: string }) => ({
      ...other,
      amount: parseUsd(cost_usd),
      saving: parseUsd(saving_usd),
    }),
  );
  return { cost, alternatives, chosen, provider, model, counts };
}

/** Bindings of records, by operation. */
export const USAGE_BINDINGS: Readonly<Record<string, AnyBinding>> = {
  listUsage,
  getUsage,
  deleteUsage,
  explainUsage,
  estimateCall,
};
