/**
 * Events of a series: what was flagged, from where it began to where it ended, beside what was expected without it.
 *
 * The baseline of an event is frozen where it begins, so that its impact is measured against what would have been.
 */

import { Detector, type DetectorOptions, FLAG_SCORE, type Judgement } from "./detector.ts";
import { Forecaster } from "./forecaster.ts";
import { ACCEPTED_CYCLES } from "./news.ts";

/** One event: points from `start` to `end`, both of it. */
export interface SeriesEvent {
  readonly start: number;
  readonly end: number;
  /** The first point that was flagged. */
  readonly flagged: number;
  /** The largest score of its points. */
  readonly score: number;
  /** 1 above what was expected, -1 below. */
  readonly direction: 1 | -1;
  /** What each point was expected to be, from the first to the last. */
  readonly expected: readonly number[];
  /** How far a single point may be off before it is unusual. */
  readonly margin: number;
  /** Whether it lasted so long that its level counts as normal from there on. */
  readonly is_accepted: boolean;
  /** Whether nothing after it shows yet that it is over. */
  readonly is_ongoing: boolean;
}

/** A series as it was judged. */
export interface JudgedSeries {
  readonly judgements: readonly Judgement[];
  readonly events: readonly SeriesEvent[];
}

/** Points closer to the baseline than this many deviations are as usual. */
const USUAL = 1;
/** So much of a cycle may be as usual within an event. */
const GAP_CYCLES = 1 / 3;

/** How a series is judged. */
export interface JudgeOptions extends DetectorOptions {
  /** The slot of each point, never going back; points are slots when not given. */
  readonly slots?: readonly number[];
}

/** Judges the points of a series (undefined is missing) and joins what is flagged into events, in the order of time. */
export function findEvents(values: readonly (number | undefined)[], options: JudgeOptions): JudgedSeries {
  const detector = new Detector(options);
  const slots = options.slots ?? [...values.keys()];
  const judgements = values.map((value, at) => detector.next(slots[at]!, value));
  const flag_score = options.flag_score ?? FLAG_SCORE;
  const events: SeriesEvent[] = [];
  for (const [at, { score }] of judgements.entries()) {
    const last = events.at(-1);
    if (score <= flag_score || (last !== undefined && at <= last.end)) continue;
    const after = last === undefined ? 0 : last.end + 1;
    const event = traceEvent({ values, slots, judgements, options }, { flagged: at, after });
    if (last === undefined || !isAccepted(last, event, options.cycle)) events.push(event);
  }
  return { judgements, events };
}

/** Whether an event is of the level that the one before it has made normal: the means of cycles take longer to see it. */
function isAccepted(last: SeriesEvent, { start, direction }: SeriesEvent, cycle: number): boolean {
  return last.is_accepted && direction === last.direction && start - last.end <= ACCEPTED_CYCLES * cycle;
}

interface Traced {
  readonly values: readonly (number | undefined)[];
  readonly slots: readonly number[];
  readonly judgements: readonly Judgement[];
  readonly options: DetectorOptions;
}

function traceEvent(
  { values, slots, judgements, options }: Traced,
  { flagged, after }: { readonly flagged: number; readonly after: number },
): SeriesEvent {
  const { direction, since, margin } = judgements[flagged]!;
  const first = judgements.findIndex(({ expected }) => expected !== undefined);
  const begin = Math.max(slots.findIndex((slot) => slot >= since), after, first);
  const frozen = new Forecaster(options.seasons);
  for (let at = 0; at < begin; at++) frozen.learn(slots[at]!, values[at]);
  const isUnusual = (at: number) => {
    const { baseline, baseline_deviation } = frozen.look(slots[at]!)!;
    const value = values[at];
    return value !== undefined && direction * (value - baseline) > USUAL * baseline_deviation;
  };
  let start = begin;
  while (start < flagged && !isUnusual(start)) start++;
  const longest = start + ACCEPTED_CYCLES * options.cycle;
  const gap = Math.max(1, Math.floor(GAP_CYCLES * options.cycle));
  let end = flagged;
  for (let at = flagged + 1; at < Math.min(values.length, longest) && at - end <= gap + 1; at++) {
    if (isUnusual(at)) end = at;
  }
  const points = Array.from({ length: end - start + 1 }, (_, index) => start + index);
  return {
    start,
    end,
    flagged,
    score: points.reduce((most, at) => Math.max(most, judgements[at]!.score), judgements[flagged]!.score),
    direction,
    expected: points.map((at) => frozen.look(slots[at]!)!.baseline),
    margin: margin!,
    is_accepted: end === longest - 1,
    is_ongoing: values.length - 1 - end <= gap,
  };
}
