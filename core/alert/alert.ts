/**
 * What an alert is: something that people should hear of once.
 */

/** What alerts are about, as receivers read it. */
export const ALERT_TYPES = ["budget.threshold_reached", "anomaly.found", "price.missing"] as const;
export type AlertType = (typeof ALERT_TYPES)[number];

/** An alert before anybody was told. */
export interface Alert {
  readonly type: AlertType;
  /** What it is about, in one text: an alert whose key was raised before is not raised again. */
  readonly key: string;
  /** One sentence for people, without its end. */
  readonly text: string;
  /** Facts for programs; what JSON can hold, amounts as decimal strings. */
  readonly data: Readonly<Record<string, unknown>>;
  /** Until when the key must not be raised again; milliseconds since 1970 UTC. */
  readonly keep_until: number;
}

/** An alert that was raised. */
export interface RaisedAlert extends Alert {
  readonly organization_id: string;
  readonly id: string;
  readonly raised_at: number;
}

/** A message as receivers of webhooks get it: the body of a Standard Webhook. */
export function toWebhookBody(
  { type, raised_at, organization_id, text, data }: Omit<RaisedAlert, "key" | "keep_until" | "type"> & {
    readonly type: string;
  },
) {
  return { type, timestamp: new Date(raised_at).toISOString(), data: { organization_id, text, ...data } };
}

/** A message as Slack and what is like it take it; `&`, `<` and `>` would be its markup. */
export function toSlackBody({ text }: Pick<Alert, "text">) {
  return { text: text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;") };
}
