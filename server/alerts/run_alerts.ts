/**
 * Looks for alerts and sends messages: what the server does on its schedule and `alerts run` from cron.
 */

import type { RaisedAlert } from "../../core/alert/alert.ts";
import { type DueDelivery, endDelivery, raiseAlerts, takeDelivery } from "../../db/alerts.ts";
import type { Environment } from "../environment.ts";
import { writeMessage } from "./message.ts";
import { ALERT_SOURCES } from "./sources.ts";

/** Looks at the sources of an organization, all of them unless some are to be left out, and raises what is new. */
export async function evaluateAlerts(
  environment: Environment,
  organization_id: string,
  { without = [] }: { readonly without?: readonly string[] } = {},
): Promise<RaisedAlert[]> {
  const raised: RaisedAlert[] = [];
  for (const [name, find] of Object.entries(ALERT_SOURCES)) {
    if (without.includes(name)) continue;
    const alerts = await find(environment, organization_id);
    const { database, newId } = environment;
    raised.push(...await raiseAlerts(database, { organization_id, alerts, newId }, environment.now()));
  }
  return raised;
}

/** What became of messages that were sent. */
export interface DeliveryCounts {
  readonly delivered: number;
  /** Those that are sent again later. */
  readonly pending: number;
  /** Those that nobody sends again. */
  readonly failed: number;
}

/** Sends every message that is due, of one organization or of all, one after another. */
export async function sendDue(
  environment: Environment,
  { organization_id, signal }: { readonly organization_id?: string; readonly signal?: AbortSignal } = {},
): Promise<DeliveryCounts> {
  const counts = { delivered: 0, pending: 0, failed: 0 };
  while (signal?.aborted !== true) {
    const due = await takeDelivery(environment.database, { organization_id, now: environment.now() });
    if (due === undefined) break;
    counts[await sendOne(environment, due, signal)]++;
  }
  return counts;
}

async function sendOne(
  environment: Environment,
  due: DueDelivery,
  signal: AbortSignal | undefined,
): Promise<keyof DeliveryCounts> {
  const { database, postMessage, now } = environment;
  const receipt = await postMessage(writeMessage(due.alert, due.channel, now()), signal);
  return await endDelivery(database, due, { ...receipt, now: now() });
}
