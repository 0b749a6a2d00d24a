/**
 * The environment of a program that serves: it signs, notices a failed storage, and looks prices up for many at once.
 */

import type { CostopsError } from "../core/error.ts";
import type { Database, OpenOptions } from "../db/database.ts";
import { createTokens, type Tokens } from "./auth/tokens.ts";
import { createEnvironment, type Environment, type IntakeObserver } from "./environment.ts";
import { ForecastThreads } from "./forecast/forecast_threads.ts";
import { holdPriceBook } from "./held_price_book.ts";
import { watchDatabase } from "./watched_database.ts";

/** More readers of one file than this only wait for each other's pages. */
const READERS = 4;

/** Most forecasts come one at a time; starting a thread for each would take longer than most of them. */
const KEPT_FORECAST_THREADS = 1;

/** Threads of SQLite, beside the one that answers requests, which is left a processor. */
export function chooseThreads(): Pick<OpenOptions, "reader_threads" | "has_append_thread"> {
  const reader_threads = Math.max(1, Math.min(READERS, navigator.hardwareConcurrency - 1));
  return { reader_threads, has_append_thread: true };
}

/** What it is made of. */
export interface ServedOptions {
  readonly database: Database;
  /** Signs tokens. */
  readonly secret: string;
  readonly jwt_expiry_hours: number;
  /** Where the files of reports are; where the database says when it is not given. */
  readonly reports_folder?: string;
  /** Whether messages of alerts may go to this machine; not when it is not given. */
  readonly allows_loopback?: boolean;
  /** Told when the storage has failed. */
  readonly onFailure: (error: CostopsError) => void;
  readonly onIntake?: IntakeObserver;
  /** Aborted when the program is to end. */
  readonly stopping: AbortSignal;
}

/** Makes it. Whoever ends closes its `forecasts`. */
export async function createServedEnvironment(
  { database, secret, jwt_expiry_hours, reports_folder, allows_loopback, onFailure, onIntake, stopping }: ServedOptions,
): Promise<{ readonly environment: Environment; readonly tokens: Tokens }> {
  const tokens = await createTokens({ secret, expiry_ms: jwt_expiry_hours * 3_600_000 });
  const watched = watchDatabase(database, { onWrite: () => held.forget(), onFailure });
  const forecasts = new ForecastThreads({ kept: KEPT_FORECAST_THREADS });
  const environment = { ...createEnvironment(watched, { reports_folder, allows_loopback }), forecasts };
  const held = holdPriceBook(environment.priceBook, () => performance.now());
  const { priceBook } = held;
  return { environment: { ...environment, priceBook, tokens, onIntake, stopping }, tokens };
}
