/**
 * What a server counts and measures of itself. Loaded only where metrics are wanted.
 *
 * No label is made of what a client sends: routes are templates, and paths, users, organizations and ids are in none.
 */

import { type Database, isPostgresUrl } from "../../db/database.ts";
import type { CommitObserver } from "../../db/observed_commit.ts";
import type { Environment, IntakeObserver } from "../environment.ts";
import type { Observe } from "../http/exchange.ts";
import type { RunObserver } from "../reports/report_runner.ts";
import { gaugeCatalogue } from "./catalogue_metrics.ts";
import { DatabaseMetrics } from "./database_metrics.ts";
import { observeRequests } from "./http_metrics.ts";
import { countIntake } from "./intake_metrics.ts";
import { gaugeProcess } from "./process_metrics.ts";
import { countReportRuns, gaugeReports } from "./report_metrics.ts";
import { gauge, type Meter } from "./meter.ts";

/** What is looked at whenever metrics are asked for. */
export interface MetricSources {
  readonly environment: Pick<Environment, "database" | "now">;
  /** Requests that are being answered. */
  readonly countInFlight: () => number;
}

/** What the metrics of a server are made with, and of what program. */
export interface MetricsOptions {
  readonly meter: Meter;
  readonly version: string;
  readonly database_url: string;
}

/** The metrics of one server. */
export class Metrics {
  readonly #meter: Meter;
  readonly #database: DatabaseMetrics;
  /** Told of every answer. */
  readonly observe: Observe;
  /** Told what became of records. */
  readonly onIntake: IntakeObserver;
  /** Told of every run of a report job. */
  readonly onReportRun: RunObserver;
  /** Told of every group of usage that was committed. */
  readonly onCommit: CommitObserver;

  constructor({ meter, version, database_url }: MetricsOptions) {
    this.#meter = meter;
    gaugeProcess(meter, { version, database: isPostgresUrl(database_url) ? "postgres" : "sqlite" });
    this.observe = observeRequests(meter);
    this.onIntake = countIntake(meter);
    this.onReportRun = countReportRuns(meter);
    this.#database = new DatabaseMetrics(meter);
    this.onCommit = this.#database.onCommit;
  }

  /** The same database, measured. */
  meter(database: Database): Database {
    return this.#database.meter(database);
  }

  /** Adds what is looked at rather than counted. */
  watch({ environment, countInFlight }: MetricSources): void {
    const help = "Requests that are being answered, streams until their end.";
    gauge(this.#meter, { name: "costops_http_requests_in_flight", help, read: countInFlight });
    gaugeCatalogue(this.#meter, environment);
    gaugeReports(this.#meter, environment);
  }
}
