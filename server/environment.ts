/**
 * The outside world as one readonly record, made at the edge and passed in everywhere.
 */

import { v7 as newUuid } from "uuid";
import type { Catalogue } from "../core/pricing/catalogue.ts";
import { createPriceBook, type PriceBook } from "../core/pricing/price_book.ts";
import { findCatalogue } from "../db/catalogues.ts";
import type { Database } from "../db/database.ts";
import { listPrices } from "../db/prices.ts";

/** Everything a handler may use of the outside world; tests pass fixed values. */
export interface Environment {
  readonly database: Database;
  /** Milliseconds since 1970 UTC. */
  readonly now: () => number;
  /** A UUIDv7. */
  readonly newId: () => string;
  /** The catalogue in force: the one installed last, else the one that comes with the program. */
  readonly catalogue: () => Promise<Catalogue>;
  /** The version of the catalogue in force, without loading it: `genai-prices 0.1.8`. */
  readonly priceBookVersion: () => Promise<string>;
  /** The price book of every organization's own prices, the installation's and the catalogue's, as stored now. */
  readonly priceBook: () => Promise<PriceBook>;
}

/** Makes the environment of a running program around its database. */
export function createEnvironment(database: Database): Environment {
  const catalogue = () => readCatalogueInForce(database);
  return {
    database,
    now: () => Date.now(),
    newId: () => newUuid(),
    catalogue,
    priceBook: async () => createPriceBook(await catalogue(), await listPrices(database, {})),
  };
}

async function readCatalogueInForce(database: Database): Promise<Catalogue> {
  const { loadBundledCatalogue, readCatalogue } = await import("../core/pricing/catalogue.ts");
  const installed = await findCatalogue(database);
  if (installed === undefined) return await loadBundledCatalogue();
  return readCatalogue(JSON.parse(installed.json), installed.version);
}
