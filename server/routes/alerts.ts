/**
 * Alerts over HTTP.
 */

import { addChannel, readAlerts, readChannels, removeChannel, runAlerts, testChannel } from "../operations/alerts.ts";
import { toWireAlertRun, toWireChannel, toWireStoredAlert } from "../wire/alert.ts";
import { readPosition, writePage } from "./account_pages.ts";
import { jsonBody } from "./body.ts";
import { defineRoute, type Route } from "./route.ts";
import { AccountListQuery } from "./schemas/accounts.ts";
import {
  AlertChannelList,
  AlertList,
  AlertRun,
  AlertRunRequest,
  AlertTest,
  MadeAlertChannel,
  NewAlertChannel,
} from "./schemas/alerts.ts";
import { IdParams, OrganizationQuery } from "./schemas/values.ts";

const tag = "Alerts";

const list = defineRoute({
  method: "get",
  path: "/alerts",
  summary: "List alerts",
  description: "Each is raised once; the newest first, with what became of it on its way to each channel.",
  tag,
  query: AccountListQuery,
  replies: { 200: { description: "A page of alerts", schema: AlertList } },
  operation: readAlerts,
  read: (request) => {
    const { organization_id, limit } = request.query;
    const position = readPosition("alerts", request);
    return { organization_id, limit, before: position === undefined ? undefined : String(position[0]) };
  },
  write: (page, request) =>
    writePage("alerts", { ...page, positionOf: ({ id }) => [id], toWire: toWireStoredAlert }, request),
});

const run = defineRoute({
  method: "post",
  path: "/alerts/run",
  summary: "Look for alerts now",
  description: "Raises what is new and sends what is due. A server does so by itself, too.",
  tag,
  body: jsonBody(AlertRunRequest),
  replies: { 200: { description: "What was new, and what became of the messages", schema: AlertRun } },
  operation: runAlerts,
  read: ({ body }) => body,
  write: (output) => ({ status: 200, body: toWireAlertRun(output) }),
});

const listChannels = defineRoute({
  method: "get",
  path: "/alerts/channels",
  summary: "List the channels that alerts are sent to",
  tag,
  query: OrganizationQuery,
  replies: { 200: { description: "The channels, the oldest first", schema: AlertChannelList } },
  operation: readChannels,
  read: ({ query }) => query,
  write: (channels) => ({ status: 200, body: { data: channels.map(toWireChannel) } }),
});

const createChannel = defineRoute({
  method: "post",
  path: "/alerts/channels",
  summary: "Add a channel",
  description: "The secret that a webhook is signed with is shown this once.",
  tag,
  body: jsonBody(NewAlertChannel),
  replies: { 201: { description: "The channel", schema: MadeAlertChannel } },
  problems: [409],
  takes_idempotency_key: true,
  operation: addChannel,
  read: ({ body }) => body,
  write: (output) => ({ status: 201, body: { ...toWireChannel(output), secret: output.secret } }),
});

const deleteChannel = defineRoute({
  method: "delete",
  path: "/alerts/channels/{id}",
  summary: "Take a channel away",
  description: "With what is still on its way to it.",
  tag,
  params: IdParams,
  query: OrganizationQuery,
  replies: { 204: { description: "It is gone" } },
  problems: [404],
  operation: removeChannel,
  read: ({ params, query }) => ({ ...query, channel: params.id }),
  write: () => ({ status: 204 }),
});

const test = defineRoute({
  method: "post",
  path: "/alerts/channels/{id}/test",
  summary: "Send a test to a channel",
  description: "Once and now; whether it was taken is said, and no failure.",
  tag,
  params: IdParams,
  query: OrganizationQuery,
  replies: { 200: { description: "What the receiver answered", schema: AlertTest } },
  problems: [404],
  operation: testChannel,
  read: ({ params, query }) => ({ ...query, channel: params.id }),
  write: ({ is_delivered, outcome }) => ({ status: 200, body: { delivered: is_delivered, outcome } }),
});

/** Routes of alerts. */
export const ALERT_ROUTES: readonly Route[] = [list, run, listChannels, createChannel, deleteChannel, test];
