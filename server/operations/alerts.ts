/**
 * Alerts: which were raised, looking for them now, and the channels that they are sent to.
 */

import type { RaisedAlert } from "../../core/alert/alert.ts";
import { type AlertChannel, type ChannelKind, readChannelName, readChannelUrl } from "../../core/alert/channel.ts";
import { createChannel, deleteChannel, listChannels, readChannel } from "../../db/alert_channels.ts";
import { listAlerts, type StoredAlert } from "../../db/alerts.ts";
import { newWebhookSecret, writeMessage } from "../alerts/message.ts";
import type { Receipt } from "../alerts/post_message.ts";
import { placeOfHost } from "../alerts/receiver_address.ts";
import { type DeliveryCounts, evaluateAlerts, sendDue } from "../alerts/run_alerts.ts";
import type { Operation } from "./operation.ts";
import { chooseOrganization } from "./reports.ts";
import type { Page } from "./users.ts";

/** Whose alerts. */
export interface AlertsInput {
  readonly organization_id?: string;
}

/** A page of alerts; the newest first. */
export interface AlertListInput extends AlertsInput {
  /** The id of the last alert of the page before. */
  readonly before?: string;
  readonly limit: number;
}

/** Lists the alerts of an organization and what became of each on its way. */
export const readAlerts: Operation<AlertListInput, Page<StoredAlert>> = {
  name: "listAlerts",
  permission: "budget:read",
  handle: async ({ database }, principal, { before, limit, ...input }) => {
    const organization_id = chooseOrganization(principal, input);
    const found = await listAlerts(database, { organization_id, before, limit: limit + 1 });
    return { data: found.slice(0, limit), has_more: found.length > limit };
  },
};

/** What was new, and what became of all messages that were due. */
export interface AlertRun {
  readonly raised: readonly RaisedAlert[];
  readonly deliveries: DeliveryCounts;
}

/**
 * Looks for alerts of an organization now, raises those that are new, and sends what is due. Fails as what could not be
 * looked at does, once the rest is raised and sent.
 */
export const runAlerts: Operation<AlertsInput, AlertRun> = {
  name: "runAlerts",
  permission: "budget:write",
  handle: async (environment, principal, input) => {
    const organization_id = chooseOrganization(principal, input);
    const failures: unknown[] = [];
    const raised = await evaluateAlerts(environment, organization_id, {
      onFailure: (error) => void failures.push(error),
    });
    const deliveries = await sendDue(environment, { organization_id, signal: environment.stopping });
    if (failures.length > 0) throw failures[0];
    return { raised, deliveries };
  },
};

/** Lists the channels of an organization, the oldest first. */
export const readChannels: Operation<AlertsInput, AlertChannel[]> = {
  name: "listAlertChannels",
  permission: "budget:read",
  handle: async ({ database }, principal, input) => await listChannels(database, chooseOrganization(principal, input)),
};

/** A new channel. */
export interface NewChannelInput extends AlertsInput {
  readonly name: string;
  readonly kind: ChannelKind;
  readonly url: string;
}

/**
 * Adds a channel; what a webhook is signed with is made here, and shown this once. Fails with `invalid` on a name or an
 * address that is none, and with `conflict` when the name is taken.
 */
export const addChannel: Operation<NewChannelInput, AlertChannel> = {
  name: "createAlertChannel",
  permission: "budget:write",
  handle: async (environment, principal, { kind, ...input }) => {
    const now = environment.now();
    const channel: AlertChannel = {
      organization_id: chooseOrganization(principal, input),
      id: environment.newId(),
      name: readChannelName(input.name),
      kind,
      url: readChannelUrl(input.url, { allows_loopback: environment.allows_loopback, placeOf: placeOfHost }),
      secret: kind === "webhook" ? newWebhookSecret((bytes) => crypto.getRandomValues(bytes)) : null,
      created_at: now,
    };
    await createChannel(environment.database, channel, { actor: principal.actor, now });
    return channel;
  },
};

/** Which channel. */
export interface ChannelInput extends AlertsInput {
  /** The id, or the name. */
  readonly channel: string;
}

/** Takes a channel away, with what is still on its way to it. Fails with `not_found`. */
export const removeChannel: Operation<ChannelInput, void> = {
  name: "deleteAlertChannel",
  permission: "budget:write",
  handle: async (environment, principal, { channel, ...input }) => {
    const key = { organization_id: chooseOrganization(principal, input), channel };
    await deleteChannel(environment.database, key, { actor: principal.actor, now: environment.now() });
  },
};

/** Sends a message to a channel, once and now, and says what it answered. Fails with `not_found`. */
export const testChannel: Operation<ChannelInput, Receipt> = {
  name: "testAlertChannel",
  permission: "budget:write",
  handle: async (environment, principal, { channel: name, ...input }) => {
    const { database, now, newId, postMessage } = environment;
    const channel = await readChannel(database, {
      organization_id: chooseOrganization(principal, input),
      channel: name,
    });
    const { organization_id } = channel;
    const text = `A test of the costops alert channel ${channel.name}`;
    const alert = { organization_id, id: newId(), type: "alert.test", text, data: {}, raised_at: now() };
    return await postMessage(writeMessage(alert, channel, now()));
  },
};
