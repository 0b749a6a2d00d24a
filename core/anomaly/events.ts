/**
 * Events of a series: what was flagged, from where it began to where it ended, beside what was expected without it.
 *
 * The baseline of an event is frozen where it begins, so that its impact is measured against what would have been.
 */

import { Detector, type DetectorOptions, FLAG_SCORE, type Judgement } from "./detector.ts";
import { Forecaster } from "./forecaster.ts";
import { ACCEPTED_CYCLES } from "./news.ts";

/** One event: slots from `start` to `end`, both of it. */
export interface SeriesEvent {
  readonly start: number;
  readonly end: number;
  /** The first slot that was flagged. */
  readonly flagged: number;
  /** The largest score of its slots. */
  readonly score: number;
  /** 1 above what was expected, -1 below. */
  readonly direction: 1 | -1;
  /** What each slot was expected to be, from the first to the last. */
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

/** Judges a series by slot (undefined is missing) and joins what was flagged into events, in the order of time. */
export function findEvents(values: readonly (number | undefined)[], options: DetectorOptions): JudgedSeries {
  const detector = new Detector(options);
  const judgements = values.map((value, slot) => detector.next(slot, value));
  const flag_score = options.flag_score ?? FLAG_SCORE;
  const events: SeriesEvent[] = [];
  for (const [slot, { score }] of judgements.entries()) {
    const last = events.at(-1);
    if (score <= flag_score || (last !== undefined && slot <= last.end)) continue;
    const after = last === undefined ? 0 : last.end + 1;
    const event = traceEvent({ values, judgements, options }, { slot, after });
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
  readonly judgements: readonly Judgement[];
  readonly options: DetectorOptions;
}

function traceEvent(
  { values, judgements, options }: Traced,
  { slot, after }: { readonly slot: number; readonly after: number },
): SeriesEvent {
  const { direction, since, margin } = judgements[slot]!;
  const first = judgements.findIndex(({ expected }) => expected !== undefined);
  const begin = Math.max(since, after, first);
  const frozen = new Forecaster(options.seasons);
  for (let at = 0; at < begin; at++) frozen.learn(at, values[at]);
  const isUnusual = (at: number) => {
    const { baseline, baseline_deviation } = frozen.look(at)!;
    const value = values[at];
    return value !== undefined && direction * (value - baseline) > USUAL * baseline_deviation;
  };
  const { cycle } = options;
  let start = begin;
  while (start < slot && !isUnusual(start)) start++;
  const longest = Math.min(values.length, start + ACCEPTED_CYCLES * cycle);
  const gap = Math.max(1, Math.floor(GAP_CYCLES * cycle));
  let end = slot;
  for (let at = slot + 1; at < longest && at - end <= gap + 1; at++) if (isUnusual(at)) end = at;
  const slots = Array.from({ length: end - start + 1 }, (_, index) => start + index);
  return {
    start,
    end,
    flagged: slot,
    score: slots.reduce((most, at) => Math.max(most, judgements[at]!.score), judgements[slot]!.score),
    direction,
    expected: slots.map((at) => frozen.look(at)!.baseline),
    margin: margin!,
    is_accepted: end === start + ACCEPTED_CYCLES * cycle - 1,
    is_ongoing: values.length - 1 - end <= gap,
  };
}
