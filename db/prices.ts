/**
 * Own prices as stored: rows are added and ended, never changed, so that every price that ever held can be shown.
 */

import type { Selectable } from "kysely";
import { z } from "zod";
import { CostopsError } from "../core/error.ts";
import {
  findOverlap,
  type OwnPrice,
  readTierFactors,
  writeOwnPrice,
  writeTierFactors,
} from "../core/pricing/own_price.ts";
import { readRates, writeRates } from "../core/pricing/rate_card.ts";
import { formatInstant } from "../core/time.ts";
import { recordAudit } from "./audit.ts";
import type { Database, Queries } from "./database.ts";
import type { Act } from "./organizations.ts";
import type { PricesTable } from "./tables.ts";

/** The scope of prices that hold for every organization. */
const INSTALLATION = "";

/** Own prices: every one, or those that hold for an organization, the installation's included. By scope, model, time. */
export async function listPrices(
  { reader }: Pick<Database, "reader">,
  { organization_id }: { readonly organization_id?: string },
): Promise<OwnPrice[]> {
  let query = reader.selectFrom("prices").selectAll();
  if (organization_id !== undefined) query = query.where("organization_id", "in", [INSTALLATION, organization_id]);
  const rows = await query.orderBy("organization_id").orderBy("provider").orderBy("model").orderBy("effective_from")
    .orderBy("id").execute();
  return rows.map(toOwnPrice);
}

/** What setting a price did. */
export interface PriceChange {
  readonly set: OwnPrice;
  /** The price that was in force until further notice and now ends where the new one begins. */
  readonly ended: OwnPrice | undefined;
  /** The ended price again, from where the new one ends. */
  readonly resumed: OwnPrice | undefined;
}

/**
 * Sets a price: the one with the same scope, provider, model and hours that begins before it and has no end is ended
 * where it begins, and holds again from where the new one ends, if it does. With `is_preview` nothing is stored. Fails
 * with `conflict` when another price holds for some of the same time.
 */
export function setPrice(
  database: Database,
  price: OwnPrice,
  { actor, now, is_preview }: Act & { readonly is_preview: boolean },
): Promise<PriceChange> {
  if (is_preview) return planChange(database.reader, price);
  return database.write(async (queries) => {
    const change = await planChange(queries, price);
    const { ended, resumed } = change;
    if (ended !== undefined) {
      await queries.updateTable("prices").set({ effective_to: ended.effective_to }).where("id", "=", ended.id)
        .execute();
    }
    for (const added of resumed === undefined ? [price] : [price, resumed]) {
      await queries.insertInto("prices").values({ ...toRow(added), created_at: now }).execute();
    }
    const detail = { price: writeOwnPrice(price), ended: ended?.id ?? null, resumed: resumed?.id ?? null };
    const organization_id = price.organization_id ?? INSTALLATION;
    await recordAudit(queries, { organization_id, at: now, actor, action: "price.set", detail });
    return change;
  });
}

/** What ending a price did. */
export interface PriceEnd {
  /** The price with its new end; one whose end is its beginning is void: it has never held. */
  readonly ended: OwnPrice;
  /** The price that the void one had ended; it holds again until the next of the same kind begins. */
  readonly restored: OwnPrice | undefined;
}

/**
 * Ends a price: from then on the next in order holds. One that ends at or before its beginning is void, as if it had
 * never been set: the price that it ended holds again. With `is_preview` nothing is stored. Fails with `not_found` when
 * the scope has no such price, and with `conflict` when it ends before that already or is void.
 */
