/**
 * The price book over HTTP.
 */

import { z } from "@hono/zod-openapi";
import { type OwnPrice as CoreOwnPrice, writeOwnPrice } from "../../core/pricing/own_price.ts";
import {
  endOwnPrice,
  listMissingPrices,
  listPriceEntries,
  removeOwnPrice,
  setOwnPrice,
  showModelPrices,
} from "../operations/prices.ts";
import { chooseOrganization } from "../operations/reports.ts";
import { repriceRecords } from "../operations/reprice.ts";
import { toWireMissing } from "../wire/missing_price.ts";
import { toWirePriceEntry } from "../wire/price.ts";
import { toWireRepricing } from "../wire/repricing.ts";
import { jsonBody } from "./body.ts";
import { defineRoute, type Route } from "./route.ts";
import {
  EndPriceRequest,
  MissingPrice,
  PriceChange,
  PriceEnd,
  PriceEntry,
  RepriceRequest,
  Repricing,
  SetPriceRequest,
  ShownPrice,
} from "./schemas/prices.ts";
import { RANGE_FIELDS } from "./schemas/queries.ts";
import { Flag, IdParams, Name, OrganizationId } from "./schemas/values.ts";

const tag = "Prices";

const list = defineRoute({
  method: "get",
  path: "/prices",
  summary: "List the prices in force",
  description: "Own prices first, which go before the catalogue's, then the catalogue's.",
  tag,
  query: z.strictObject({
    organization_id: OrganizationId.optional(),
    provider: Name.optional(),
    at: z.string().min(1).max(64).optional().describe("RFC 3339, or a day of UTC; now when it is not given."),
    own: Flag.describe("Only own prices."),
  }),
  replies: {
    200: {
      description: "The prices",
      schema: z.object({ data: z.array(PriceEntry) }).meta({ id: "PriceList" }),
    },
  },
  operation: listPriceEntries,
  read: ({ query: { own, ...query } }) => ({ ...query, is_own_only: own }),
  write: (output) => ({ status: 200, body: { data: output.map(toWirePriceEntry) } }),
});

const history = defineRoute({
  method: "get",
  path: "/prices/history",
  summary: "Every price of a model",
  description: "Past, current and to come, in order of precedence, and which of them costs take now.",
  tag,
  query: z.strictObject({
    organization_id: OrganizationId.optional(),
    provider: Name.optional().describe("Where the model's name does not tell it."),
    model: Name,
  }),
  replies: {
    200: {
      description: "The prices",
      schema: z.object({ data: z.array(ShownPrice) }).meta({ id: "PriceHistory" }),
    },
  },
  problems: [404],
  operation: showModelPrices,
  read: ({ query }) => query,
  write: (output) => ({ status: 200, body: { data: output.map(toWirePriceEntry) } }),
});

const set = defineRoute({
  method: "post",
  path: "/prices",
  summary: "Set an own price",
  description: "It goes before the catalogue's from its time on. Stored costs stay until they are priced again.",
  tag,
  body: jsonBody(SetPriceRequest),
  replies: {
    200: { description: "What would be set (dry_run)", schema: PriceChange },
    201: { description: "What was set", schema: PriceChange },
  },
  problems: [409],
  takes_idempotency_key: true,
  operation: setOwnPrice,
  read: ({ body: { organization_id, is_installation, dry_run, ...price } }) => ({
    organization_id,
    price,
    is_installation,
    is_dry_run: dry_run,
  }),
  write: ({ set, ended, resumed, notice, missing }, { body: { dry_run } }) => ({
    status: dry_run ? 200 : 201,
    body: { dry_run, set: writeOwnPrice(set), ended: writeAny(ended), resumed: writeAny(resumed), notice, missing },
  }),
});

const end = defineRoute({
  method: "post",
  path: "/prices/{id}/end",
  summary: "End an own price at a time",
  description: "As DELETE does, and says what that did. At its own beginning it is undone: it has never held.",
  tag,
  params: IdParams,
  body: jsonBody(EndPriceRequest),
  replies: { 200: { description: "What has ended, or would", schema: PriceEnd } },
  problems: [404, 409],
  takes_idempotency_key: true,
  operation: endOwnPrice,
  read: ({ params, body: { dry_run, ...body } }) => ({ ...body, ...params, is_dry_run: dry_run }),
  write: ({ ended, restored }, { body: { dry_run } }) => ({
    status: 200,
    body: { dry_run, ended: writeOwnPrice(ended), restored: writeAny(restored) },
  }),
});

const remove = defineRoute({
  method: "delete",
  path: "/prices/{id}",
  summary: "End an own price",
  description: "From then on the next price in order holds. One that ends where it begins has never held.",
  tag,
  params: IdParams,
  query: z.strictObject({
    organization_id: OrganizationId.optional(),
    at: z.string().min(1).max(64).optional().describe("RFC 3339, or a day of UTC; now when it is not given."),
    is_installation: Flag.describe("It is the whole installation's; only a super admin's to end."),
  }),
  replies: { 204: { description: "It has ended" } },
  problems: [404],
  operation: removeOwnPrice,
  read: ({ params, query }) => ({ ...query, ...params, is_dry_run: false }),
  write: () => ({ status: 204 }),
});

const reprice = defineRoute({
  method: "post",
  path: "/prices/reprice",
  summary: "Price stored records again",
  description:
    "Each with the price now known for its own instant, all of it or nothing; dry_run shows what it changes.",
  tag,
  body: jsonBody(RepriceRequest),
  replies: { 200: { description: "What was changed, or would be", schema: Repricing } },
  takes_idempotency_key: true,
  changes_usage_of: ({ principal, body }) => chooseOrganization(principal, body),
  operation: repriceRecords,
  read: ({ body: { dry_run, ...query } }) => ({ ...query, is_dry_run: dry_run }),
  write: (output, { body }) => ({ status: 200, body: toWireRepricing(output, body.dry_run) }),
});

const missing = defineRoute({
  method: "get",
  path: "/prices/missing",
  summary: "List usage without a price",
  description: "By model and reason, most tokens first; all time when no range is given.",
  tag,
  query: z.strictObject({
    organization_id: RANGE_FIELDS.organization_id,
    since: RANGE_FIELDS.since,
    until: RANGE_FIELDS.until,
    tz: RANGE_FIELDS.tz,
  }),
  replies: {
    200: {
      description: "The models",
      schema: z.object({ data: z.array(MissingPrice) }).meta({ id: "MissingPriceList" }),
    },
  },
  operation: listMissingPrices,
  read: ({ query }) => query,
  write: (output) => ({ status: 200, body: { data: output.map(toWireMissing) } }),
});

function writeAny(price: CoreOwnPrice | undefined) {
  return price === undefined ? null : writeOwnPrice(price);
}

/** Routes of prices. */
export const PRICE_ROUTES: readonly Route[] = [list, history, set, end, remove, reprice, missing];
