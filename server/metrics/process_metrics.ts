/**
 * The program and its process. prom-client's own set gives zeros for much of this under Deno.
 */

import process from "node:process";
import { gauge, type Meter } from "./meter.ts";

/** Adds what is known of the program, and of its process by the names that all exporters use. */
export function gaugeProcess(meter: Meter, build: { readonly version: string; readonly database: string }): void {
  meter.observe({
    type: "gauge",
    name: "costops_build_info",
    help: "1, labelled with the version of costops, the version of Deno and the kind of database.",
    labels: ["version", "database", "deno"],
    read: () => [{ labels: { ...build, deno: Deno.version.deno }, value: 1 }],
  });
  gauge(meter, {
    name: "process_resident_memory_bytes",
    help: "Resident memory of the process.",
    read: () => Deno.memoryUsage().rss,
  });
  gauge(meter, {
    name: "process_heap_bytes",
    help: "JavaScript heap in use, threads apart.",
    read: () => Deno.memoryUsage().heapUsed,
  });
  gauge(meter, {
    name: "process_start_time_seconds",
    help: "When the process began, in seconds since 1970 UTC.",
    read: () => performance.timeOrigin / 1000,
  });
  meter.observe({
    type: "counter",
    name: "process_cpu_seconds_total",
    help: "Processor time of the process, its own and the system's for it.",
    labels: [],
    read: () => {
      const { user, system } = process.cpuUsage();
      return [{ labels: {}, value: (user + system) / 1_000_000 }];
    },
  });
}