export function endPrice(
  database: Database,
  { id, organization_id, at }: { readonly id: string; readonly organization_id: string | null; readonly at: number },
  { actor, now, is_preview }: Act & { readonly is_preview: boolean },
): Promise<PriceEnd> {
  const scope = organization_id ?? INSTALLATION;
  if (is_preview) return planEnd(database.reader, { id, scope, at });
  return database.write(async (queries) => {
    const change = await planEnd(queries, { id, scope, at });
    const { ended, restored } = change;
    for (const price of restored === undefined ? [ended] : [ended, restored]) {
      await queries.updateTable("prices").set({ effective_to: price.effective_to }).where("id", "=", price.id)
        .execute();
    }
    const detail = { price: writeOwnPrice(ended), restored: restored === undefined ? null : writeOwnPrice(restored) };
    await recordAudit(queries, { organization_id: scope, at: now, actor, action: "price.end", detail });
    return change;
  });
}

async function planEnd(
  queries: Queries,
  { id, scope, at }: { readonly id: string; readonly scope: string; readonly at: number },
): Promise<PriceEnd> {
  const rows = await queries.selectFrom("prices").selectAll().where("organization_id", "=", scope).execute();
  const prices = rows.map(toOwnPrice);
  const price = prices.find((other) => other.id === id);
  if (price === undefined) throw new CostopsError("not_found", `Cannot find the price ${JSON.stringify(id)}`);
  if (isVoid(price)) {
    throw new CostopsError("conflict", `Cannot end the price ${id}: it is void, ended where it begins, already`);
  }
  if (price.effective_to !== null && price.effective_to <= at) {
    throw new CostopsError(
      "conflict",
      `Cannot end the price ${id}: it ends at ${writeTime(price.effective_to)} already`,
    );
  }
  const ended = { ...price, effective_to: Math.max(at, price.effective_from) };
  if (!isVoid(ended)) return { ended, restored: undefined };
  const created = new Map(rows.map((row) => [row.id, row.created_at]));
  return { ended, restored: await planRestored(queries, { voided: ended, prices, created }) };
}

/** Whether a price was ended where it begins: it has never held. */
function isVoid(price: OwnPrice): boolean {
  return price.effective_to === price.effective_from;
}

/**
 * The price that a void one had ended, as it holds again: until the next price that is in its way begins, or until
 * further notice. One that ended there by itself, as agreed, stays ended.
 */
async function planRestored(
  queries: Queries,
  { voided, prices, created }: {
    readonly voided: OwnPrice;
    readonly prices: readonly OwnPrice[];
    readonly created: ReadonlyMap<string, bigint>;
  },
): Promise<OwnPrice | undefined> {
  const byId = new Map(prices.map((price) => [price.id, price]));
  let before = await findEnded(queries, { setter: voided, created, byId });
  // What it ended may have been taken back since: then the price that that one had ended held until here.
  while (before !== undefined && isVoid(before)) before = await findEnded(queries, { setter: before, created, byId });
  if (before === undefined || before.effective_to !== voided.effective_from) return undefined;
  const open = { ...before, effective_from: voided.effective_from, effective_to: null };
  const next = prices
    .filter((other) => other.id !== voided.id && !isVoid(other) && findOverlap([other], open) !== undefined)
    .map(({ effective_from }) => effective_from);
  return { ...before, effective_to: next.length === 0 ? null : Math.min(...next) };
}

/** The price that was ended when another was set: the audit log, which cannot be changed, says so. */
async function findEnded(
  queries: Queries,
  { setter, created, byId }: {
    readonly setter: OwnPrice;
    readonly created: ReadonlyMap<string, bigint>;
    readonly byId: ReadonlyMap<string, OwnPrice>;
  },
): Promise<OwnPrice | undefined> {
  const entries = await queries.selectFrom("audit_log").select("detail")
    .where("organization_id", "=", setter.organization_id ?? INSTALLATION)
    .where("action", "=", "price.set")
    .where("at", "=", created.get(setter.id)!)
    .execute();
  for (const { detail } of entries) {
    const { price, ended } = SetDetail.parse(JSON.parse(detail));
    if (price.id === setter.id) return ended === null ? undefined : byId.get(ended);
  }
  return undefined;
}

