/**
 * Tells for each point of a series, as it comes, how unusual it is: nothing after a point changes its score.
 *
 * Three statistics against a forecast that never saw the point: the point itself, a two-sided sum of small deviations
 * that go one way, and the mean of the newest cycle. Each is put on one scale by its own past (tail.ts); the largest is
 * the score, as far as it is news.
 */

import { CycleMeans } from "./cycle_means.ts";
import { Cusum } from "./cusum.ts";
import { Forecaster, type Outlook, type Season } from "./forecaster.ts";
import { News } from "./news.ts";
import { Tail } from "./tail.ts";

/** Above it a point is flagged: fewer than one point in a thousand is as unusual, by the series' own past. */
export const FLAG_SCORE = 3;

/** What is said of one point. */
export interface Judgement {
  /** 0 or more: minus the decimal logarithm of how often the past was as unusual; 3 is once in a thousand points. */
  readonly score: number;
  /** The same before it was asked whether it is news. */
  readonly raw_score: number;
  /** What the point was expected to be; undefined while the past is short. */
  readonly expected?: number;
  /** How far from that a point may be before it alone is flagged. */
  readonly margin?: number;
  /** Whether what is unusual is above or below what was expected. */
  readonly direction: 1 | -1;
  /** The slot that what is unusual began with, no later than this one. */
  readonly since: number;
}

/** How a series is watched. */
export interface DetectorOptions {
  /** Slots after which things begin anew: the days of a week, the hours of a day. */
  readonly cycle: number;
  /** Patterns that are looked for, each a view of its own, in the order in which they can be known. */
  readonly seasons: readonly Season[];
  /** What a point alone is flagged beyond; {@link FLAG_SCORE} when not given. */
  readonly flag_score?: number;
}

/** A deviation is never told larger: where all was 0, nothing is known to compare with. */
const LARGEST = 50;

/** The detector of one series. */
export class Detector {
  readonly #cycle: number;
  readonly #flag_score: number;
  readonly #forecaster: Forecaster;
  readonly #cusum = new Cusum();
  readonly #means: CycleMeans;
  readonly #news: News;
  readonly #point = new Tail({ point: 1.6, excess: 0.9, cap: 8 });
  readonly #drift = new Tail({ point: 1.5, excess: 1.5, cap: 8 });
  readonly #level = new Tail({ point: 2.5, excess: 2, cap: 10 });

  constructor({ cycle, seasons, flag_score = FLAG_SCORE }: DetectorOptions) {
    this.#cycle = cycle;
    this.#flag_score = flag_score;
    this.#forecaster = new Forecaster(seasons);
    this.#means = new CycleMeans(this.#cycle);
    this.#news = new News(this.#cycle);
  }

  /** Judges the point of a slot, and learns from it. Slots count from 0 and never back; undefined is a missing point. */
  next(slot: number, value: number | undefined): Judgement {
    const outlook = this.#forecaster.look(slot);
    this.#means.add(value);
    const judgement = value === undefined || outlook === undefined
      ? { score: 0, raw_score: 0, direction: 1, since: slot } as const
      : this.#judge(slot, value, outlook);
    this.#forecaster.learn(slot, value);
    return judgement;
  }

  #judge(slot: number, value: number, outlook: Outlook): Judgement {
    const point = standardize(value - outlook.expected, outlook.deviation);
    const drift = this.#cusum.add(slot, standardize(value - outlook.baseline, outlook.baseline_deviation));
    const level = this.#means.statistic();
    const margin = this.#point.statisticAt(this.#flag_score) * outlook.deviation;
    const earliest = Math.max(0, slot - this.#cycle + 1);
    // A sum is told at slots that add to it, so that a spike is not told again while its sum is forgotten.
    const driftScore = take(this.#drift, drift.sum);
    const findings = [
      { score: take(this.#point, Math.abs(point)), direction: signOf(point), since: slot },
      { score: drift.is_growing ? driftScore : 0, direction: drift.direction, since: Math.max(drift.since, earliest) },
      { score: take(this.#level, Math.abs(level)), direction: signOf(level), since: earliest },
    ];
    const worst = findings.reduce((worst, finding) => (finding.score > worst.score ? finding : worst));
    const freeze = () => this.#forecaster.freeze(slot);
    const score = this.#news.tell(slot, { score: worst.score, value, freeze });
    return { ...worst, score, raw_score: worst.score, expected: outlook.expected, margin };
  }
}

/** The score of a statistic by its past, which it then becomes part of. */
function take(tail: Tail, statistic: number): number {
  const score = tail.score(statistic);
  tail.add(statistic);
  return score;
}

function signOf(value: number): 1 | -1 {
  return value < 0 ? -1 : 1;
}

function standardize(residual: number, deviation: number): number {
  if (residual === 0) return 0;
  return Math.max(-LARGEST, Math.min(LARGEST, residual / deviation));
}
