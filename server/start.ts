/**
 * A running server: its database, what it signs with, its limits and its socket, from the start to the end.
 */

import { CostopsError } from "../core/error.ts";
import { type Database, openDatabase } from "../db/database.ts";
import { hasUsers } from "../db/users.ts";
import { type AlertSchedule, scheduleAlerts } from "./alerts/schedule.ts";
import { createApp } from "./app.ts";
import { createAuthenticator } from "./auth/authenticate.ts";
import { findSecret } from "./auth/secret.ts";
import { Drain } from "./drain.ts";
import { tellAll } from "./http/exchange.ts";
import { METRICS_PATH } from "./http/metrics_page.ts";
import { compress } from "./listen/compress.ts";
import { type Answer, formatUrl, listen, type ListenAddress, type Listener, probe } from "./listen/listener.ts";
import { type Log, openLog, writeTo } from "./log/log.ts";
import { describeFault } from "./log/request_log.ts";
import { probeMetricsPort } from "./metrics/metrics_port.ts";
import type { ForecastThreads } from "./forecast/forecast_threads.ts";
import type { ReportRunner } from "./reports/report_runner.ts";
import { createReports } from "./reports/start_reports.ts";
import { offerSetup, type SetupOffer } from "./operations/setup.ts";
import { createAddressLimiter, openRateLimiter, type RateLimiter } from "./rate_limit/rate_limiter.ts";
import { chooseThreads, createServedEnvironment } from "./served_environment.ts";
import { fillServerSettings, MEBIBYTE, type ServerSettings } from "./settings.ts";
import { VERSION } from "./version.ts";
import { findWatchers, observeRequests, openMetricsPort, type Watchers } from "./watchers.ts";

/** From being asked to stop until the socket takes nothing new: every client that asks meanwhile is told to go. */
const LINGER_MS = 300;
/** From being asked to stop until what is not answered by then is left alone. */
const DRAIN_MS = 8_000;
/** From being asked to stop until streams that have not ended are ended, each with what was stored of it. */
const CUT_MS = 4_000;
/** For everything behind the socket to end after that. */
const CLOSE_MS = 1_500;
/** For whoever reads the log to take the rest of it. */
const FLUSH_MS = 400;

/** What a server is started with; what is not given has the default of the configuration's table. */
export type StartOptions = Partial<ServerSettings> & Pick<ServerSettings, "database_url"> & {
  /** Said by `/health` and the OpenAPI document; the program's own when it is not given. */
  readonly version?: string;
  /** Where the log goes instead of stderr. */
  readonly log?: Log;
};

/** A server that runs. */
export interface RunningServer {
  /** `http://127.0.0.1:8080`. */
  readonly url: string;
  readonly address: ListenAddress;
  /** Whether clients that are slow to send or to read are cut off. */
  readonly has_time_limits: boolean;
  /** How the first user can be made; undefined when there is a user. */
  readonly setup: SetupOffer | undefined;
  /** `http://127.0.0.1:9090/metrics`, open to whom that address is; undefined without metrics. */
  readonly metrics_url: string | undefined;
  /** Settles when the storage has failed: nothing is stored any more, and the process should end after {@link stop}. */
  readonly failed: Promise<CostopsError>;
  /** Takes no more requests, answers those in flight, stores what is to be stored and closes; within 10 s. */
  stop(): Promise<void>;
}

/**
 * Starts a server. Fails with `temporary` when the port is taken or the database is locked or out of reach, with `usage`
 * on a host that is none of this machine or without a secret where one is needed, and as {@link openDatabase} does.
 */
