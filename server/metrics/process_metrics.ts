/**
 * The program and its process. prom-client's own set gives zeros for much of this under Deno.
 */

import process from "node:process";
import { Counter, Gauge, type Registry } from "prom-client";
import { gauge } from "./gauge.ts";

/** Adds what is known of the program, and of its process by the names that all exporters use. */
export function gaugeProcess(registry: Registry, build: { readonly version: string; readonly database: string }): void {
  const info = new Gauge({
    name: "costops_build_info",
    help: "1, labelled with the version of costops, the version of Deno and the kind of database.",
    labelNames: ["version", "deno", "database"],
    registers: [registry],
  });
  info.set({ ...build, deno: Deno.version.deno }, 1);
  gauge(registry, {
    name: "process_resident_memory_bytes",
    help: "Resident memory of the process.",
    read: () => Deno.memoryUsage().rss,
  });
  gauge(registry, {
    name: "process_heap_bytes",
    help: "JavaScript heap in use, threads apart.",
    read: () => Deno.memoryUsage().heapUsed,
  });
  gauge(registry, {
    name: "process_start_time_seconds",
    help: "When the process began, in seconds since 1970 UTC.",
    read: () => performance.timeOrigin / 1000,
  });
  new Counter({
    name: "process_cpu_seconds_total",
    help: "Processor time of the process, its own and the system's for it.",
    registers: [registry],
    collect() {
      const { user, system } = process.cpuUsage();
      this.reset();
      this.inc((user + system) / 1_000_000);
    },
  });
}
