/**
 * Answers `costops anomalies` and `costops report anomaly`.
 */

import { writeAnomalyView } from "../core/anomaly/write_view.ts";
import { CostopsError } from "../core/error.ts";
import { acknowledgeAnomaly } from "../server/operations/acknowledge_anomaly.ts";
import { findAnomalies } from "../server/operations/anomalies.ts";
import { toWireAcknowledgement } from "../server/wire/acknowledgement.ts";
import type { AnswerOptions, QueryOptions } from "./query_options.ts";
import { answerWith, readPeriod } from "./report_answer.ts";
import type { Shell } from "./run.ts";
import { type Session, withSession } from "./session.ts";

/** The flags of `anomalies` that say what is looked for. */
export interface AnomalyOptions extends AnswerOptions {
  readonly interval?: string;
  readonly groupBy?: readonly string[];
  readonly minImpact?: string;
  readonly probability?: number;
}

/** What a shell gets with `--fail-on-anomaly` when there is one. */
const FOUND = 11;

/** What flags say of which anomalies are meant. */
export function readAnomalies(
  { interval, groupBy, minImpact, probability, ...options }: AnomalyOptions,
  session: Session,
) {
  const min_score = probability === undefined ? undefined : -Math.log10(probability);
  return { ...readPeriod(options, session), interval, group_by: groupBy, min_impact: minImpact, min_score };
}

/** Answers `anomalies`: its own view on a terminal. Sets exit code 11 when that is asked for and there is one. */
export async function answerAnomalies(
  options: AnomalyOptions & { readonly failOnAnomaly?: true },
  shell: Shell,
): Promise<void> {
  const ask = async (session: Session) => {
    const report = await session.perform(findAnomalies, readAnomalies(options, session));
    if (options.failOnAnomaly && report.rows.length > 0) shell.exit_code = FOUND;
    return report;
  };
  await answerWith(ask, { options, shell, offTerminal: "json", writeTable: writeAnomalyView });
}

/** Answers `anomalies ack`. */
export async function acknowledge(
  id: string,
  { options, shell }: { readonly options: AnomalyOptions; readonly shell: Shell },
): Promise<void> {
  const kept = await withSession(
    options,
    (session) => session.perform(acknowledgeAnomaly, { ...readAnomalies(options, session), id }),
  );
  const written = toWireAcknowledgement(kept);
  if (options.json) return shell.terminal.out(`${JSON.stringify(written, null, 2)}\n`);
  const { series, direction, since, level_usd } = written;
  shell.terminal.out(
    `${series} since ${since} is normal: ${direction} what was usual, about ${level_usd} a ${kept.interval}\n`,
  );
}

/** Answers `report anomaly`. Fails with `usage` on columns, of which it has its own. */
export async function reportAnomalies(options: QueryOptions, shell: Shell): Promise<void> {
  if (options.columns !== undefined) {
    throw new CostopsError("usage", "Cannot use --columns with report anomaly: it has its own");
  }
  const ask = (session: Session) => session.perform(findAnomalies, readAnomalies(options, session));
  await answerWith(ask, { options, shell, offTerminal: "csv" });
}
