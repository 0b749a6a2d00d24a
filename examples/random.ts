/**
 * Numbers that look random and are the same on every machine: mulberry32 (Tommy Ettinger, public domain).
 */

/** A source of numbers that follows from its seed. Only additions, multiplications and shifts: no last bit differs. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 up to, not including, 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from `least` to `most`, both included. */
  whole(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  /** A size around `typical`: most within half of it, one in twelve three to five times as large. */
  size(typical: number): number {
    const spread = this.next() < 1 / 12 ? 3 + 2 * this.next() : 0.5 + this.next();
    return Math.round(typical * spread);
  }

  /** One of the values, each as likely as the others. */
  pick<Value>(values: readonly Value[]): Value {
    const value = values[this.whole(0, values.length - 1)];
    if (value === undefined) throw new RangeError("There is nothing to pick from");
    return value;
  }

  /** Hexadecimal digits, for ids. */
  hex(digits: number): string {
    let text = "";
    while (text.length < digits) text += this.whole(0, 0xffff).toString(16).padStart(4, "0");
    return text.slice(0, digits);
  }
}
