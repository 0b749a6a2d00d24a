/**
 * Whoever is told what a server does: its log, Prometheus, OpenTelemetry. What nobody wants is not loaded.
 */

import { type Observe, tellAll } from "./http/exchange.ts";
import type { Listener } from "./listen/listener.ts";
import type { Log } from "./log/log.ts";
import { logRequests } from "./log/request_log.ts";
import { joinMeters, type Meter } from "./metrics/meter.ts";
import type { Metrics } from "./metrics/metrics.ts";
import { listenForMetrics } from "./metrics/metrics_port.ts";
import type { PrometheusMeter } from "./metrics/prometheus_meter.ts";
import type { ServerSettings } from "./settings.ts";
import { findTelemetry } from "./telemetry/find_telemetry.ts";
import type { Telemetry } from "./telemetry/telemetry.ts";

/** Beside the log; undefined where nobody wants to know. */
export interface Watchers {
  readonly metrics: Metrics | undefined;
  /** Where metrics are for Prometheus. */
  readonly prometheus: PrometheusMeter | undefined;
  readonly telemetry: Telemetry | undefined;
}

/** A server as far as it is watched. */
interface Watched extends Watchers {
  readonly settings: Pick<ServerSettings, "metrics_host" | "metrics_port">;
  readonly log: Log;
}

/** Finds who is to be told, and loads what tells them. */
export async function findWatchers(
  { database_url, enable_metrics }: ServerSettings,
  version: string,
): Promise<Watchers> {
  const telemetry = await findTelemetry(version);
  const prometheus = enable_metrics ? new (await import("./metrics/prometheus_meter.ts")).PrometheusMeter() : undefined;
  const meters = [prometheus, telemetry?.meter].filter((meter): meter is Meter => meter !== undefined);
  if (meters.length === 0) return { metrics: undefined, prometheus, telemetry };
  const { Metrics } = await import("./metrics/metrics.ts");
  return { metrics: new Metrics({ meter: joinMeters(meters), version, database_url }), prometheus, telemetry };
}

/** Of every port: the log, and the traces. */
export function observeRequests({ log, telemetry }: Pick<Watched, "log" | "telemetry">): Observe {
  if (telemetry === undefined) return logRequests(log);
  return tellAll([logRequests(log, telemetry.findTrace), telemetry.observe]);
}

/** Opens the port for metrics alone. Fails as {@link listenForMetrics} does. */
export function openMetricsPort(parts: Watched, prometheus: PrometheusMeter): Promise<Listener> {
  const { settings: { metrics_host: host, metrics_port: port }, telemetry } = parts;
  const observe = observeRequests(parts);
  return listenForMetrics({ host, port, write: () => prometheus.write(), observe, within: telemetry?.within });
}
