/**
 * Looks for alerts and sends messages: what the server does on its schedule and `alerts run` from cron.
 */

import type { RaisedAlert } from "../../core/alert/alert.ts";
import { LIMITS } from "../../core/limits.ts";
import { type DueDelivery, endDelivery, raiseAlerts, takeDelivery } from "../../db/alerts.ts";
import type { Environment } from "../environment.ts";
import { writeMessage } from "./message.ts";
import { ALERT_SOURCES, type TellFailure } from "./sources.ts";

/** How an organization is looked at. */
export interface LookOptions {
  /** Sources that are left out. */
  readonly without?: readonly string[];
  /** Told what could not be looked at; absent: the first of it is thrown, once all that could be is raised. */
  readonly onFailure?: TellFailure;
}

/** Looks at the sources of an organization and raises what is new; a source that fails holds up no other. */
export async function evaluateAlerts(
  environment: Environment,
  organization_id: string,
  { without = [], onFailure }: LookOptions = {},
): Promise<RaisedAlert[]> {
  const { database, newId } = environment;
  const raised: RaisedAlert[] = [];
  const failures: unknown[] = [];
  const tell = onFailure ?? ((error) => failures.push(error));
  for (const [name, find] of Object.entries(ALERT_SOURCES)) {
    if (without.includes(name)) continue;
    try {
      const alerts = await find(environment, organization_id, tell);
      raised.push(...await raiseAlerts(database, { organization_id, alerts, newId }, environment.now()));
    } catch (error) {
      tell(error);
    }
  }
  if (failures.length > 0) throw failures[0];
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

/** Whose messages are sent, and how long. */
export interface SendOptions {
  /** Of this one alone; of all when not given. */
  readonly organization_id?: string;
  readonly signal?: AbortSignal;
  /** Organizations that have a message on its way, shared by whoever sends at the same time. */
  readonly busy?: Set<string>;
}

/** Sends every message that is due, of one organization or of all; those of one organization one after another. */
export async function sendDue(
  environment: Environment,
  { organization_id, signal, busy = new Set() }: SendOptions = {},
): Promise<DeliveryCounts> {
  const { database, now } = environment;
  const counts = { delivered: 0, pending: 0, failed: 0 };
  const failures: unknown[] = [];
  const sending = new Set<Promise<void>>();
  const begin = (due: DueDelivery) => {
    const { organization_id: whose } = due.alert;
    busy.add(whose);
    const sent: Promise<void> = sendOne(environment, due, signal)
      .then((state) => void counts[state]++, (error) => void failures.push(error))
      .finally(() => {
        busy.delete(whose);
        sending.delete(sent);
      });
    sending.add(sent);
  };
  try {
    while (signal?.aborted !== true && failures.length === 0) {
      const before = sending.size;
      const due = busy.size >= LIMITS.webhooks_at_once
        ? undefined
        : await takeDelivery(database, { organization_id, without: [...busy], now: now() });
      if (due !== undefined) begin(due);
      else if (before === 0) break;
      // When one has ended meanwhile, the others of its organization were not looked for.
      else if (sending.size === before) await Promise.race(sending);
    }
  } finally {
    await Promise.all(sending);
  }
  if (failures.length > 0) throw failures[0];
  return counts;
}

async function sendOne(
  environment: Environment,
  due: DueDelivery,
  signal: AbortSignal | undefined,
): Promise<keyof DeliveryCounts> {
  const { database, postMessage, now } = environment;
  const receipt = await postMessage(writeMessage(due.alert, due.channel, now()), signal);
  // Broken off by us: it is sent again as was planned when it was taken.
  if (!receipt.is_delivered && signal?.aborted === true) return "pending";
  return await endDelivery(database, due, { ...receipt, now: now() });
}
