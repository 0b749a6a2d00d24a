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
  let running = Promise.resolve();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const plan = () => {
    timer = setTimeout(() => {
      running = runTurn(environment, { interval_ms, log, signal }).finally(() => {
        if (!signal.aborted) plan();
      });
    }, tick_ms);
  };
  plan();
  return {
    stop: async () => {
      ending.abort();
      clearTimeout(timer);
      await running;
    },
  };
}

/** One tick: a look at every organization when it is time for one, and every message that is due. Never fails. */
export async function runTurn(
  environment: Environment,
  { interval_ms, log, signal }: Pick<ScheduleOptions, "interval_ms" | "log"> & { readonly signal: AbortSignal },
): Promise<void> {
  try {
    const turn = { name: "alerts", every_ms: interval_ms, now: environment.now() };
    if (await takeTurn(environment.database, turn)) await lookAtAll(environment, { log, signal });
    const { failed } = await sendDue(environment, { signal });
    if (failed > 0) log.write("warn", "alerts were not delivered and are not sent again", { messages: failed });
  } catch (error) {
    log.write("error", "alerts could not be sent", { error: describeFault(error) });
  }
}

async function lookAtAll(
  environment: Environment,
  { log, signal }: { readonly log: Log; readonly signal: AbortSignal },
): Promise<void> {
  const { database, now } = environment;
  const isHour = await takeTurn(database, { name: "costly alerts", every_ms: HOUR_MS, now: now() });
  const without = isHour ? [] : COSTLY_SOURCES;
  for (const { id: organization_id } of await listOrganizations(environment.database)) {
    if (signal.aborted) return;
    try {
      for (const { id, type } of await evaluateAlerts(environment, organization_id, { without })) {
        log.write("info", "alert raised", { organization_id, alert_id: id, alert_type: type });
      }
    } catch (error) {
      // What is wrong with one organization's budgets is no reason not to tell the others.
      log.write("error", "alerts could not be looked for", { organization_id, error: describeFault(error) });
    }
  }
}
