/**
 * One event is told once: after its first alarm a score keeps for a part of a cycle, and then only worse is news.
 */

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

interface Event {
  readonly told: number;
  readonly peak: number;
  readonly last_unusual: number;
}

/** What was told of one series. */
export class News {
  readonly #cycle: number;
  #event: Event | undefined;

  /** `cycle` in slots. */
  constructor(cycle: number) {
    this.#cycle = cycle;
  }

  /** A score as it is told: itself when it is news, 0 when its event was told before. */
  tell(slot: number, score: number): number {
    const event = this.#lasting(slot, score);
    if (event === undefined) {
      this.#event = score > OPENS ? { told: slot, peak: score, last_unusual: slot } : undefined;
      return score;
    }
    if (slot - event.told < TOLD_CYCLES * this.#cycle) {
      this.#event = { ...event, peak: Math.max(event.peak, score) };
      return score;
    }
    const isWorse = score > OPENS && score > WORSE * event.peak;
    this.#event = isWorse ? { told: slot, peak: score, last_unusual: slot } : event;
    return isWorse ? score : 0;
  }

  #lasting(slot: number, score: number): Event | undefined {
    if (this.#event === undefined) return undefined;
    const last_unusual = score > LASTS ? slot : this.#event.last_unusual;
    const isOver = slot - last_unusual > this.#cycle || slot - this.#event.told > ACCEPTED_CYCLES * this.#cycle;
    return isOver ? undefined : { ...this.#event, last_unusual };
  }
}
