/**
 * costops inside another program: its API as an app to be mounted, on a database that is opened or handed in.
 */

import type { Hono } from "hono";
import type { Principal } from "../core/access.ts";
import { CostopsError } from "../core/error.ts";
import { type Database, isPostgresUrl, openDatabase } from "../db/database.ts";
import { type AppOptions, createApiRouter, createApp } from "./app.ts";
import { createAuthenticator } from "./auth/authenticate.ts";
import { findSecret } from "./auth/secret.ts";
import type { Environment } from "./environment.ts";
import { type Observe, tellAll, writeFaults } from "./http/exchange.ts";
import { redact } from "./log/redact.ts";
import { describeFault } from "./log/request_log.ts";
import { createAddressLimiter, openRateLimiter, type RateLimiter } from "./rate_limit/rate_limiter.ts";
import { chooseThreads, createServedEnvironment } from "./served_environment.ts";
import { makeFile } from "./reports/make_file.ts";
import { createReports } from "./reports/start_reports.ts";
import { fillServerSettings, MEBIBYTE, type ServerSettings } from "./settings.ts";
import { findTelemetry } from "./telemetry/find_telemetry.ts";
import { VERSION } from "./version.ts";

/** Settings of a server that an embedded one has too, with the defaults of the configuration's table. */
type EmbeddedSettings = Pick<
  ServerSettings,
  | "database_max_connections"
  | "jwt_secret"
  | "jwt_expiry_hours"
  | "max_request_size_mb"
  | "cors_origins"
  | "trusted_proxies"
  | "rate_limit_per_second"
  | "rate_limit_burst"
  | "redis_url"
  | "reports_folder"
  | "reports_keep_days"
>;

/** What costops is opened with. */
export interface CostopsOptions extends Partial<EmbeddedSettings> {
  /** A path, `sqlite:PATH`, `postgres://…`, or one that is open, which stays its owner's to close after {@link Costops}. */
  readonly database: string | Database;
  /** Finds out who asks, instead of costops' own tokens and keys. Fails with `unauthenticated`. */
  readonly authenticate?: (headers: Headers) => Promise<Principal>;
  /** Told of every answer; absent: faults go to stderr. */
  readonly observe?: Observe;
}

/** An open costops. */
export interface Costops {
  /** The API, to be mounted below a path: `app.route("/costs", costops.router)`. */
  readonly router: Hono;
  /** The whole, as `costops serve` serves it: the API below `/api/v1`, `/health`, `/openapi.json`, `/docs` and so on. */
  readonly app: Hono;
  /** For its operations, without HTTP. */
  readonly environment: Environment;
  /** Settles when the storage has failed: nothing is stored any more, and the process should end. */
  readonly failed: Promise<CostopsError>;
  /** Stores what is to be stored and closes what was opened; stop sending requests first. */
  close(): Promise<void>;
}

/**
 * Opens the database, brings it to this version, and makes the app. Fails as {@link openDatabase} does, and with `usage`
 * without a secret where one is needed: on Postgres.
 */
export async function openCostops(
  { database: given, authenticate, observe, ...rest }: CostopsOptions,
): Promise<Costops> {
  const database_url = typeof given === "string" ? given : given.url;
  const settings = fillServerSettings({ ...rest, database_url });
  const secret = await findSecret({ configured: settings.jwt_secret, database_url });
  const opened = typeof given === "string"
    ? await openDatabase(given, { ...chooseThreads(), max_connections: settings.database_max_connections })
    : given;
  try {
    return await assemble({ settings, secret, opened, authenticate, observe, is_own: typeof given === "string" });
  } catch (error) {
    if (typeof given === "string") await opened.close();
    throw error;
  }
}

/** What an app is made of, before it is. */
interface Parts extends Pick<CostopsOptions, "authenticate" | "observe"> {
  readonly settings: ServerSettings;
  readonly secret: string;
  readonly opened: Database;
  /** Whether it was opened here. */
  readonly is_own: boolean;
}

async function assemble(parts: Parts): Promise<Costops> {
  const { settings, secret, opened, is_own } = parts;
  const telemetry = await findTelemetry(VERSION);
  const failed = Promise.withResolvers<CostopsError>();
  const cut = new AbortController();
  let failure: string | null = null;
  const { environment: served, tokens } = await createServedEnvironment({
    database: telemetry?.trace(opened) ?? opened,
    secret,
    jwt_expiry_hours: settings.jwt_expiry_hours,
    reports_folder: settings.reports_folder,
    stopping: cut.signal,
    onFailure: (error) => {
      failure ??= error.message;
      failed.resolve(error);
    },
  });
  // A database that is handed in has no password to tell: nothing can open it again by its address.
  const hasAddress = is_own || !isPostgresUrl(opened.url);
  const { reports, environment } = createReports(served, {
    ...settings,
    tell: (message, { error, ...about }) => say("error", message, { ...about, error: describeFault(error) }),
    makeFile: hasAddress ? undefined : (order) => makeFile(served, order),
  });
  const authenticator = createAuthenticator(environment, { tokens });
  const limiter = await openLimiter(settings, { hasAddress });
  const watching = parts.observe ?? writeFaults;
  const options: AppOptions = {
    environment,
    authenticate: parts.authenticate ?? authenticator.authenticate,
    rate_limits: { organizations: limiter, addresses: createAddressLimiter() },
    observe: telemetry === undefined ? watching : tellAll([watching, telemetry.observe]),
    health: () => ({ is_draining: false, failure }),
    settings: {
      secret,
      version: VERSION,
      batch_bytes: settings.max_request_size_mb * MEBIBYTE,
      allowed_origins: settings.cors_origins,
      trusted_proxies: settings.trusted_proxies,
    },
  };
  const close = async () => {
    cut.abort();
    environment.forecasts.close();
    await reports.stop();
    await authenticator.settle();
    await limiter.close();
    // After an error of the file system nothing is written any more, which closing would do.
    if (is_own && failure === null) await opened.close();
  };
  reports.start();
  return { router: createApiRouter(options), app: createApp(options), environment, failed: failed.promise, close };
}

function openLimiter(settings: ServerSettings, { hasAddress }: { readonly hasAddress: boolean }): Promise<RateLimiter> {
  return openRateLimiter({
    per_second: settings.rate_limit_per_second,
    burst: settings.rate_limit_burst,
    // Processes on a database without an address share their limits over Redis, or not at all.
    database_url: hasAddress ? settings.database_url : "sqlite:",
    redis_url: settings.redis_url,
    onStoreChange: (failure) => {
      if (failure === undefined) return say("info", "the rate limit is shared again");
      const error = describeFault(failure);
      say("warn", "the rate limit is counted by each process for itself: its store does not answer", { error });
    },
  });
}

/** What an operator should hear of, on stderr, one JSON line each. */
function say(level: "info" | "warn" | "error", message: string, about: Readonly<Record<string, unknown>> = {}): void {
  console.error(redact(JSON.stringify({ level, message, ...about })));
}
