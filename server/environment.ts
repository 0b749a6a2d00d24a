/**
 * The outside world as one readonly record, made at the edge (cli/, later startServer) and passed in everywhere.
 */

import type { Database } from "../db/database.ts";
import type { PriceBook } from "../core/pricing/price_book.ts";

/** Everything a handler may use of the outside world; tests pass fixed values. */
export interface Environment {
  readonly database: Database;
  /** Milliseconds since 1970 UTC. */
  readonly now: () => number;
  /** A UUIDv7. */
  readonly newId: () => string;
  /** The price book with the organization's, the installation's and the catalogue's prices, as of the last change. */
  readonly priceBook: () => Promise<PriceBook>;
}
