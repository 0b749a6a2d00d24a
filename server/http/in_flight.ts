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

  /** Lets a request in, which leaves once. Fails with `temporary` when there are too many. */
  enter(): Stay {
    if (this.#all >= this.most.in_flight) throw tooMany("the server has");
    this.#all++;
    return new Stay(this);
  }

  /** Counts a request that is in among those of an organization, until it leaves. Fails as {@link enter} does. */
  enterOrganization(stay: Stay, id: string): void {
    const count = this.#organizations.get(id) ?? 0;
    if (count >= this.most.in_flight_organization) throw tooMany("your organization has");
    this.#organizations.set(id, count + 1);
    stay.organization_id = id;
  }

  /** Lets a request out. */
  leave({ organization_id }: Stay): void {
    this.#all--;
    if (organization_id === undefined) return;
    const left = this.#organizations.get(organization_id)! - 1;
    // What is gone is forgotten, so that the map is never larger than what is in flight.
    if (left === 0) this.#organizations.delete(organization_id);
    else this.#organizations.set(organization_id, left);
  }
}

/** One request that is in. */
export class Stay {
  readonly #in_flight: InFlight;
  #isOver = false;
  organization_id: string | undefined;

  constructor(in_flight: InFlight) {
    this.#in_flight = in_flight;
  }

  /** Lets it out; once is enough. */
  leave(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#in_flight.leave(this);
  }
}

function tooMany(who: string): CostopsError {
  return new CostopsError("temporary", `Cannot take this request now: ${who} too many in flight`, { retry_after_s: 1 });
}
