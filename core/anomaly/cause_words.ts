/**
 * Why and where an anomaly was, in a line each.
 */

import type { Usd } from "../money.ts";
import { displayUsd } from "../report/display.ts";
import { type Anomaly, nameSeries } from "./anomaly.ts";
import type { Cause, CauseName } from "./causes.ts";
import type { Contributor } from "./contributors.ts";

/** Causes smaller than this part of the impact are told together; the table of causes has each. */
const TOLD_PART = 10n;

/** The causes of an anomaly, the largest first; what is told adds up to the impact. */
export function describeCauses({ causes, impact }: Pick<Anomaly, "causes" | "impact">): string {
  const size = (amount: bigint) => amount < 0n ? -amount : amount;
  const isTold = ({ amount }: Cause, at: number) => at === 0 || size(amount) * TOLD_PART >= size(impact);
  const priced = causes.filter(({ name }) => name !== "unpriced");
  const told = priced.filter(isTold);
  const rest = sum(priced) - sum(told);
  return [
    ...told.map(({ name, model, amount }) => `${writeCauseName(name, model)} ${writeSigned(amount)}`),
    ...(rest === 0n ? [] : [`other causes ${writeSigned(rest)}`]),
    ...causes.filter(({ name }) => name === "unpriced").map(({ name, model }) => writeCauseName(name, model)),
  ].join("; ");
}

function sum(causes: readonly Cause[]): bigint {
  return causes.reduce((total, { amount }) => total + amount, 0n);
}

// A price is what a token costs in effect: a changed rate, or other shares of tiers, batches and long contexts.
const CAUSE_WORDS: Readonly<Record<CauseName, string>> = {
  volume: "volume",
  mix: "mix of models",
  price: "price per token (rates, tiers, batch, long context)",
  cache: "cache hits",
  tokens_per_request: "tokens per request",
  new_model: "new model",
  gone_model: "model gone",
  unpriced: "without a price",
};

function writeCauseName(name: CauseName, model: string | null): string {
  return model === null ? CAUSE_WORDS[name] : `${CAUSE_WORDS[name]} ${model}`;
}

/** Where an anomaly came from; null when from everywhere alike. */
export function describeContributors({ contributors }: Pick<Anomaly, "contributors">): string | null {
  const isNamed = contributors.some(({ values }) => values.length > 0);
  return isNamed ? contributors.map(writeContributor).join("; ") : null;
}

function writeContributor(contributor: Contributor): string {
  return `${describePlace(contributor)} ${writeSigned(contributor.actual - contributor.expected)}`;
}

/** The values of a contributor's dimensions. */
export function describePlace({ values }: Contributor): string {
  return values.length === 0 ? "everything else" : nameSeries(values);
}

function writeSigned(amount: bigint): string {
  const text = displayUsd(amount as Usd);
  return amount > 0n ? `+${text}` : text;
}
