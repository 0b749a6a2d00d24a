/**
 * How often each content has come before in one input, in 25 to 40 bytes a content: an input of millions of records
 * without ids fits, where a Map of texts takes four times as much and ends at 16.7 million.
 */

/** Content hashes are 32 hex digits, kept as four words. */
const WORDS = 4;
/** Parts grow one at a time, so that growing never takes twice the memory. */
const PARTS = 256;
const FIRST_SLOTS = 8;
/** A table that is fuller than this takes long to search. */
const MOST_FULL = 0.75;
const GROWTH = 1.5;

/** The content that is looked at: used anew each time, since most inputs are one record and need no counts at all. */
const KEY = new Uint32Array(WORDS);

/** Counts how often each content has been seen in one input. */
export class ContentOrdinals {
  readonly #parts: (OrdinalTable | undefined)[] = [];

  /** The ordinal of this occurrence, from 1; the content by its hash of 32 hex digits. */
  next(contentHash: string): number {
    for (let word = 0; word < WORDS; word++) {
      KEY[word] = Number.parseInt(contentHash.slice(word * 8, word * 8 + 8), 16);
    }
    const part = KEY[0]! % PARTS;
    return (this.#parts[part] ??= new OrdinalTable()).next(KEY);
  }
}

/** Counts by key: open addressing with linear probing, whole keys compared. */
class OrdinalTable {
  #slots = FIRST_SLOTS;
  #keys = new Uint32Array(FIRST_SLOTS * WORDS);
  /** 0 is a free slot. */
  #counts = new Uint32Array(FIRST_SLOTS);
  #used = 0;

  next(key: Uint32Array): number {
    if (this.#used + 1 > this.#slots * MOST_FULL) this.#grow();
    const slot = this.#find(key);
    if (this.#counts[slot] === 0) {
      this.#keys.set(key, slot * WORDS);
      this.#used++;
    }
    return ++this.#counts[slot]!;
  }

  /** The slot of a key, or the free one where it belongs. The first word chose the part, so the second tells the slot. */
  #find(key: Uint32Array): number {
    for (let slot = key[1]! % this.#slots;; slot = slot + 1 === this.#slots ? 0 : slot + 1) {
      if (this.#counts[slot] === 0) return slot;
      const at = slot * WORDS;
      const isSame = this.#keys[at] === key[0] && this.#keys[at + 1] === key[1] && this.#keys[at + 2] === key[2] &&
        this.#keys[at + 3] === key[3];
      if (isSame) return slot;
    }
  }

  #grow(): void {
    const keys = this.#keys;
    const counts = this.#counts;
    this.#slots = Math.ceil(this.#slots * GROWTH);
    this.#keys = new Uint32Array(this.#slots * WORDS);
    this.#counts = new Uint32Array(this.#slots);
    counts.forEach((count, at) => {
      if (count === 0) return;
      const key = keys.subarray(at * WORDS, at * WORDS + WORDS);
      const slot = this.#find(key);
      this.#keys.set(key, slot * WORDS);
      this.#counts[slot] = count;
    });
  }
}
