/**
 * What of labelled anomalies is found, how many alarms are false, and how far the impact is off.
 */

import type { JudgedSeries } from "../core/anomaly/events.ts";

/** A series with labels. */
export interface Labelled {
  readonly frequency: "daily" | "hourly";
  /** Points before it do not count. */
  readonly judged_from: number;
  readonly values: readonly number[];
  readonly events: readonly LabelledEvent[];
}

/** An anomaly that was put into a series. A flag within [start, start + tolerance] finds it. */
export interface LabelledEvent {
  readonly kind: string;
  readonly start: number;
  readonly end: number;
  readonly tolerance: number;
  /** The sum of what was put in; 0 where points only changed places. */
  readonly impact: number;
}

/** A labelled series and what the detector said of it. */
export interface JudgedLabels extends JudgedSeries {
  readonly labelled: Labelled;
  readonly cycle: number;
}

/** What a threshold finds. */
export interface Counts {
  readonly threshold: number;
  readonly recall: number;
  readonly precision: number;
  readonly f1: number;
  /** In 100 judged points. */
  readonly false_alarms: number;
  readonly kinds: ReadonlyMap<string, { found: number; all: number }>;
}

/** How flags are counted; with grace, none from an event's start to a cycle after its end is a false alarm. */
export interface CountOptions {
  readonly threshold: number;
  readonly has_grace: boolean;
}

/** Counts what is found and what is a false alarm: a run of flags that find nothing is one. */
export function countFlags(series: readonly JudgedLabels[], { threshold, has_grace }: CountOptions): Counts {
  const kinds = new Map<string, { found: number; all: number }>();
  let [found, all, alarms, points] = [0, 0, 0, 0];
  for (const { labelled: { events, values, judged_from }, judgements, cycle } of series) {
    const flags = judgements.map(({ score }) => score > threshold);
    const excused = new Array<boolean>(values.length).fill(false);
    for (const { kind, start, end, tolerance } of events) {
      const ofKind = kinds.get(kind) ?? { found: 0, all: 0 };
      const isFound = flags.slice(start, start + tolerance + 1).includes(true);
      kinds.set(kind, { found: ofKind.found + (isFound ? 1 : 0), all: ofKind.all + 1 });
      found += isFound ? 1 : 0;
      all += 1;
      excused.fill(true, start, (has_grace ? end + cycle : start + tolerance) + 1);
    }
    let isRun = false;
    for (let at = judged_from; at < values.length; at++) {
      const isFalse = flags[at]! && !excused[at];
      if (isFalse && !isRun) alarms += 1;
      isRun = isFalse;
      points += 1;
    }
  }
  const recall = found / all;
  const precision = found + alarms === 0 ? 0 : found / (found + alarms);
  const f1 = found === 0 ? 0 : (2 * precision * recall) / (precision + recall);
  return { threshold, recall, precision, f1, false_alarms: (100 * alarms) / points, kinds };
}

/** The threshold of the largest recall among those with at most so many false alarms in 100 points. */
export function findBudget(series: readonly JudgedLabels[], budget: number, has_grace: boolean): Counts | undefined {
  const scores = series.flatMap(({ labelled, judgements }) => judgements.slice(labelled.judged_from))
    .map(({ score }) => score).sort((a, b) => a - b);
  let best: Counts | undefined;
  for (let share = 0.8; share < 1; share += 0.0005) {
    const counts = countFlags(series, { threshold: scores[Math.floor(share * scores.length)]!, has_grace });
    if (counts.false_alarms <= budget && counts.recall > (best?.recall ?? 0)) best = counts;
  }
  return best;
}

/** How far the impact of each event that is found is off, as a share of what was put in. */
export function impactErrors(series: readonly JudgedLabels[], threshold: number): number[] {
  return series.flatMap(({ labelled, judgements, events }) =>
    labelled.events.filter((label) => label.impact !== 0 && isFound(label, judgements, threshold)).map((label) => {
      const same = events.filter(({ start, end, direction }) =>
        start <= label.end && end >= label.start && direction === Math.sign(label.impact)
      );
      const impact = same.reduce(
        (sum, { start, expected }) =>
          expected.reduce((sum, value, at) => sum + labelled.values[start + at]! - value, sum),
        0,
      );
      return Math.abs(impact - label.impact) / Math.abs(label.impact);
    })
  );
}

function isFound({ start, tolerance }: LabelledEvent, judgements: JudgedSeries["judgements"], threshold: number) {
  return judgements.slice(start, start + tolerance + 1).some(({ score }) => score > threshold);
}
