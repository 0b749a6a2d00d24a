/**
 * The server's log: one line each, as JSON or for people, written beside the requests and never in their way.
 */

import { LIMITS } from "../../core/limits.ts";
import { Flood } from "./flood.ts";
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
  /**
   * Writes a line, soon. Secrets in any text of it are redacted, control characters escaped. Of a flood a sample is
   * written, and how many lines were not; errors always are. Fields that are a function are made for a line that is
   * written alone. Never fails.
   */
  write(level: LogLevel, message: string, fields?: LogFields | (() => LogFields)): void;
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
  const flood = new Flood();
  const least = LOG_LEVELS.indexOf(level);
  const writeLine = format === "json" ? writeJsonLine : writePrettyLine;
  const sayCount = (message: string, count: number) => writeLine({ time: now(), level: "warn", message }, { count });
  const lines = new Lines({ sink, flood, now, sayCount });
  return {
    write(level, message, fields = {}) {
      if (LOG_LEVELS.indexOf(level) < least) return;
      const time = now();
      if (!flood.admit(level, time)) return lines.run();
      const said = typeof fields === "function" ? fields() : fields;
      lines.add(writeLine({ time, level, message }, said), level === "error");
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

/** What lines on their way out need to know. */
interface LinesOptions extends Pick<LogOptions, "sink" | "now"> {
  readonly flood: Flood;
  /** Writes the line that says how many are missing. */
  readonly sayCount: (message: string, count: number) => string;
}

/** What is kept for errors of what may wait, so that nothing else takes their place. */
const OF_ERRORS = 2;

/** Lines on their way out: gathered, bounded, and dropped with a count when nobody takes them. */
class Lines {
  readonly #options: LinesOptions;
  readonly #encoder = new TextEncoder();
  #waiting: string[] = [];
  #characters = 0;
  #lost = 0;
  #running: Promise<void> | undefined;
  #isHurried = false;
  #hurry = () => {};

  constructor(options: LinesOptions) {
    this.#options = options;
  }

  add(line: string, isError: boolean): void {
    const bound = isError ? LIMITS.log_waiting_characters : LIMITS.log_waiting_characters / OF_ERRORS;
    if (this.#characters + line.length > bound) {
      this.#lost++;
      return;
    }
    this.#waiting.push(line);
    this.#characters += line.length;
    this.run();
  }

  /** Goes on until everything is out, and what is not written was counted. */
  run(): void {
    this.#running ??= this.#run();
  }

  async flush(): Promise<void> {
    this.#isHurried = true;
    this.#hurry();
    await this.#running;
    this.#isHurried = false;
  }

  async #run(): Promise<void> {
    const { flood, sink } = this.#options;
    while (this.#waiting.length > 0 || flood.has_omitted) {
      if (!this.#isHurried) await this.#gather();
      this.#sayCounts();
      if (this.#waiting.length === 0) continue;
      const lines = this.#waiting;
      this.#waiting = [];
      this.#characters = 0;
      // Whoever read the log has gone: requests are served all the same.
      await sink(this.#encoder.encode(`${lines.join("\n")}\n`)).catch(() => {});
    }
    this.#running = undefined;
  }

  /** What is missing is said where it is missing. */
  #sayCounts(): void {
    const { flood, now, sayCount } = this.#options;
    const omitted = flood.takeOmitted({ now: now(), isHurried: this.#isHurried });
    if (omitted > 0) this.#waiting.push(sayCount("log lines left out: too many in a second", omitted));
    if (this.#lost > 0) this.#waiting.push(sayCount("log lines lost: nobody took them", this.#lost));
    this.#lost = 0;
  }

  async #gather(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, GATHER_MS);
    this.#hurry = resolve;
    await promise;
    clearTimeout(timer);
  }
}
