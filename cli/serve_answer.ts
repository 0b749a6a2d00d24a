/**
 * Runs the server until a signal or a failed storage ends it.
 */

import { ERROR_KINDS } from "../core/error.ts";
import { isLoopback } from "../server/auth/address.ts";
import { toSettings } from "../server/settings.ts";
import { type RunningServer, startServer } from "../server/start.ts";
import { guardTelemetry, isTelemetryCollected } from "../server/telemetry/find_telemetry.ts";
import { Interruption } from "./interruption.ts";
import type { CommonOptions } from "./options.ts";
import type { Shell } from "./run.ts";
import { readConfig } from "./session.ts";
import type { Terminal } from "./terminal.ts";
import { VERSION } from "../server/version.ts";

/** The flags of `serve` that are not of the configuration's table. */
export interface ServeOptions extends CommonOptions {
  readonly json?: true;
}

/** Answers `costops serve`; the process ends with it. */
export async function serve(options: ServeOptions, shell: Shell): Promise<void> {
  const settings = toSettings(readConfig(options, { isForServer: true }));
  const interruption = new Interruption();
  try {
    await guardTelemetry();
    const server = await startServer({ ...settings, version: VERSION });
    announce(server, { options, terminal: shell.terminal });
    if (options.json) {
      shell.terminal.out(`${JSON.stringify({ url: server.url, metrics_url: server.metrics_url, pid: Deno.pid })}\n`);
    }
    const failure = await Promise.race([server.failed, ended(interruption.signal)]);
    await server.stop();
    // Connections that nobody ends would keep the process alive.
    Deno.exit(failure === undefined ? 0 : ERROR_KINDS[failure.kind].exit);
  } finally {
    interruption.ignore();
  }
}

function ended(signal: AbortSignal): Promise<undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  signal.addEventListener("abort", () => resolve(undefined), { once: true });
  if (signal.aborted) resolve(undefined);
  return promise;
}

/** Says where it listens, what it leaves to others, and how the first user is made. */
function announce(
  server: RunningServer,
  { options, terminal }: { readonly options: ServeOptions; readonly terminal: Terminal },
): void {
  if (options.quiet !== true) {
    terminal.note(`costops ${VERSION} listens on ${server.url}, its reference is at ${server.url}/docs`);
    if (server.metrics_url !== undefined) {
      terminal.note(`Metrics for Prometheus, without a credential: ${server.metrics_url}`);
    }
    for (const warning of listDangers(server)) terminal.note(warning);
    const endpoint = Deno.env.get("OTEL_EXPORTER_OTLP_ENDPOINT");
    if (endpoint && !isTelemetryCollected()) {
      terminal.note(
        "OTEL_EXPORTER_OTLP_ENDPOINT is set and nothing is exported: start it with bin/costops, or with OTEL_DENO=true",
      );
    }
  }
  if (server.setup === undefined) return;
  const until = new Date(server.setup.expires_at).toISOString().slice(11, 16);
  terminal.note(
    `There is no user yet. Make the first one, once, from this machine, until ${until} UTC:\n` +
      `  ${writeSetupCommand(server)}\n` +
      "or on the database: costops admin user create EMAIL --role super_admin --password-stdin",
  );
}

/** The request that makes the first user, to be pasted. */
function writeSetupCommand({ url, address, setup }: RunningServer): string {
  const base = isLoopback(address.hostname) ? url : `http://127.0.0.1:${address.port}`;
  const body = JSON.stringify({ token: setup?.token, email: "EMAIL", password: "PASSWORD" });
  return `curl ${base}/api/v1/auth/setup -H 'Content-Type: application/json' -d '${body}'`;
}

function listDangers({ address, has_time_limits }: RunningServer): string[] {
  if (isLoopback(address.hostname)) {
    return [
      "Only this machine reaches it, but all users and programs of it. It has no TLS" +
      `${has_time_limits ? "" : " and does not cut off slow clients"}: to open it to others, put a proxy in front.`,
    ];
  }
  return [
    "WARNING: other machines reach it over plain HTTP, so that passwords and keys can be read on the way. " +
    "Put a proxy with TLS in front of it. Slow clients are cut off; floods of connections are not its own to stop.",
  ];
}
