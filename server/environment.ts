/**
 * The outside world as one readonly record, made at the edge and passed in everywhere.
 */

import { setImmediate } from "node:timers";
import { v7 as newUuid } from "uuid";
import type { Catalogue } from "../core/pricing/catalogue.ts";
import type { PriceBook } from "../core/pricing/price_book.ts";
import type { RecordOutcome } from "../core/usage/summary.ts";
import { findCatalogue, findCatalogueVersion } from "../db/catalogues.ts";
import type { Database } from "../db/database.ts";
import type { PostMessage } from "./alerts/post_message.ts";
import { CredentialStates } from "./auth/credential_states.ts";
import { createPasswords, type Passwords } from "./auth/password.ts";
import type { Tokens } from "./auth/tokens.ts";
import { type Artifacts, openArtifacts } from "./reports/artifacts.ts";
import { ForecastThreads } from "./forecast/forecast_threads.ts";

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
  readonly passwords: Passwords;
  readonly forecasts: ForecastThreads;
  /** Whoever changes a user, a session or a key forgets its state here. */
  readonly credentials: CredentialStates;
  /** Where the files of reports are. */
  readonly artifacts: Artifacts;
  /** Told that there is a new report; whoever makes reports would find it by itself a second later. */
  readonly onReport?: () => void;
  /** Sends a message of an alert; never fails. */
  readonly postMessage: PostMessage;
  /** Whether messages of alerts may go to this machine. */
  readonly allows_loopback: boolean;
  /** Only a server signs tokens. */
  readonly tokens?: Tokens;
  /** Aborted when the program is to end: what has no end of its own is ended. */
  readonly stopping?: AbortSignal;
  /** Only a server counts what becomes of records. */
  readonly onIntake?: IntakeObserver;
}

/** Told what became of records that were sent, once it is known; not of a preview. */
export type IntakeObserver = (outcomes: readonly Pick<RecordOutcome, "outcome" | "unpriced_reason">[]) => void;

/** Makes the environment of a running program around its database. What prices need is loaded when first asked for. */
export function createEnvironment(
  database: Database,
  { reports_folder, allows_loopback = false }: {
    readonly reports_folder?: string;
    readonly allows_loopback?: boolean;
  } = {},
): Environment {
  const priceBookVersion = async () => await findCatalogueVersion(database) ?? await readBundledVersion();
  const catalogue = keepLatest(async () => ({
    key: await priceBookVersion(),
    make: () => readCatalogueInForce(database),
  }));
  const priceBook = keepLatest(async () => {
    const [{ createPriceBook }, { listPrices }, { writeOwnPrice }] = await Promise.all([
      import("../core/pricing/price_book.ts"),
      import("../db/prices.ts"),
      import("../core/pricing/own_price.ts"),
    ]);
    const ownPrices = await listPrices(database, {});
    const key = JSON.stringify([await priceBookVersion(), ownPrices.map(writeOwnPrice)]);
    return { key, make: async () => createPriceBook(await catalogue(), ownPrices) };
  });
  return {
    database,
    now: () => Date.now(),
    newId: () => newUuid(),
    catalogue,
    priceBookVersion,
    priceBook,
    artifacts: openArtifacts(database, reports_folder),
    passwords: createPasswords(),
    forecasts: new ForecastThreads(),
    credentials: new CredentialStates(),
    postMessage: async (message, signal) => {
      const { createPost } = await import("./alerts/post_message.ts");
      return await createPost({ allows_loopback })(message, signal);
    },
    allows_loopback,
  };
}

/**
 * Makes a value again only when what it is made of has another key; several callers at once share one making. Those who
 * ask in the same turn of the event loop share one look at the key too, which begins after all of them have asked.
 */
function keepLatest<Value>(look: () => Promise<Look<Value>>): () => Promise<Value> {
  let latest: { readonly key: string; readonly value: Promise<Value> } | undefined;
  let coming: Promise<Look<Value>> | undefined;
  const lookTogether = async () => {
    await new Promise((resolve) => setImmediate(resolve));
    coming = undefined;
    return await look();
  };
  return async () => {
    const { key, make } = await (coming ??= lookTogether());
    if (latest?.key === key) return await latest.value;
    const made = { key, value: make() };
    latest = made;
    try {
      return await made.value;
    } catch (error) {
      if (latest === made) latest = undefined;
      throw error;
    }
  };
}

/** What a value would be made of now. */
interface Look<Value> {
  readonly key: string;
  readonly make: () => Promise<Value>;
}

async function readBundledVersion(): Promise<string> {
  return (await import("../core/pricing/catalogue.ts")).BUNDLED_CATALOGUE_VERSION;
}

async function readCatalogueInForce(database: Database): Promise<Catalogue> {
  const { loadBundledCatalogue, parseCatalogue } = await import("../core/pricing/catalogue.ts");
  const installed = await findCatalogue(database);
  if (installed === undefined) return await loadBundledCatalogue();
  return parseCatalogue(installed.json, installed.version);
}