/** What {@link setPrice} writes into the audit log, as far as it is read again. */
const SetDetail = z.object({ price: z.object({ id: z.string() }), ended: z.string().nullable() });

async function planChange(queries: Queries, price: OwnPrice): Promise<PriceChange> {
  const rows = await queries.selectFrom("prices").selectAll()
    .where("organization_id", "=", price.organization_id ?? INSTALLATION).execute();
  const before = rows.map(toOwnPrice).filter((other) => !isVoid(other));
  const open = before.find((other) =>
    findOverlap([other], price) !== undefined && other.hours === price.hours &&
    other.effective_to === null && other.effective_from < price.effective_from
  );
  const ended = open === undefined ? undefined : { ...open, effective_to: price.effective_from };
  const overlap = findOverlap(before.filter((other) => other !== open), price);
  if (overlap !== undefined) throw overlapping(price, overlap);
  return { set: price, ended, resumed: open === undefined ? undefined : resume(open, price) };
}

/** A price for a time interrupts the standing one: nobody means a promotion to end a contract. */
function resume(open: OwnPrice, price: OwnPrice): OwnPrice | undefined {
  if (price.effective_to === null) return undefined;
  return { ...open, id: `${price.id}-after`, effective_from: price.effective_to };
}

function overlapping(price: OwnPrice, other: OwnPrice): CostopsError {
  const end = other.effective_to === null ? "until further notice" : `until ${writeTime(other.effective_to)}`;
  return new CostopsError(
    "conflict",
    `Cannot set the price of ${price.provider} ${price.model} from ${writeTime(price.effective_from)}: the price ` +
      `${other.id} holds from ${writeTime(other.effective_from)} ${end}; choose a time outside of it, or ` +
      writeWayOut(price, other),
  );
}

/** The command after which the price in the way is none: it is taken back, or ends where the new one begins. */
function writeWayOut(price: OwnPrice, other: OwnPrice): string {
  const isBehind = price.effective_from <= other.effective_from;
  const at = writeTime(isBehind ? other.effective_from : price.effective_from);
  const scope = other.organization_id === null ? " --installation" : ` --org ${other.organization_id}`;
  const command = `costops prices end ${other.id} --at ${at}${scope}`;
  if (isBehind) return `take that one back first with ${command}`;
  const isInside = price.effective_to !== null && price.effective_to < (other.effective_to ?? Infinity);
  const rest = isInside ? `, and set it again from ${writeTime(price.effective_to)} if it is to hold after` : "";
  return `end that one first with ${command}${rest}`;
}

function writeTime(instant: number): string {
  return formatInstant(instant, "UTC");
}

function toOwnPrice(row: Selectable<PricesTable>): OwnPrice {
  try {
    return {
      id: row.id,
      organization_id: row.organization_id === INSTALLATION ? null : row.organization_id,
      provider: row.provider,
      model: row.model,
      effective_from: Number(row.effective_from),
      effective_to: row.effective_to === null ? null : Number(row.effective_to),
      rates: readRates(JSON.parse(row.rates)),
      hours: row.hours,
      modifiers: readTierFactors(JSON.parse(row.modifiers)),
      source: row.source,
      note: row.note,
    };
  } catch (cause) {
    throw new CostopsError("storage_failure", `Cannot read the stored price "${row.id}": it is damaged`, { cause });
  }
}

function toRow(price: OwnPrice): Omit<Selectable<PricesTable>, "created_at" | "effective_from" | "effective_to"> & {
  effective_from: number;
  effective_to: number | null;
} {
  return {
    id: price.id,
    organization_id: price.organization_id ?? INSTALLATION,
    provider: price.provider,
    model: price.model,
    effective_from: price.effective_from,
    effective_to: price.effective_to,
    rates: JSON.stringify(writeRates(price.rates)),
    hours: price.hours,
    modifiers: JSON.stringify(writeTierFactors(price.modifiers)),
    source: price.source,
    note: price.note,
  };
}
