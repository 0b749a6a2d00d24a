/**
 * One event is told once: after its first alarm a score keeps for a part of a cycle, and then only worse is news. That
 * points are again what they would have been without the event is none, however far the baseline has followed it.
 */

import type { FrozenBaseline } from "./forecaster.ts";

/** A score beyond it opens an event, whether it is flagged or not: one point in a hundred. */
const OPENS = 2;
/** An event ends when no score was beyond this for a whole cycle. */
const LASTS = 1;
/** After so many cycles what an event has brought is the new normal. */
export const ACCEPTED_CYCLES = 3;
/** The part of a cycle that its first alarm is told for. */
const TOLD_CYCLES = 1 / 3;
/** What is worse by this factor is news again. */
const WORSE = 1.5;
/** So many cycles after an event began, what was usual before it is still usual. */
const REMEMBERED_CYCLES = 5;
/** Points this many deviations from what they would have been without the event are as usual. */
const USUAL = 1.5;

interface Event {
  readonly told: number;
  readonly peak: number;
  readonly last_unusual: number;
}

/** What was usual before an event. */
interface Usual {
  readonly since: number;
  readonly baseline: FrozenBaseline;
}

/** One point that may be told. */
export interface Finding {
  readonly score: number;
  readonly value: number;
  /** The baseline that has not seen the point; undefined while there is none. */
  readonly freeze: () => FrozenBaseline | undefined;
}

/** What was told of one series. */
export class News {
  readonly #cycle: number;
  #event: Event | undefined;
  #usual: Usual | undefined;

  /** `cycle` in slots. */
  constructor(cycle: number) {
    this.#cycle = cycle;
  }

  /** A score as it is told: itself when it is news, 0 when its event was told before or is over. */
  tell(slot: number, finding: Finding): number {
    const { score, value } = finding;
    const told = this.#isAsBefore(slot, value) ? 0 : score;
    const event = this.#lasting(slot, score);
    if (event === undefined) {
      this.#event = undefined;
      if (told > OPENS) this.#open(slot, finding);
      return told;
    }
    if (slot - event.told < TOLD_CYCLES * this.#cycle) {
      this.#event = { ...event, peak: Math.max(event.peak, score) };
      return told;
    }
    const isWorse = told > OPENS && told > WORSE * event.peak;
    this.#event = isWorse ? { told: slot, peak: score, last_unusual: slot } : event;
    return isWorse ? told : 0;
  }

  #open(slot: number, { score, freeze }: Finding): void {
    const baseline = freeze();
    this.#event = { told: slot, peak: score, last_unusual: slot };
    this.#usual = baseline && { since: slot, baseline };
  }

  /** Whether a point is as usual before the last event, unless that is long ago. */
  #isAsBefore(slot: number, value: number): boolean {
    if (this.#usual === undefined || slot - this.#usual.since > REMEMBERED_CYCLES * this.#cycle) return false;
    const { expected, deviation } = this.#usual.baseline(slot);
    return Math.abs(value - expected) <= USUAL * deviation;
  }

  #lasting(slot: number, score: number): Event | undefined {
    if (this.#event === undefined) return undefined;
    const last_unusual = score > LASTS ? slot : this.#event.last_unusual;
    const isOver = slot - last_unusual > this.#cycle || slot - this.#event.told > ACCEPTED_CYCLES * this.#cycle;
    return isOver ? undefined : { ...this.#event, last_unusual };
  }
}
