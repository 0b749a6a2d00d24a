/**
 * The price book: what is in it, own prices, and usage that it has no price for.
 */

import type { Principal } from "../../core/access.ts";
import type { TimeRange } from "../../core/analytics/query.ts";
import { CostopsError } from "../../core/error.ts";
import { describeIssue } from "../../core/issue_words.ts";
import { findNearest } from "../../core/nearest.ts";
import { OwnPriceInput, readOwnPrice } from "../../core/pricing/own_price.ts";
import { findGaps, type PriceGaps } from "../../core/pricing/own_price_gaps.ts";
import { findProviderByName } from "../../core/pricing/provider_name.ts";
import type { Catalogue } from "../../core/pricing/catalogue.ts";
import type { PriceEntry } from "../../core/pricing/price_book.ts";
import { parseRange } from "../../core/time.ts";
import { endPrice, type PriceChange, type PriceEnd, setPrice } from "../../db/prices.ts";
import { listUnpriced, type UnpricedGroup } from "../../db/unpriced.ts";
import type { Operation } from "./operation.ts";
import { chooseOrganization } from "./reports.ts";

/** Which prices; those in force now when `at` is not given. */
export interface ListPricesInput {
  readonly organization_id?: string;
  readonly provider?: string;
  /** RFC 3339, or a day of UTC: its first instant. */
  readonly at?: string;
  /** Only own prices, the installation's included. */
  readonly is_own_only?: boolean;
}

/** Lists the prices in force at an instant. Fails with `invalid` when `at` is no instant. */
export const listPriceEntries: Operation<ListPricesInput, PriceEntry[]> = {
  name: "listPriceEntries",
  permission: "price:read",
  handle: async (environment, principal, input) => {
    const organization_id = chooseOrganization(principal, input);
    const at = input.at === undefined ? environment.now() : parseInstant(input.at);
    const book = await environment.priceBook();
    const entries = book.list({ at, provider: input.provider, organization_id });
    return input.is_own_only ? entries.filter(({ source }) => source !== "catalogue") : entries;
  },
};

/** Which model's prices. */
export interface ShowPricesInput {
  readonly organization_id?: string;
  readonly provider?: string;
  readonly model: string;
}

/**
 * Shows every price of a model: past, current and to come. Fails with `not_found`, naming the nearest models there are,
 * when there is none.
 */
export const showModelPrices: Operation<ShowPricesInput, ShownPrice[]> = {
  name: "showModelPrices",
  permission: "price:read",
  handle: async (environment, principal, input) => {
    const organization_id = chooseOrganization(principal, input);
    const book = await environment.priceBook();
    const entries = book.show(input.provider, input.model, { at: environment.now(), organization_id });
    if (entries.length > 0) return markUse(entries);
    const nearest = book.nearestModels(input.provider, input.model, NEAREST);
    const { provider } = book.resolve(input.provider, input.model);
    const hint = provider === null
      ? "its name does not tell the provider, so give it"
      : `the nearest known are ${nearest.join(", ")}`;
    throw new CostopsError("not_found", `Cannot find a price of "${input.model}"${of(input.provider)}: ${hint}`);
  },
};

/** A price of a model, and whether the model's costs take it now. */
export interface ShownPrice extends PriceEntry {
  /** Whether it is in force now; one for hours of the day is so in these hours. */
  readonly is_in_use: boolean;
  /** The own price that holds now instead; null unless this one is current and comes after that one. */
  readonly set_aside_by: string | null;
}

/** Entries come in order of precedence, so the first that is current all day sets those after it aside. */
function markUse(entries: readonly PriceEntry[]): ShownPrice[] {
  const isCurrent = ({ state }: PriceEntry) => state === "current";
  const winner = entries.findIndex((entry) => isCurrent(entry) && entry.hours === null);
  const standing = entries[winner];
  return entries.map((entry, index) => {
    // The catalogue's own prices for hours of the day follow its price for the whole day, and go before it.
    const isBehind = standing !== undefined && standing.source !== "catalogue" && index > winner;
    return {
      ...entry,
      is_in_use: isCurrent(entry) && !isBehind,
      set_aside_by: isCurrent(entry) && isBehind ? standing.reference : null,
    };
  });
}

/** Models offered when a name is unknown. */
const NEAREST = 3;

function of(provider: string | undefined): string {
  return provider === undefined ? "" : ` of ${provider}`;
}

/** An own price to be set. */
export interface SetPriceInput {
  readonly organization_id?: string;
  /** As written: decimals as text, times as RFC 3339 or days of UTC. */
  readonly price: unknown;
  /** For every organization; only a super admin's to set. */
  readonly is_installation: boolean;
  /** Nothing is stored; the answer is what would be. */
  readonly is_dry_run: boolean;
}

/**
 * Sets an own price from a time on (now when none is written). Fails with `invalid` on a price that cannot be read,
 * with `forbidden` on the installation's for anybody but a super admin, and with `conflict` when another price holds
 * for some of the same time.
 */
export const setOwnPrice: Operation<SetPriceInput, PriceAnswer> = {
  name: "setOwnPrice",
  permission: "price:write",
  handle: async (environment, principal, input) => {
    if (input.is_installation) requireSuperAdmin(principal, "set a price for the whole installation");
    const now = environment.now();
    const price = readOwnPrice(readPriceInput(input.price), {
      id: environment.newId(),
      organization_id: input.is_installation ? null : chooseOrganization(principal, input),
      from: now,
    });
    const act = { actor: principal.actor, now, is_preview: input.is_dry_run };
    const change = await setPrice(environment.database, price, act);
    const catalogue = await environment.catalogue();
    return {
      ...change,
      notice: noticeProvider(catalogue, price.provider),
      missing: findGaps(price, { catalogue, at: now }),
    };
  },
};

