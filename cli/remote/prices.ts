/**
 * The price book of a server.
 */

import { findPriceKey } from "../../core/pricing/price_keys.ts";
import type { AppliedPrice, Rate } from "../../core/pricing/price.ts";
import type { PriceEntry } from "../../core/pricing/price_book.ts";
import { type OwnPrice, readTierFactors, type WrittenOwnPrice } from "../../core/pricing/own_price.ts";
import { readRates, type WrittenRates } from "../../core/pricing/rate_card.ts";
import { parseUsd } from "../../core/money.ts";
import type { PriceEnd } from "../../db/prices.ts";
import type {
  EndPriceInput,
  ListPricesInput,
  MissingPrice,
  MissingPricesInput,
  PriceAnswer,
  SetPriceInput,
  ShownPrice,
  ShowPricesInput,
} from "../../server/operations/prices.ts";
import type { RepriceInput } from "../../server/operations/reprice.ts";
import type { RepriceResult, RepriceTotals } from "../../db/reprice.ts";
import type { toWireMissing } from "../../server/wire/missing_price.ts";
import type { toWirePrice } from "../../server/wire/price.ts";
import type { toWireRepricing } from "../../server/wire/repricing.ts";
import type { AnyBinding, Binding } from "./binding.ts";

type WireEntry<Entry extends PriceEntry> = Omit<Entry, "rates"> & { readonly rates: WrittenRates };

/** Reads the price that was applied to a record. */
export function readWirePrice({ rates, modifiers, ...price }: ReturnType<typeof toWirePrice>): AppliedPrice {
  return {
    ...price,
    rates: Object.fromEntries(Object.entries(rates).map(([key, text]) => [key, readWireRate(key, text)])),
    modifiers: modifiers.map(({ numerator, denominator, ...modifier }) => ({
      ...modifier,
      numerator: BigInt(numerator),
      denominator: BigInt(denominator),
    })),
  };
}

/** Reads a rate of a price key: `2.5`. A key of a newer program is for one million. */
export function readWireRate(key: string, text: string): Rate {
  return { nanos: parseUsd(text), per: findPriceKey(key)?.per ?? 1_000_000n };
}

const listPriceEntries: Binding<ListPricesInput, PriceEntry[]> = {
  method: "get",
  path: "/prices",
  toRequest: ({ is_own_only, ...query }) => ({ query: { ...query, own: is_own_only } }),
  fromAnswer: ({ json }) => json.data.map(readEntry),
};

const showModelPrices: Binding<ShowPricesInput, ShownPrice[]> = {
  method: "get",
  path: "/prices/history",
  toRequest: (query) => ({ query: { ...query } }),
  fromAnswer: ({ json }) => json.data.map(readEntry),
};

const setOwnPrice: Binding<SetPriceInput, PriceAnswer> = {
  method: "post",
  path: "/prices",
  toRequest: ({ price, is_dry_run, ...body }) => ({
    body: { ...price as Record<string, unknown>, ...body, dry_run: is_dry_run },
  }),
  fromAnswer: ({ json: { set, ended, resumed, notice, missing } }) => ({
    set: readOwn(set),
    ended: readAny(ended),
    resumed: readAny(resumed),
    notice,
    missing,
  }),
};

const endOwnPrice: Binding<EndPriceInput, PriceEnd> = {
  method: "post",
  path: "/prices/{id}/end",
  toRequest: ({ id, is_dry_run, ...body }) => ({ params: { id }, body: { ...body, dry_run: is_dry_run } }),
  fromAnswer: ({ json: { ended, restored } }) => ({ ended: readOwn(ended), restored: readAny(restored) }),
};

const listMissingPrices: Binding<MissingPricesInput, MissingPrice[]> = {
  method: "get",
  path: "/prices/missing",
  toRequest: (query) => ({ query: { ...query } }),
  fromAnswer: ({ json }) => json.data.map(readMissing),
};

const repriceRecords: Binding<RepriceInput, RepriceResult> = {
  method: "post",
  path: "/prices/reprice",
  toRequest: ({ is_dry_run, ...body }) => ({ body: { ...body, dry_run: is_dry_run } }),
  fromAnswer: ({ json }) => readRepricing(json),
};

function readEntry<Entry extends PriceEntry>(
  { currency: _currency, rates, ...entry }: WireEntry<Entry> & { readonly currency: "USD" },
): Entry {
  // A rate is of the form that own prices are written in; the fields beside it are as they were.
  return { ...entry, rates: readRates(rates) } as unknown as Entry;
}

function readOwn({ effective_from, effective_to, rates, modifiers, ...price }: WrittenOwnPrice): OwnPrice {
  return {
    ...price,
    effective_from: Date.parse(effective_from),
    effective_to: effective_to === null ? null : Date.parse(effective_to),
    rates: readRates(rates),
    modifiers: readTierFactors(modifiers),
  };
}

function readAny(price: WrittenOwnPrice | null): OwnPrice | undefined {
  return price === null ? undefined : readOwn(price);
}

function readMissing(
  { records, tokens, first_seen, last_seen, ...group }: ReturnType<typeof toWireMissing>,
): MissingPrice {
  return {
    ...group,
    records: BigInt(records),
    tokens: BigInt(tokens),
    first_seen: Date.parse(first_seen),
    last_seen: Date.parse(last_seen),
  };
}

type WireTotals = Omit<ReturnType<typeof toWireRepricing>, "dry_run" | "currency" | "models">;

function readRepricing({ models, dry_run: _dry, currency: _currency, ...totals }: ReturnType<typeof toWireRepricing>) {
  const rows = models.map(({ provider, model, ...sums }) => ({ provider, model, ...readTotals(sums) }));
  return { ...readTotals(totals), models: rows };
}

/** A sum of nothing that has a price is told as null, and is 0 where it is added up. */
function readTotals({ before_usd, after_usd, difference_usd: _, ...counts }: WireTotals): RepriceTotals {
  return { ...counts, before: parseUsd(before_usd ?? "0"), after: parseUsd(after_usd ?? "0") };
}

/** Bindings of prices, by operation. */
export const PRICE_BINDINGS: Readonly<Record<string, AnyBinding>> = {
  listPriceEntries,
  showModelPrices,
  setOwnPrice,
  endOwnPrice,
  listMissingPrices,
  repriceRecords,
};
