/**
 * Makes forecasts from flags and writes them where and how the flags say.
 */

import { CostopsError } from "../core/error.ts";
import type { UsageMeasure } from "../core/forecast/measure_names.ts";
import type { Report } from "../core/report/report.ts";
import type { ForecastQuestion } from "../server/forecast/question.ts";
import { forecastCost, forecastUsage, toForecastQuestion } from "../server/operations/forecasts.ts";
import { Interruption } from "./interruption.ts";
import type { AnswerOptions, QueryOptions } from "./query_options.ts";
import { answerWith, readPeriod } from "./report_answer.ts";
import { startRowProgress } from "./row_progress.ts";
import type { Shell } from "./run.ts";
import type { Session } from "./session.ts";

/** The flags of `forecast`. */
export interface ForecastOptions extends Omit<AnswerOptions, "since" | "until" | "chart"> {
  readonly interval?: string;
  readonly horizon?: number;
  readonly groupBy?: readonly string[];
  readonly level?: number;
  readonly historySince?: string;
  readonly historyUntil?: string;
  readonly driver?: "auto" | "cost" | "usage";
  readonly measure?: UsageMeasure;
  readonly fast?: true;
  readonly thorough?: true;
  readonly chart: boolean;
}

/** Answers `forecast`. */
export async function answerForecast(
  subject: "cost" | "usage",
  { options, shell }: { readonly options: ForecastOptions; readonly shell: Shell },
): Promise<void> {
  const { horizon, level, historySince: since, historyUntil: until } = options;
  const { interval, group_by } = readGrouping(options);
  const method = options.fast ? "fast" as const : options.thorough ? "auto" as const : undefined;
  const chart = options.chart ? true : undefined;
  await answer((session, watch) => {
    const history = since === undefined && until === undefined ? undefined : { since, until };
    const { filter, tz } = readPeriod(options as AnswerOptions, session);
    const question = { interval, horizon, group_by, level, history, method, filter, tz, ...watch };
    return subject === "cost"
      ? session.perform(forecastCost, { ...question, driver: options.driver })
      : session.perform(forecastUsage, { ...question, measure: options.measure });
  }, { options: { ...options, chart } as AnswerOptions, shell, offTerminal: "json" });
}

/** An interval among the groups is the width of a period, as in a report of a forecast. Fails with `usage` on two. */
function readGrouping({ interval, groupBy }: ForecastOptions): Pick<ForecastQuestion, "interval" | "group_by"> {
  const { interval: grouped, group_by } = toForecastQuestion({ group_by: groupBy });
  if (interval !== undefined && grouped !== undefined && grouped !== interval) {
    throw new CostopsError(
      "usage",
      `Cannot take --group-by ${grouped} with --interval ${interval}: leave one of them out`,
    );
  }
  return { interval: interval ?? grouped, group_by };
}

/** Answers `report forecast`. */
export async function answerForecastReport(
  options: QueryOptions & { readonly horizon?: number },
  shell: Shell,
): Promise<void> {
  await answer((session, watch) => {
    const { groupBy: group_by, columns, horizon } = options;
    const question = toForecastQuestion({ ...readPeriod(options, session), group_by, columns });
    return session.perform<ForecastQuestion, Report>(forecastCost, { ...question, horizon, ...watch });
  }, { options, shell, offTerminal: "csv" });
}

/** How a forecast is followed, and ended. */
type Watch = Pick<ForecastQuestion, "signal" | "onProgress">;

/** Asks, with progress on a terminal; Ctrl-C ends the work and leaves no file behind. */
async function answer(
  ask: (session: Session, watch: Watch) => Promise<Report>,
  to: { readonly options: AnswerOptions; readonly shell: Shell; readonly offTerminal: "csv" | "json" },
): Promise<void> {
  let interruption: Interruption | undefined;
  try {
    await answerWith(async (session) => {
      // A server works on its own, and is told by the connection's end.
      if (session.local === undefined) return await ask(session, {});
      interruption = new Interruption();
      return await follow(ask, { session, interruption, isQuiet: to.options.quiet === true });
    }, to);
  } catch (error) {
    if (interruption?.exitCode === undefined) throw error;
    to.shell.exit_code = interruption.exitCode;
  } finally {
    interruption?.ignore();
  }
}

async function follow(
  ask: (session: Session, watch: Watch) => Promise<Report>,
  { session, interruption, isQuiet }: {
    readonly session: Session;
    readonly interruption: Interruption;
    readonly isQuiet: boolean;
  },
): Promise<Report> {
  const progress = await startRowProgress({ isQuiet, unit: "series" });
  let isBegun = false;
  const onProgress = (done: number, all: number) => {
    if (!isBegun) progress.begin("Forecasting", all);
    isBegun = true;
    progress.update(done);
  };
  try {
    return await ask(session, { signal: interruption.signal, onProgress });
  } finally {
    progress.stop();
  }
}
