/**
 * The server's log: one line each, as JSON or for people, written beside the requests and never in their way.
 */

import { LIMITS } from "../../core/limits.ts";
import { redact } from "./redact.ts";

/** How important a line is, the least first. */
export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;

/** The name of a level. */
export type LogLevel = (typeof LOG_LEVELS)[number];

/** How lines are written. */
export type LogFormat = "json" | "pretty";

/** What a line says beside its message; what is undefined is left out. */
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** A log. */
export interface Log {
  /** Writes a line, soon. Secrets in any text of it are redacted, control characters escaped. Never fails. */
  write(level: LogLevel, message: string, fields?: LogFields): void;
  /** Waits until all lines are out. */
  flush(): Promise<void>;
}

/** What a log is made of. */
export interface LogOptions {
  /** The least important lines that are written. */
  readonly level: LogLevel;
  readonly format: LogFormat;
  readonly now: () => number;
  /** Takes whole lines. */
  readonly sink: (bytes: Uint8Array) => Promise<void>;
}

/** Lines of this time go out together. */
const GATHER_MS = 20;

/** Opens a log. */
export function openLog({ level, format, now, sink }: LogOptions): Log {
  const lines = new Lines(sink);
  const least = LOG_LEVELS.indexOf(level);
  const writeLine = format === "json" ? writeJsonLine : writePrettyLine;
  return {
    write(level, message, fields = {}) {
      if (LOG_LEVELS.indexOf(level) >= least) lines.add(writeLine({ time: now(), level, message }, fields));
    },
    flush: () => lines.flush(),
  };
}

/** A sink into a stream of the process. */
export function writeTo(stream: { write(bytes: Uint8Array): Promise<number> }): LogOptions["sink"] {
  return async (bytes) => {
    for (let written = 0; written < bytes.length;) written += await stream.write(bytes.subarray(written));
  };
}

interface Head {
  readonly time: number;
  readonly level: LogLevel;
  readonly message: string;
}

function writeJsonLine({ time, level, message }: Head, fields: LogFields): string {
  const line = { time: new Date(time).toISOString(), level, message: clean(message), ...cleanFields(fields) };
  return escapeControls(JSON.stringify(line));
}

function writePrettyLine({ time, level, message }: Head, fields: LogFields): string {
  const texts = Object.entries(cleanFields(fields)).map(([name, value]) => `${name}=${quoteSpaced(String(value))}`);
  const at = new Date(time).toISOString().slice(0, 23).replace("T", " ");
  return escapeControls([at, level.padEnd(5), clean(message), ...texts].join(" "));
}

function quoteSpaced(text: string): string {
  return /^[^\s"=]+$/.test(text) ? text : JSON.stringify(text);
}

function cleanFields(fields: LogFields): Record<string, unknown> {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.map(([name, value]) => [name, typeof value === "string" ? clean(value) : value]));
}

function clean(text: string): string {
  return redact(text.length > LIMITS.log_text_characters ? `${text.slice(0, LIMITS.log_text_characters)}…` : text);
}

/** What would move a cursor, colour a terminal, end a line or turn its direction. */
const CONTROLS = /[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

function escapeControls(line: string): string {
  return line.replace(CONTROLS, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Lines on their way out: gathered, bounded, and dropped with a count when nobody takes them. */
class Lines {
  readonly #sink: LogOptions["sink"];
  readonly #encoder = new TextEncoder();
  #waiting: string[] = [];
  #characters = 0;
  #dropped = 0;
  #running: Promise<void> | undefined;
  #isHurried = false;
  #hurry = () => {};

  constructor(sink: LogOptions["sink"]) {
    this.#sink = sink;
  }

  add(line: string): void {
    if (this.#characters + line.length > LIMITS.log_waiting_characters) {
      this.#dropped++;
      return;
    }
    this.#waiting.push(line);
    this.#characters += line.length;
    this.#running ??= this.#run();
  }

  async flush(): Promise<void> {
    this.#isHurried = true;
    this.#hurry();
    await this.#running;
    this.#isHurried = false;
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      if (!this.#isHurried) await this.#gather();
      const lines = this.#waiting;
      if (this.#dropped > 0) {
        lines.push(JSON.stringify({ level: "warn", message: "log lines lost", lost: this.#dropped }));
      }
      this.#dropped = 0;
      this.#waiting = [];
      this.#characters = 0;
      // Whoever read the log has gone: requests are served all the same.
      await this.#sink(this.#encoder.encode(`${lines.join("\n")}\n`)).catch(() => {});
    }
    this.#running = undefined;
  }

  async #gather(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, GATHER_MS);
    this.#hurry = resolve;
    await promise;
    clearTimeout(timer);
  }
}
