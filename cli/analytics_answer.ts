/**
 * Makes trends and comparisons from flags and writes them where and how the flags say.
 */

import { compareModels, compareProviders } from "../server/operations/analytics.ts";
import { readTrends } from "../server/operations/trends.ts";
import type { AnswerOptions } from "./query_options.ts";
import { answerWith, readPeriod } from "./report_answer.ts";
import type { Shell } from "./run.ts";

/** The flags of `trends`. */
export interface TrendsOptions extends AnswerOptions {
  readonly interval: string;
  readonly window: number;
  readonly moversBy: string;
  readonly movers: number;
}

/** Answers `trends`. */
export async function answerTrends(options: TrendsOptions, shell: Shell): Promise<void> {
  const { interval, window, movers, moversBy: movers_by } = options;
  const asked = { interval, window, movers, movers_by };
  await answerWith((session) => session.perform(readTrends, { ...readPeriod(options, session), ...asked }), {
    options,
    shell,
    offTerminal: "json",
  });
}

/** Answers `compare`. */
export async function answerComparison(
  subject: "providers" | "models",
  { options, shell }: { readonly options: AnswerOptions; readonly shell: Shell },
): Promise<void> {
  const operation = subject === "models" ? compareModels : compareProviders;
  await answerWith((session) => session.perform(operation, readPeriod(options, session)), {
    options,
    shell,
    offTerminal: "json",
  });
}
