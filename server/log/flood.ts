/**
 * Too many lines: the first of each second are written, of the rest a sample, and the others are counted.
 */

import { LIMITS } from "../../core/limits.ts";
import type { LogLevel } from "./log.ts";

const WINDOW_MS = 1_000;

/** Decides which lines are written. An error always is. */
export class Flood {
  #until = -Infinity;
  readonly #seen = new Map<LogLevel, number>();
  #omitted = 0;

  /** Whether a line of this level is written. */
  admit(level: LogLevel, now: number): boolean {
    if (level === "error") return true;
    if (now >= this.#until) {
      this.#until = now + WINDOW_MS;
      this.#seen.clear();
    }
    const seen = (this.#seen.get(level) ?? 0) + 1;
    this.#seen.set(level, seen);
    if (seen <= LIMITS.log_lines_a_second || seen % LIMITS.log_sampled === 0) return true;
    this.#omitted++;
    return false;
  }

  /** Whether there is something to be said. */
  get has_omitted(): boolean {
    return this.#omitted > 0;
  }

  /** How many lines were not written since it was last asked for, when the second is over or it cannot wait. */
  takeOmitted({ now, isHurried }: { readonly now: number; readonly isHurried: boolean }): number {
    if (!isHurried && now < this.#until) return 0;
    const omitted = this.#omitted;
    this.#omitted = 0;
    return omitted;
  }
}
