/**
 * Alerts of a server.
 */

import type { RaisedAlert } from "../../core/alert/alert.ts";
import type { AlertChannel } from "../../core/alert/channel.ts";
import type { StoredAlert } from "../../db/alerts.ts";
import type { Receipt } from "../../server/alerts/post_message.ts";
import type {
  AlertListInput,
  AlertRun,
  AlertsInput,
  ChannelInput,
  NewChannelInput,
} from "../../server/operations/alerts.ts";
import type { Page } from "../../server/operations/users.ts";
import type { toWireAlert, toWireChannel, toWireStoredAlert } from "../../server/wire/alert.ts";
import type { AnyBinding, Binding } from "./binding.ts";

const listAlerts: Binding<AlertListInput, Page<StoredAlert>> = {
  method: "get",
  path: "/alerts",
  is_paged: true,
  toRequest: ({ organization_id, limit }) => ({ query: { organization_id, limit } }),
  fromAnswer: ({ json }) => ({ data: json.data.map(readStored), has_more: json.pagination.has_more }),
};

const runAlerts: Binding<AlertsInput, AlertRun> = {
  method: "post",
  path: "/alerts/run",
  toRequest: (body) => ({ body }),
  fromAnswer: ({ json: { raised, deliveries } }) => ({ raised: raised.map(readAlert), deliveries }),
};

const listAlertChannels: Binding<AlertsInput, AlertChannel[]> = {
  method: "get",
  path: "/alerts/channels",
  toRequest: (query) => ({ query: { ...query } }),
  fromAnswer: ({ json }) => json.data.map(readChannel),
};

const createAlertChannel: Binding<NewChannelInput, AlertChannel> = {
  method: "post",
  path: "/alerts/channels",
  toRequest: (body) => ({ body }),
  fromAnswer: ({ json: { secret, ...channel } }) => ({ ...readChannel(channel), secret }),
};

const ofChannel = { toRequest: ({ channel: id, ...query }: ChannelInput) => ({ params: { id }, query }) };

const deleteAlertChannel: Binding<ChannelInput, void> = {
  ...ofChannel,
  method: "delete",
  path: "/alerts/channels/{id}",
  fromAnswer: () => undefined,
};

const testAlertChannel: Binding<ChannelInput, Receipt> = {
  ...ofChannel,
  method: "post",
  path: "/alerts/channels/{id}/test",
  fromAnswer: ({ json: { delivered, outcome } }) => ({ is_delivered: delivered, is_final: false, outcome }),
};

/** The key, and how long it is kept, are the server's own concern. */
function readAlert({ raised_at, ...alert }: ReturnType<typeof toWireAlert>): RaisedAlert {
  return { ...alert, key: "", keep_until: 0, raised_at: Date.parse(raised_at) };
}

function readStored({ deliveries, ...alert }: ReturnType<typeof toWireStoredAlert>): StoredAlert {
  return {
    ...readAlert(alert),
    deliveries: deliveries.map(({ next_at, ...delivery }) => ({
      ...delivery,
      next_at: next_at === null ? null : Date.parse(next_at),
    })),
  };
}

function readChannel({ created_at, ...channel }: ReturnType<typeof toWireChannel>): AlertChannel {
  return { ...channel, secret: null, created_at: Date.parse(created_at) };
}

/** Bindings of alerts, by operation. */
export const ALERT_BINDINGS: Readonly<Record<string, AnyBinding>> = {
  listAlerts,
  runAlerts,
  listAlertChannels,
  createAlertChannel,
  deleteAlertChannel,
  testAlertChannel,
};
