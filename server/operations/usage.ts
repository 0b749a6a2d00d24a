/**
 * Stored usage: pages of records, one record, and deleting one.
 */

import { formatUsd } from "../../core/money.ts";
import { formatInstant } from "../../core/time.ts";
import { OTHER_UNITS, type OtherUnitName } from "../../core/usage/units.ts";
import { deleteUsage, readUsage, type StoredUsage } from "../../db/usage.ts";
import type { Operation } from "./operation.ts";
import { findRecordPage, type PageInput, type RecordPage, type RecordQuery } from "./record_pages.ts";
import { chooseOrganization } from "./reports.ts";

/** A stored record as the wire contract names its fields; what is absent is null. */
export type WireUsage = Readonly<Record<string, unknown>>;

/** A page of records. */
export interface UsageList extends Pick<RecordPage, "pagination" | "next"> {
  readonly data: readonly WireUsage[];
}

/** Lists stored records. Fails with `invalid` on a query that cannot be read. */
export const listRecords: Operation<RecordQuery & PageInput, UsageList> = {
  name: "listUsage",
  permission: "usage:read",
  handle: async (environment, principal, input) => {
    const { found, pagination, next } = await findRecordPage(environment, principal, input);
    return { data: found.map(toWireUsage), pagination, next };
  },
};

/** Which record. */
export interface RecordInput {
  readonly organization_id?: string;
  readonly id: string;
}

/** Reads one record. Fails with `not_found` or `deleted`. */
export const getRecord: Operation<RecordInput, WireUsage> = {
  name: "getUsage",
  permission: "usage:read",
  handle: async (environment, principal, input) => {
    const organization_id = chooseOrganization(principal, input);
    const { price: _price, catalog_model: _model, ...usage } = await readUsage(environment.database, {
      organization_id,
      id: input.id,
    });
    return toWireUsage(usage);
  },
};

/** Deletes one record; its id stays used. Fails with `not_found` or `deleted`. */
export const deleteRecord: Operation<RecordInput, void> = {
  name: "deleteUsage",
  permission: "usage:delete",
  handle: async (environment, principal, input) => {
    const key = { organization_id: chooseOrganization(principal, input), id: input.id };
    await deleteUsage(environment.database, key, { actor: principal.actor, now: environment.now() });
  },
};

/** A stored record on the wire: times as RFC 3339, amounts as decimal strings, units as their own numbers. */
export function toWireUsage(usage: StoredUsage): WireUsage {
  const { timestamp, ingested_at, cost, applied_price_id: _id, reported_cost, units, extra, ...rest } = usage;
  return {
    ...rest,
    timestamp: formatInstant(timestamp, "UTC"),
    ingested_at: formatInstant(ingested_at, "UTC"),
    ...toWireUnits(units),
    cost_usd: cost === null ? null : formatUsd(cost),
    currency: "USD",
    reported_cost_usd: reported_cost?.text ?? null,
    extra,
  };
}

function toWireUnits(units: StoredUsage["units"]): Record<string, number> {
  const entries = Object.entries(units ?? {}) as [OtherUnitName, number][];
  return Object.fromEntries(entries.map(([name, count]) => [name, count / 10 ** OTHER_UNITS[name].decimals]));
}
