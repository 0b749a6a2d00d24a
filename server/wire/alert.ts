/**
 * Alerts and their channels on the wire.
 */

import type { RaisedAlert } from "../../core/alert/alert.ts";
import { type AlertChannel, maskUrl } from "../../core/alert/channel.ts";
import { formatInstant } from "../../core/time.ts";
import type { StoredAlert } from "../../db/alerts.ts";
import type { AlertRun } from "../operations/alerts.ts";

/** An alert without its way. */
export function toWireAlert({ id, organization_id, type, text, data, raised_at }: RaisedAlert) {
  return { id, organization_id, type, text, data, raised_at: formatInstant(raised_at, "UTC") };
}

/** An alert and what became of it on its way to each channel. */
export function toWireStoredAlert({ deliveries, ...alert }: StoredAlert) {
  return {
    ...toWireAlert(alert),
    deliveries: deliveries.map(({ next_at, ...delivery }) => ({
      ...delivery,
      next_at: next_at === null ? null : formatInstant(next_at, "UTC"),
    })),
  };
}

/** What a run found and sent. */
export function toWireAlertRun({ raised, deliveries }: AlertRun) {
  return { raised: raised.map(toWireAlert), deliveries };
}

/** A channel, without its secret and the secret part of its address. */
export function toWireChannel({ id, organization_id, name, kind, url, created_at }: AlertChannel) {
  return { id, organization_id, name, kind, url: maskUrl(url), created_at: formatInstant(created_at, "UTC") };
}
