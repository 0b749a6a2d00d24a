/**
 * Alerts on the wire.
 */

import { z } from "@hono/zod-openapi";
import { ALERT_TYPES } from "../../../core/alert/alert.ts";
import { CHANNEL_KINDS } from "../../../core/alert/channel.ts";
import { LIMITS } from "../../../core/limits.ts";
import { accountListOf } from "./accounts.ts";
import { Instant, OrganizationId, orNull } from "./values.ts";

const ALERT_FIELDS = {
  id: z.string(),
  organization_id: z.string(),
  type: z.enum(ALERT_TYPES),
  text: z.string(),
  data: z.record(z.string(), z.unknown()).describe(
    "Facts, by the type, as in the webhook of that type; amounts as decimal text.",
  ),
  raised_at: Instant,
};

const Alert = z.object({
  ...ALERT_FIELDS,
  deliveries: z.array(z.object({
    channel_id: z.string(),
    channel: z.string(),
    state: z.enum(["pending", "delivered", "failed"]),
    tries: z.int(),
    outcome: z.string().nullable().describe("What the last try came to: `200`, `timed out`."),
    next_at: orNull(Instant),
  })),
}).meta({ id: "Alert" });

/** A page of alerts. */
export const AlertList = accountListOf(Alert).meta({ id: "AlertList" });

/** What a run found and sent. */
export const AlertRun = z.object({
  raised: z.array(z.object(ALERT_FIELDS).meta({ id: "RaisedAlert" })),
  deliveries: z.object({
    delivered: z.int(),
    pending: z.int().describe("Sent again later."),
    failed: z.int().describe("Not sent again."),
  }),
}).meta({ id: "AlertRun" });

/** Whose alerts are looked for. */
export const AlertRunRequest = z.strictObject({ organization_id: OrganizationId.optional() }).meta({
  id: "AlertRunRequest",
});

/** A new channel. */
export const NewAlertChannel = z.strictObject({
  organization_id: OrganizationId.optional(),
  name: z.string().min(1).max(LIMITS.id_characters),
  kind: z.enum(CHANNEL_KINDS).default("webhook").describe(
    '`webhook`: signed as Standard Webhooks are. `slack`: `{"text": …}`, as Slack\'s incoming webhooks take it.',
  ),
  url: z.string().min(1).max(LIMITS.text_characters).describe("An address with https, of a host that is public."),
}).meta({ id: "NewAlertChannel" });

const CHANNEL_FIELDS = {
  id: z.string(),
  organization_id: z.string(),
  name: z.string(),
  kind: z.enum(CHANNEL_KINDS),
  url: z.string().describe("Without its path, which may be a secret."),
  created_at: Instant,
};

const AlertChannel = z.object(CHANNEL_FIELDS).meta({ id: "AlertChannel" });

/** The channel that was made; this is the one time that its secret is shown. */
export const MadeAlertChannel = z.object({
  ...CHANNEL_FIELDS,
  secret: z.string().nullable().describe("What messages are signed with: `whsec_…`; null of other kinds."),
}).meta({ id: "MadeAlertChannel" });

/** Every channel. */
export const AlertChannelList = z.object({ data: z.array(AlertChannel) }).meta({ id: "AlertChannelList" });

/** What a receiver answered to a test. */
export const AlertTest = z.object({
  delivered: z.boolean(),
  outcome: z.string().describe("The status, or why there is none: `200`, `timed out`."),
}).meta({ id: "AlertTest" });
