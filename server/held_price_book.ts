/**
 * The price book, looked up once for all requests of some milliseconds.
 */

import type { PriceBook } from "../core/pricing/price_book.ts";
import type { Environment } from "./environment.ts";

/** A price that another process sets holds here after this at the latest; one that this process sets holds at once. */
const HELD_MS = 10;

/** A price book that is held for a moment. */
export interface HeldPriceBook {
  readonly priceBook: () => Promise<PriceBook>;
  /** Lets go of it: something was written that may have been a price. */
  readonly forget: () => void;
}

/** Holds what `priceBook` gives: whether it is still the one in force is asked of the database each time. */
export function holdPriceBook(priceBook: Environment["priceBook"], now: () => number): HeldPriceBook {
  let held: { readonly book: Promise<PriceBook>; readonly until: number } | undefined;
  return {
    priceBook: async () => {
      if (held !== undefined && now() < held.until) return await held.book;
      const taken = { book: priceBook(), until: now() + HELD_MS };
      held = taken;
      try {
        return await taken.book;
      } catch (error) {
        if (held === taken) held = undefined;
        throw error;
      }
    },
    forget: () => held = undefined,
  };
}