/** What was set, and what its author should look at. */
export interface PriceAnswer extends PriceChange {
  /** A provider that no catalogue knows may be a slip of the keyboard; null when there is nothing to say. */
  readonly notice: string | null;
  /** What the catalogue has for the model and this price has not. */
  readonly missing: PriceGaps;
}

function noticeProvider(catalogue: Catalogue, provider: string): string | null {
  if (findProviderByName(catalogue, provider) !== undefined) return null;
  const nearest = findNearest(provider, catalogue.providers.map(({ id }) => id));
  const hint = nearest === undefined ? "" : ` (did you mean ${nearest}?)`;
  return `The catalogue knows no provider "${provider}"${hint}: the price holds for records of exactly that provider`;
}

/** Which own price ends, and when. */
export interface EndPriceInput {
  readonly organization_id?: string;
  readonly id: string;
  /** RFC 3339, or a day of UTC: its first instant; now when it is not given. */
  readonly at?: string;
  /** Whether it is the installation's; only a super admin's to end. */
  readonly is_installation: boolean;
  /** Nothing is stored; the answer is what would be. */
  readonly is_dry_run: boolean;
}

/** Ends an own price. Fails as {@link endPrice} does, and as {@link setOwnPrice} does on the installation's. */
export const endOwnPrice: Operation<EndPriceInput, PriceEnd> = {
  name: "endOwnPrice",
  permission: "price:write",
  handle: async (environment, principal, input) => {
    if (input.is_installation) requireSuperAdmin(principal, "end a price of the whole installation");
    const now = environment.now();
    const at = input.at === undefined ? now : parseInstant(input.at);
    const organization_id = input.is_installation ? null : chooseOrganization(principal, input);
    const act = { actor: principal.actor, now, is_preview: input.is_dry_run };
    return await endPrice(environment.database, { id: input.id, organization_id, at }, act);
  },
};

/**
 * Ends an own price as {@link endOwnPrice} does, for whoever takes it away: one that has ended already is not there any
 * more, so it fails with `not_found` where the other fails with `conflict`.
 */
export const removeOwnPrice: Operation<EndPriceInput, PriceEnd> = {
  name: "removeOwnPrice",
  permission: "price:write",
  handle: async (environment, principal, input) => {
    try {
      return await endOwnPrice.handle(environment, principal, input);
    } catch (error) {
      if (!(error instanceof CostopsError) || error.kind !== "conflict") throw error;
      throw new CostopsError("not_found", error.message, { cause: error });
    }
  },
};

/** Fails with `forbidden` for anybody but a super admin: what is done concerns every organization. */
export function requireSuperAdmin(principal: Principal, action: string): void {
  if (!principal.is_super_admin) throw new CostopsError("forbidden", `Cannot ${action}: only a super admin may`);
}

function readPriceInput(value: unknown): OwnPriceInput {
  const parsed = OwnPriceInput.safeParse(value, { error: describeIssue });
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map(({ path, message }) => ({
    pointer: path.map((part) => `/${String(part)}`).join(""),
    detail: String(path[0]).startsWith("effective_") ? INSTANT_HINT : message,
  }));
  throw new CostopsError("invalid", "Cannot take this as a price", { issues });
}

const INSTANT_HINT = "write 2026-01-31 or 2026-01-31T12:00:00Z";

/** Which unpriced usage; everything when neither `since` nor `until` is given. */
export interface MissingPricesInput {
  readonly organization_id?: string;
  readonly since?: string;
  readonly until?: string;
  readonly tz?: string;
}

/** Records of one model without a price, and the nearest models there are prices of where its name is unknown. */
export interface MissingPrice extends UnpricedGroup {
  readonly nearest_models: readonly string[];
}

/** Lists usage that has no price, most tokens first. Fails with `invalid` on a range that cannot be read. */
export const listMissingPrices: Operation<MissingPricesInput, MissingPrice[]> = {
  name: "listMissingPrices",
  permission: "price:read",
  handle: async (environment, principal, input) => {
    const organization_id = chooseOrganization(principal, input);
    const range = readRange(input, environment.now());
    const groups = await listUnpriced(environment.database, { organization_id, range });
    if (groups.length === 0) return [];
    const book = await environment.priceBook();
    return groups.map((group) => ({
      ...group,
      nearest_models: group.reason === "unknown_model" ? book.nearestModels(group.provider, group.model, NEAREST) : [],
    }));
  },
};

function readRange({ since, until, tz }: MissingPricesInput, now: number): TimeRange | undefined {
  return since === undefined && until === undefined ? undefined : parseRange({ since, until, tz }, now);
}

function parseInstant(text: string): number {
  const isWhole = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/.test(text);
  const instant = isWhole && isDay(text.slice(0, 10)) ? Date.parse(text) : NaN;
  if (!Number.isNaN(instant)) return instant;
  throw new CostopsError(
    "invalid",
    `Cannot read at ${JSON.stringify(text.slice(0, 64))} as a time: ${INSTANT_HINT}`,
  );
}

/** Date.parse() takes the 30th of February for the 2nd of March. */
function isDay(text: string): boolean {
  try {
    Temporal.PlainDate.from(text, { overflow: "reject" });
    return true;
  } catch {
    return false;
  }
}
