/**
 * Requests in flight, counted: all of them, and those of each organization.
 */

import { CostopsError } from "../../core/error.ts";

/** Counts requests, and refuses what is too many. */
export class InFlight {
  #all = 0;
  readonly #organizations = new Map<string, number>();

  constructor(readonly most: { readonly in_flight: number; readonly in_flight_organization: number }) {}

  /** How many there are. */
  get count(): number {
    return this.#all;
  }

  /** Lets a request in; what is returned lets it out. Fails with `temporary` when there are too many. */
  enter(): () => void {
    if (this.#all >= this.most.in_flight) throw tooMany("the server has");
    this.#all++;
    return () => void this.#all--;
  }

  /** Lets a request of an organization in; as {@link enter}. */
  enterOrganization(id: string): () => void {
    const count = this.#organizations.get(id) ?? 0;
    if (count >= this.most.in_flight_organization) throw tooMany("your organization has");
    this.#organizations.set(id, count + 1);
    return () => {
      const left = this.#organizations.get(id)! - 1;
      // What is gone is forgotten, so that the map is never larger than what is in flight.
      if (left === 0) this.#organizations.delete(id);
      else this.#organizations.set(id, left);
    };
  }
}

function tooMany(who: string): CostopsError {
  return new CostopsError("temporary", `Cannot take this request now: ${who} too many in flight`, { retry_after_s: 1 });
}