export async function startServer(options: StartOptions): Promise<RunningServer> {
  const settings = fillServerSettings(options);
  const { version = VERSION } = options;
  // Before the database is brought to this version, which another server that listens here may not know.
  probe(settings);
  const { enable_metrics, metrics_host, metrics_port } = settings;
  if (enable_metrics) probeMetricsPort({ host: metrics_host, port: metrics_port });
  const secret = await findSecret({ configured: settings.jwt_secret, database_url: settings.database_url });
  const { log_level: level, log_format: format } = settings;
  const log = options.log ?? openLog({ level, format, now: () => Date.now(), sink: writeTo(Deno.stderr) });
  const watchers = await findWatchers(settings, version);
  const opened = await openDatabase(settings.database_url, {
    ...chooseThreads(),
    max_connections: settings.database_max_connections,
    onCommit: watchers.metrics?.onCommit,
  });
  const traced = watchers.telemetry?.trace(opened) ?? opened;
  const database = watchers.metrics?.meter(traced) ?? traced;
  try {
    return await Server.start({ ...watchers, settings, secret, log, database, version });
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** What a server is made of before it listens. */
interface Parts extends Watchers {
  readonly settings: ServerSettings;
  readonly secret: string;
  readonly log: Log;
  readonly database: Database;
  readonly version: string;
}

/** What has to end when a server does. */
interface Ends {
  readonly listener: Listener;
  readonly metrics_port: Listener | undefined;
  readonly limiter: RateLimiter;
  readonly authenticator: { settle(): Promise<void> };
  readonly reports: ReportRunner;
  readonly forecasts: ForecastThreads;
  /** Undefined where this process looks for no alerts. */
  readonly alerts: AlertSchedule | undefined;
}

class Server implements RunningServer {
  readonly url: string;
  readonly address: ListenAddress;
  readonly has_time_limits: boolean;
  readonly setup: SetupOffer | undefined;
  readonly metrics_url: string | undefined;
  readonly #log: Log;
  readonly #database: Database;
  readonly #ends: Ends;
  readonly #state: State;
  #stopping: Promise<void> | undefined;

  private constructor(
    { log, database }: Parts,
    { ends, state, setup }: { readonly ends: Ends; readonly state: State; readonly setup: SetupOffer | undefined },
  ) {
    this.address = ends.listener.address;
    this.url = formatUrl(this.address);
    this.has_time_limits = ends.listener.has_time_limits;
    this.setup = setup;
    const { metrics_port } = ends;
    this.metrics_url = metrics_port && `${formatUrl(metrics_port.address)}${METRICS_PATH}`;
    this.#log = log;
    this.#database = database;
    this.#ends = ends;
    this.#state = state;
  }

  get failed(): Promise<CostopsError> {
    return this.#state.failed;
  }

  static async start(parts: Parts): Promise<Server> {
    const { settings, secret, metrics, prometheus, telemetry } = parts;
    const state = new State(parts.log);
    const { environment: served, tokens } = await createServedEnvironment({
      database: parts.database,
      secret,
      jwt_expiry_hours: settings.jwt_expiry_hours,
      reports_folder: settings.reports_folder,
      allows_loopback: settings.alerts_allow_loopback,
      onFailure: (error) => state.fail(error),
      onIntake: metrics?.onIntake,
      stopping: state.cut.signal,
    });
    const { reports, environment } = createReports(served, {
      ...settings,
      onRun: metrics?.onReportRun,
      tell: (message, { error, ...about }) =>
        parts.log.write("error", message, { ...about, error: describeFault(error) }),
    });
    const setup = await hasUsers(environment.database) ? undefined : await offerSetup(environment);
    const authenticator = createAuthenticator(environment, { tokens });
    const limiter = await openLimiter(parts);
    metrics?.watch({ environment, countInFlight: () => state.drain.count });
    let metrics_port: Listener | undefined;
    try {
      metrics_port = prometheus && await openMetricsPort(parts, prometheus);
      const app = createApp({
        environment,
        authenticate: authenticator.authenticate,
        rate_limits: { organizations: limiter, addresses: createAddressLimiter() },
        observe: tellAll([observeRequests(parts), metrics?.observe].filter((observe) => observe !== undefined)),
        health: () => state,
        metrics: prometheus && (() => prometheus.write()),
        settings: {
          secret,
          version: parts.version,
          batch_bytes: settings.max_request_size_mb * MEBIBYTE,
          allowed_origins: settings.cors_origins,
          trusted_proxies: settings.trusted_proxies,
        },
      });
      const plain: Answer = (request, connection) => app.fetch(request, connection);
      const answer = state.drain.watch(settings.enable_compression ? compressAnswers(plain) : plain);
      const listener = await listen({ host: settings.host, port: settings.port, answer, within: telemetry?.within });
      reports.start();
      const alerts = scheduleAlerts(environment, {
        interval_ms: settings.alerts_interval_minutes * 60_000,
        log: parts.log,
      });
      const { forecasts } = environment;
      const ends = { listener, metrics_port, limiter, authenticator, reports, forecasts, alerts };
      return new Server(parts, { ends, state, setup });
    } catch (error) {
      await metrics_port?.close();
      await limiter.close();
      throw error;
    }
  }

  stop(): Promise<void> {
    return this.#stopping ??= this.#stop();
  }

  async #stop(): Promise<void> {
    const { listener, metrics_port, limiter, authenticator, reports, forecasts, alerts } = this.#ends;
    const { drain, cut } = this.#state;
    const began = performance.now();
    drain.isDraining = true;
    this.#log.write("info", "stopping");
    await sleep(LINGER_MS);
    drain.isClosed = true;
    const draining = async () => {
      // Closing would break off the bodies that are still being read.
      if (!await endsWithin(drain.empty(), CUT_MS - LINGER_MS)) cut.abort();
      await drain.empty();
    };
    const [isDrained] = await Promise.all([
      endsWithin(draining(), DRAIN_MS - LINGER_MS),
      endsWithin(reports.stop(), DRAIN_MS - LINGER_MS),
      endsWithin(alerts?.stop() ?? Promise.resolve(), DRAIN_MS - LINGER_MS),
    ]);
    if (!isDrained) this.#log.write("warn", "requests were left unanswered", { after_ms: DRAIN_MS });
    // Answers are on their way still; a client that sends what nobody reads any more keeps its connection beyond that.
    await endsWithin(listener.close(), Math.max(0, began + DRAIN_MS - performance.now()));
    const closing = async () => {
      forecasts.close();
      await authenticator.settle();
      await limiter.close();
      // After an error of the file system nothing is written any more, which closing would do.
      if (this.#state.failure === null) await this.#database.close();
      await metrics_port?.close();
    };
    const isClosed = await endsWithin(closing(), CLOSE_MS);
    this.#log.write(isClosed ? "info" : "warn", isClosed ? "stopped" : "stopped before the database had closed");
    await endsWithin(this.#log.flush(), FLUSH_MS);
  }
}

/** What a server knows of itself. */
class State {
  readonly #log: Log;
  readonly #failed = Promise.withResolvers<CostopsError>();
  readonly drain = new Drain();
  /** Ends what has no end of its own. */
  readonly cut = new AbortController();
  failure: string | null = null;

  constructor(log: Log) {
    this.#log = log;
  }

  get is_draining(): boolean {
    return this.drain.isDraining;
  }

  get failed(): Promise<CostopsError> {
    return this.#failed.promise;
  }

  fail(error: CostopsError): void {
    if (this.failure !== null) return;
    this.failure = error.message;
    this.#log.write("error", "the storage has failed: nothing is stored any more", { error: describeFault(error) });
    this.#failed.resolve(error);
  }
}

function openLimiter({ settings, log }: Parts): Promise<RateLimiter> {
  return openRateLimiter({
    per_second: settings.rate_limit_per_second,
    burst: settings.rate_limit_burst,
    database_url: settings.database_url,
    redis_url: settings.redis_url,
    onStoreChange: (failure) => {
      if (failure === undefined) return log.write("info", "the rate limit is shared again");
      log.write("warn", "the rate limit is counted by each process for itself: its store does not answer", {
        error: describeFault(failure),
      });
    },
  });
}

/** The same answers, compressed where that is worth it. */
function compressAnswers(answer: Answer): Answer {
  return (request, connection) => {
    const accepted = request.headers.get("accept-encoding");
    const answered = answer(request, connection);
    return accepted === null ? answered : compressed(answered, accepted);
  };
}

async function compressed(answered: Response | Promise<Response>, accepted: string): Promise<Response> {
  return await compress(await answered, accepted);
}

async function endsWithin(work: Promise<void>, milliseconds: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), milliseconds);
  try {
    return await Promise.race([work.then(() => true), promise]);
  } finally {
    clearTimeout(timer);
  }
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
