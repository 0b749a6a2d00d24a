/**
 * Hours of the day in which a price holds: half-open, in UTC, possibly through midnight.
 */

import { CostopsError } from "../error.ts";

const DAY_MS = 86_400_000;
const TIME = /^(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,3})\d*)?(Z|[+-]\d{2}:\d{2})$/;

/** From `start_ms` to `end_ms` after midnight UTC; when the end is before the start it runs through midnight. */
export interface Hours {
  readonly start_ms: number;
  readonly end_ms: number;
  /** `01:00:00Z-04:00:00Z`. */
  readonly text: string;
}

/** Whether the instant (milliseconds since 1970 UTC) is within the hours. Equal start and end hold never. */
export function isWithinHours(hours: Hours, instant: number): boolean {
  const time = ((instant % DAY_MS) + DAY_MS) % DAY_MS;
  if (hours.start_ms <= hours.end_ms) return time >= hours.start_ms && time < hours.end_ms;
  return time >= hours.start_ms || time < hours.end_ms;
}

/** Reads two times of day with their offsets (`01:00:00Z`, `09:00:00+08:00`). Fails with `invalid`. */
export function readHours(start: string, end: string): Hours {
  const start_ms = readTimeOfDay(start);
  const end_ms = readTimeOfDay(end);
  return { start_ms, end_ms, text: `${formatTimeOfDay(start_ms)}-${formatTimeOfDay(end_ms)}` };
}

/** Reads `01:00:00Z-04:00:00Z`, as {@link Hours.text} has it. Fails with `invalid`. */
export function parseHours(text: string): Hours {
  const match = /^(\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2}))-(\d.*)$/.exec(text);
  if (match === null) throw wrongTime(text, "01:00:00Z-04:00:00Z");
  return readHours(match[1]!, match[2]!);
}

/** Whether there is an instant of the day within both. */
export function hoursOverlap(one: Hours, other: Hours): boolean {
  if (one.start_ms === one.end_ms || other.start_ms === other.end_ms) return false;
  return isWithinHours(one, other.start_ms) || isWithinHours(other, one.start_ms);
}

function readTimeOfDay(text: string): number {
  const match = TIME.exec(text);
  if (match === null) throw wrongTime(text, "01:00:00Z");
  const [, hour, minute, second, fraction, zone] = match;
  const offset = zone === "Z" ? 0 : readOffset(zone!);
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59 || Math.abs(offset) >= DAY_MS) {
    throw wrongTime(text, "01:00:00Z");
  }
  const time = ((Number(hour) * 60 + Number(minute)) * 60 + Number(second)) * 1000;
  return (time + Number((fraction ?? "").padEnd(3, "0")) - offset + DAY_MS) % DAY_MS;
}

function readOffset(zone: string): number {
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6));
  return (zone[0] === "-" ? -minutes : minutes) * 60_000;
}

function formatTimeOfDay(ms: number): string {
  const two = (value: number) => String(Math.floor(value)).padStart(2, "0");
  const seconds = ms / 1000;
  const fraction = ms % 1000 === 0 ? "" : `.${String(ms % 1000).padStart(3, "0")}`;
  return `${two(seconds / 3600)}:${two((seconds / 60) % 60)}:${two(seconds % 60)}${fraction}Z`;
}

function wrongTime(text: string, example: string): CostopsError {
  return new CostopsError("invalid", `Cannot read "${text}" as hours of the day: write them as ${example}`);
}
