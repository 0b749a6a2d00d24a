/**
 * An alert as a message to a channel: a signed Standard Webhook, or a text for Slack.
 */

import { Webhook } from "standardwebhooks";
import { type RaisedAlert, toSlackBody, toWebhookBody } from "../../core/alert/alert.ts";
import type { AlertChannel } from "../../core/alert/channel.ts";
import type { OutgoingMessage } from "./post_message.ts";

const SECRET_BYTES = 32;

/** A new secret of a webhook: `whsec_` and 32 random bytes. */
export function newWebhookSecret(fill: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array): string {
  return `whsec_${fill(new Uint8Array(SECRET_BYTES)).toBase64()}`;
}

/** What a message is made of. */
export type AlertMessage = Pick<RaisedAlert, "organization_id" | "id" | "text" | "data" | "raised_at"> & {
  readonly type: string;
};

/** Writes a message. The signature is of the moment it is sent; the id stays, so that a receiver can tell it came before. */
export function writeMessage(alert: AlertMessage, channel: AlertChannel, now: number): OutgoingMessage {
  const { url, secret } = channel;
  if (secret === null) return { url, headers: {}, body: JSON.stringify(toSlackBody(alert)) };
  const body = JSON.stringify(toWebhookBody(alert));
  const headers = {
    "webhook-id": alert.id,
    "webhook-timestamp": String(Math.floor(now / 1000)),
    "webhook-signature": new Webhook(secret).sign(alert.id, new Date(now), body),
  };
  return { url, headers, body };
}
