/**
 * What was done to a series, in words.
 */

import type { ModelForecast } from "./combined.ts";
import type { ModelName } from "./candidates.ts";

const MODEL_WORDS: Readonly<Record<ModelName, string>> = {
  smoothing: "smoothing (exponential, theta)",
  autoregression: "autoregression",
  differences: "autoregression of changes",
};

/** The method of a forecast: its models, most weight first, and what was done before they saw the series. */
export function describeMethod({ members }: ModelForecast): string {
  if (members.length === 0) return "mean of the values";
  const models = [...new Set(members.map(({ candidate }) => MODEL_WORDS[candidate.model]))];
  const periods = periodsOf(members);
  const log = members.filter(({ candidate }) => candidate.pattern.scale === "log").length;
  return [
    `${models.length > 1 || members.length > 1 ? "weighted mean of " : ""}${listWords(models)}`,
    ...(periods.length === 0 ? [] : [`seasons of ${listWords(periods.map(String))} steps taken off`]),
    ...(log === 0 ? [] : [log === members.length ? "on a log scale" : "in part on a log scale"]),
  ].join(", ");
}

/** The periods that most of a forecast's weight goes by. */
export function findSeasonality({ members }: ModelForecast): number[] {
  return periodsOf(members).filter((period) => {
    const using = members.filter(({ candidate }) => candidate.pattern.periods.includes(period));
    return using.reduce((sum, { weight }) => sum + weight, 0) >= 0.5;
  });
}

function periodsOf(members: ModelForecast["members"]): number[] {
  return [...new Set(members.flatMap(({ candidate }) => candidate.pattern.periods))].sort((a, b) => a - b);
}

function listWords(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}
