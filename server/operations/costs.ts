/**
 * What single records cost.
 */

import type { AppliedPrice } from "../../core/pricing/price.ts";
import { type PricedUsage, readUsage, type StoredUsage } from "../../db/usage.ts";
import type { Operation } from "./operation.ts";
import { findRecordPage, type PageInput, type RecordPage, type RecordQuery } from "./record_pages.ts";
import { chooseOrganization } from "./reports.ts";
import { type RecordInput, toWireUsage, type WireUsage } from "./usage.ts";

/** A page of costs. */
export interface CostList extends Pick<RecordPage, "pagination" | "next"> {
  readonly data: readonly WireUsage[];
}

/** Lists what records cost. Fails with `invalid` on a query that cannot be read. */
export const listCosts: Operation<RecordQuery & PageInput, CostList> = {
  name: "listCosts",
  permission: "cost:read",
  handle: async (environment, principal, input) => {
    const { found, pagination, next } = await findRecordPage(environment, principal, input);
    return { data: found.map(toWireCost), pagination, next };
  },
};

/** What one record costs, and the price that comes from. */
export interface RecordCost {
  readonly cost: WireUsage;
  readonly catalog_model: string | null;
  readonly price: AppliedPrice | null;
}

/** Reads what one record costs. Fails with `not_found` or `deleted`. */
export const getCost: Operation<RecordInput, RecordCost> = {
  name: "getCost",
  permission: "cost:read",
  handle: async (environment, principal, input) => {
    const organization_id = chooseOrganization(principal, input);
    const usage: PricedUsage = await readUsage(environment.database, { organization_id, id: input.id });
    return { cost: toWireCost(usage), catalog_model: usage.catalog_model, price: usage.price };
  },
};

const COST_FIELDS = [
  "organization_id",
  "id",
  "timestamp",
  "provider",
  "model",
  "service_tier",
  "region",
  "operation",
  "project",
  "user",
  "environment",
  "session",
  "tags",
  "cost_usd",
  "currency",
  "unpriced_reason",
  "reported_cost_usd",
] as const;

function toWireCost(usage: StoredUsage): WireUsage {
  const wire = toWireUsage(usage);
  return Object.fromEntries(COST_FIELDS.map((name) => [name, wire[name]]));
}
