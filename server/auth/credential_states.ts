/**
 * States of credentials, kept ready for some seconds: what was changed in this process holds at once, what was changed
 * in another within these seconds.
 */

import { LIMITS } from "../../core/limits.ts";

/** How long a state is taken as it was read. */
export const STATE_KEPT_MS = 5_000;

/** A state, and what it depends on. */
export interface Reading<State> {
  readonly state: State;
  /** Ids whose change makes another state of it: of the user, the session, the key. */
  readonly subjects: readonly string[];
}

interface Kept {
  readonly reading: Promise<Reading<unknown> | undefined>;
  readonly read_at: number;
  /** Undefined while it is being read. */
  subjects: readonly string[] | undefined;
}

/** What a state is of. */
export interface StateQuery<State> {
  /** Names the credential. */
  readonly key: string;
  readonly now: number;
  /** Undefined when there is no such credential; that is not kept. */
  readonly read: () => Promise<Reading<State> | undefined>;
}

/** States by credential. */
export class CredentialStates {
  readonly #kept = new Map<string, Kept>();

  /** The state of a credential as it is, or was some seconds ago; those who ask at once share one reading. */
  async find<State>({ key, now, read }: StateQuery<State>): Promise<State | undefined> {
    const known = this.#kept.get(key);
    const isFresh = known !== undefined && now >= known.read_at && now - known.read_at < STATE_KEPT_MS;
    const kept: Kept = isFresh ? known : { reading: read(), read_at: now, subjects: undefined };
    if (!isFresh) this.#keep(key, kept);
    try {
      const reading = await kept.reading as Reading<State> | undefined;
      if (reading === undefined) this.#drop(key, kept);
      else kept.subjects = reading.subjects;
      return reading?.state;
    } catch (error) {
      this.#drop(key, kept);
      throw error;
    }
  }

  /** Forgets every state that something changed in, and those that are being read: the next who asks reads anew. */
  forget(...changed: readonly string[]): void {
    for (const [key, { subjects }] of this.#kept) {
      if (subjects === undefined || subjects.some((subject) => changed.includes(subject))) this.#kept.delete(key);
    }
  }

  #keep(key: string, kept: Kept): void {
    this.#kept.delete(key);
    if (this.#kept.size >= LIMITS.credentials) {
      const oldest = this.#kept.keys().next();
      if (oldest.done !== true) this.#kept.delete(oldest.value);
    }
    this.#kept.set(key, kept);
  }

  #drop(key: string, kept: Kept): void {
    if (this.#kept.get(key) === kept) this.#kept.delete(key);
  }
}
