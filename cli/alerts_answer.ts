/**
 * Looks for alerts and lists them.
 */

import { LIMITS } from "../core/limits.ts";
import { formatInstant } from "../core/time.ts";
import type { AlertDelivery } from "../db/alerts.ts";
import { readAlerts, runAlerts, testChannel } from "../server/operations/alerts.ts";
import { toWireAlertRun, toWireStoredAlert } from "../server/wire/alert.ts";
import { CostopsError } from "../core/error.ts";
import { writeGrid } from "./grid.ts";
import type { CommonOptions } from "./options.ts";
import type { Shell } from "./run.ts";
import { type Session, withSession } from "./session.ts";
import { showControls } from "./terminal.ts";

type JsonOptions = CommonOptions & { readonly json?: true };

/** Answers `costops alerts run`: one line for each new alert. */
export async function runNow(options: JsonOptions, { terminal }: Shell): Promise<void> {
  const run = await withSession(options, (session) => session.perform(runAlerts, {}), { isReading: true });
  const { raised, deliveries: { delivered, pending, failed } } = run;
  if (options.json) terminal.out(`${JSON.stringify(toWireAlertRun(run), null, 2)}\n`);
  else terminal.out(raised.map(({ text }) => `${showControls(text)}\n`).join(""));
  if (options.quiet) return;
  terminal.note(`raised ${raised.length} / delivered ${delivered} / to be sent again ${pending} / failed ${failed}`);
}

/** Answers `costops alerts list`. */
export async function listRaised(
  options: JsonOptions & { readonly limit: number },
  { terminal }: Shell,
): Promise<void> {
  const work = (session: Session) => readNewest(session, options.limit);
  const alerts = await withSession(options, work, { isReading: true });
  if (options.json) return terminal.out(`${JSON.stringify({ data: alerts.map(toWireStoredAlert) }, null, 2)}\n`);
  if (alerts.length === 0) {
    if (!options.quiet) terminal.note("No alerts were raised: costops alerts run looks for them");
    return;
  }
  const rows = alerts.map(({ raised_at, text, deliveries }) => [
    // To the second: a column of times is read downwards.
    formatInstant(raised_at - raised_at % 1000, "UTC"),
    text,
    deliveries.map(writeDelivery).join(", "),
  ]);
  terminal.out(writeGrid(["raised", "alert", "sent to"], rows, ["left", "left", "left"]));
}

async function readNewest(session: Session, count: number) {
  const { data } = await session.perform(readAlerts, { limit: Math.min(count, LIMITS.query_rows) });
  return data;
}

function writeDelivery({ channel, state, tries, outcome }: AlertDelivery): string {
  if (state === "delivered") return channel;
  const last = outcome === null ? "" : `: ${outcome}`;
  return state === "failed" ? `${channel} (failed${last})` : `${channel} (tried ${tries} times${last})`;
}

/** Answers `costops alerts test`. Fails with `temporary` when the channel has not taken it. */
export async function testOne(channel: string, options: CommonOptions, { terminal }: Shell): Promise<void> {
  const work = (session: Session) => session.perform(testChannel, { channel });
  const { is_delivered, outcome } = await withSession(options, work, { isReading: true });
  const shown = JSON.stringify(channel);
  if (!is_delivered) throw new CostopsError("temporary", `Cannot deliver a test to the channel ${shown}: ${outcome}`);
  if (!options.quiet) terminal.note(`The channel ${shown} has taken a test: ${outcome}`);
}
