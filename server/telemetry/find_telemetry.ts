/**
 * Whether this process collects traces and metrics for OpenTelemetry.
 */

import type { Telemetry } from "./telemetry.ts";

/** Where whoever collects says so: Deno when OTEL_DENO is true, or the SDK of a program that we are part of. */
const REGISTERED = Symbol.for("opentelemetry.js.api.1");

/** Whether somebody collects. */
export function isTelemetryCollected(): boolean {
  return REGISTERED in globalThis;
}

/** The traces and metrics of a server; undefined where nobody collects them. */
export async function findTelemetry(version: string): Promise<Telemetry | undefined> {
  if (!isTelemetryCollected()) return undefined;
  return new (await import("./telemetry.ts")).Telemetry(version);
}

/** Keeps addresses out of the spans of a process that is a server and nothing else. */
export async function guardTelemetry(): Promise<void> {
  if (isTelemetryCollected()) (await import("./span_guard.ts")).guardSpans();
}
