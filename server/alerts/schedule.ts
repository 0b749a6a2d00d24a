/**
 * Looks for alerts and sends messages for as long as a server runs. Several processes on one database share the turns.
 */

import { listOrganizations } from "../../db/organizations.ts";
import { takeTurn } from "../../db/turns.ts";
import type { Environment } from "../environment.ts";
import type { Log } from "../log/log.ts";
import { describeFault } from "../log/request_log.ts";
import { evaluateAlerts, sendDue } from "./run_alerts.ts";
import { COSTLY_SOURCES } from "./sources.ts";

/** From one tick to the next: messages wait no longer than this for their turn. */
const TICK_MS = 30_000;

const HOUR_MS = 3_600_000;

/** What runs until it is stopped. */
export interface AlertSchedule {
  /** Takes no new turn, and waits for what is being done; a message on its way is broken off and sent again later. */
  stop(): Promise<void>;
}

/** How a schedule goes. */
export interface ScheduleOptions {
  /** From one look at all organizations to the next, whichever process takes it. */
  readonly interval_ms: number;
  readonly log: Log;
  readonly tick_ms?: number;
}

/** Starts looking; undefined when there is no interval. */
export function scheduleAlerts(
  environment: Environment,
  { interval_ms, log, tick_ms = TICK_MS }: ScheduleOptions,
): AlertSchedule | undefined {
  if (interval_ms === 0) return undefined;
  const ending = new AbortController();
  const { signal } = ending;
  const parts = { log, signal };
  const busy = new Set<string>();
  const sending = new Set<Promise<void>>();
  let looking = Promise.resolve();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tick = async () => {
    await lookInTurn(environment, { ...parts, interval_ms });
    if (signal.aborted) return;
    // Not waited for: a receiver that does not answer must not keep anybody from being looked at.
    const sent: Promise<void> = sendAll(environment, { ...parts, busy }).finally(() => sending.delete(sent));
    sending.add(sent);
    plan();
  };
  const plan = () => {
    timer = setTimeout(() => looking = tick(), tick_ms);
  };
  plan();
  return {
    stop: async () => {
      ending.abort();
      clearTimeout(timer);
      await looking;
      await Promise.all(sending);
    },
  };
}

interface TurnParts {
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** Looks at every organization when it is time for it. Never fails. */
async function lookInTurn(
  environment: Environment,
  { interval_ms, ...parts }: TurnParts & { readonly interval_ms: number },
): Promise<void> {
  try {
    const turn = { name: "alerts", every_ms: interval_ms, now: environment.now() };
    if (await takeTurn(environment.database, turn)) await lookAtAll(environment, parts);
  } catch (error) {
    parts.log.write("error", "alerts could not be looked for", { error: describeFault(error) });
  }
}

/** Sends every message that is due. Never fails. */
async function sendAll(
  environment: Environment,
  { log, signal, busy }: TurnParts & { readonly busy: Set<string> },
): Promise<void> {
  try {
    const { failed } = await sendDue(environment, { signal, busy });
    if (failed > 0) log.write("warn", "alerts were not delivered and are not sent again", { messages: failed });
  } catch (error) {
    log.write("error", "alerts could not be sent", { error: describeFault(error) });
  }
}

async function lookAtAll(
  environment: Environment,
  { log, signal }: TurnParts,
): Promise<void> {
  const { database, now } = environment;
  const isHour = await takeTurn(database, { name: "costly alerts", every_ms: HOUR_MS, now: now() });
  const without = isHour ? [] : COSTLY_SOURCES;
  for (const { id: organization_id } of await listOrganizations(environment.database)) {
    if (signal.aborted) return;
    // What is wrong with one organization's budgets is no reason not to tell the others, nor its other alerts.
    const failures: unknown[] = [];
    const onFailure = (error: unknown) => void failures.push(error);
    for (const { id, type } of await evaluateAlerts(environment, organization_id, { without, onFailure })) {
      log.write("info", "alert raised", { organization_id, alert_id: id, alert_type: type });
    }
    if (failures.length === 0) continue;
    const about = { organization_id, failures: failures.length, error: describeFault(failures[0]) };
    log.write("error", "alerts could not be looked for", about);
  }
}
