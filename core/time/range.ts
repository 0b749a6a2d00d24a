/**
 * Time ranges as people write them: `2026-01-05`, `7d`, `last-month`, RFC 3339.
 */

import type { TimeRange } from "../analytics/query.ts";
import { CostopsError } from "../error.ts";
import { parseTimeZone, startOfDay, toZoned } from "./zone.ts";

/** What was written, all of it optional. */
export interface RangeTexts {
  readonly since?: string;
  readonly until?: string;
  /** An IANA time zone; UTC when not given. */
  readonly tz?: string;
  /** What the ends were called where they were given, for errors; `since` and `until` when not given. */
  readonly names?: RangeNames;
}

/** What the ends of a range are called. */
export interface RangeNames {
  readonly since: string;
  readonly until: string;
}

const NAMES: RangeNames = { since: "since", until: "until" };

/**
 * Reads a range. Both ends may be a day (an `until` day is included), a month `2026-01`, RFC 3339, a local date and time
 * in `tz`, or a word: `today, yesterday, this-week, last-week` (from Monday), `this-month, last-month, mtd, ytd`; `since`
 * may also be `7d`, `2w`, `3m` (the last days, weeks or months by the calendar of `tz`, today included) or `24h` (rolls
 * from `now`).
 *
 * - Neither given: the whole of this month.
 * - Only `since`: a word or a month is its own range; a day or an instant runs to the end of today.
 * - Only `until`: from the start of the month that it ends in.
 *
 * A local time that clocks skip is moved forward, one that they repeat is the first. Fails with `invalid`.
 */
export function parseRange({ since, until, tz, names = NAMES }: RangeTexts, now: number): TimeRange {
  const clock = openClock(parseTimeZone(tz ?? "UTC"), now);
  if (since === undefined && until === undefined) return monthOf(clock.today, clock);
  const end = until === undefined ? undefined : readSpan(names.until, until, clock);
  if (end?.isRolling) throw unreadable(names.until, until!, "an end", "2026-12-31, yesterday or last-month");
  const start = since === undefined ? undefined : readSpan(names.since, since, clock);
  const range = {
    since: start?.since ?? startOfMonthBefore(end!.until, clock.tz),
    until: end?.until ?? (start!.isOpen ? dayOf(clock.today, clock).until : start!.until),
  };
  if (range.until > range.since) return range;
  if (until === undefined) {
    throw new CostopsError(
      "invalid",
      `Cannot use ${names.since} ${quote(since!)} alone: it is later than today; add ${names.until} with a later end`,
    );
  }
  throw new CostopsError(
    "invalid",
    `Cannot use ${names.until} ${quote(until)} with ${names.since} ${
      quote(since ?? "")
    }: the end must be later than the start`,
  );
}

interface Clock {
  readonly tz: string;
  readonly now: number;
  readonly today: Temporal.PlainDate;
}

interface Span extends TimeRange {
  /** Names a start but no end: a day or an instant. */
  readonly isOpen?: boolean;
  /** Counted back from now, so it cannot say where a range ends. */
  readonly isRolling?: boolean;
}

const ROLLING = /^([1-9]\d{0,4})([hdwm])$/;
const MONTH = /^\d{4}-\d\d$/;
const DAY = /^\d{4}-\d\d-\d\d$/;
const LOOKS_LIKE_DATE = /^\d{4}-\d\d-\d\d/;
const DATE_TIME = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(?::[0-5]\d(?:\.\d{1,9})?)?(Z|z|[+-]\d\d:\d\d)?$/;
/** The end of 9998 in every zone: whole months around it are of years that RFC 3339 can write. */
const LATEST_MS = Date.UTC(9999, 0, 2);

const WORDS: Readonly<Record<string, (clock: Clock) => Span>> = {
  "today": (clock) => dayOf(clock.today, clock),
  "yesterday": (clock) => dayOf(clock.today.subtract({ days: 1 }), clock),
  "this-week": (clock) => weekOf(clock.today, clock),
  "last-week": (clock) => weekOf(clock.today.subtract({ days: 7 }), clock),
  "this-month": (clock) => monthOf(clock.today, clock),
  "last-month": (clock) => monthOf(clock.today.subtract({ months: 1 }), clock),
  "mtd": (clock) => throughToday(clock.today.with({ day: 1 }), clock),
  "ytd": (clock) => throughToday(clock.today.with({ month: 1, day: 1 }), clock),
};

function openClock(tz: string, now: number): Clock {
  return { tz, now, today: toZoned(now, tz).toPlainDate() };
}

function readSpan(name: string, text: string, clock: Clock): Span {
  const trimmed = text.trim();
  const word = Object.hasOwn(WORDS, trimmed.toLowerCase()) ? WORDS[trimmed.toLowerCase()] : undefined;
  const span = word?.(clock) ?? readRolling(trimmed, clock) ?? readDate(trimmed, clock);
  if (span === undefined) {
    const day = LOOKS_LIKE_DATE.exec(trimmed)?.[0];
    if (day !== undefined && !isDay(day)) {
      throw new CostopsError("invalid", `Cannot read ${name} ${quote(text)} as a date: there is no day ${day}`);
    }
    throw unreadable(name, text, "a date", "2026-12-31, 7d or this-month");
  }
  // Offsets before 1970 are no whole minutes, years after 9999 no RFC 3339.
  if (span.since < 0 || span.until > LATEST_MS) throw unreadable(name, text, "a date", "a year from 1970 to 9998");
  return span;
}

function readRolling(text: string, clock: Clock): Span | undefined {
  const match = ROLLING.exec(text);
  if (match === null) return undefined;
  const count = Number(match[1]);
  if (match[2] === "h") return { since: clock.now - count * 3_600_000, until: clock.now, isRolling: true };
  const back = match[2] === "m" ? { months: count } : { days: match[2] === "w" ? 7 * count : count };
  return { ...throughToday(clock.today.add({ days: 1 }).subtract(back), clock), isRolling: true };
}

function readDate(text: string, clock: Clock): Span | undefined {
  try {
    if (MONTH.test(text)) return monthOf(Temporal.PlainDate.from(`${text}-01`), clock);
    if (DAY.test(text)) return { ...dayOf(Temporal.PlainDate.from(text), clock), isOpen: true };
    const match = DATE_TIME.exec(text);
    if (match === null) return undefined;
    const instant = match[1] === undefined
      ? Temporal.PlainDateTime.from(text).toZonedDateTime(clock.tz).toInstant()
      : Temporal.Instant.from(text);
    const ms = ceilMs(instant);
    return { since: ms, until: ms, isOpen: true };
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function isDay(text: string): boolean {
  try {
    return Temporal.PlainDate.from(text).toString() === text;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** Records lie on whole milliseconds, so a bound between two of them is the later one, at either end. */
function ceilMs(instant: Temporal.Instant): number {
  return instant.round({ smallestUnit: "millisecond", roundingMode: "ceil" }).epochMilliseconds;
}

function between(since: Temporal.PlainDate, until: Temporal.PlainDate, clock: Clock): TimeRange {
  return { since: startOfDay(since, clock.tz), until: startOfDay(until, clock.tz) };
}

function dayOf(date: Temporal.PlainDate, clock: Clock): TimeRange {
  return between(date, date.add({ days: 1 }), clock);
}

function weekOf(date: Temporal.PlainDate, clock: Clock): TimeRange {
  const monday = date.subtract({ days: date.dayOfWeek - 1 });
  return between(monday, monday.add({ days: 7 }), clock);
}

function monthOf(date: Temporal.PlainDate, clock: Clock): TimeRange {
  const first = date.with({ day: 1 });
  return between(first, first.add({ months: 1 }), clock);
}

function throughToday(since: Temporal.PlainDate, clock: Clock): TimeRange {
  return between(since, clock.today.add({ days: 1 }), clock);
}

function startOfMonthBefore(until: number, tz: string): number {
  return startOfDay(toZoned(until - 1, tz).toPlainDate().with({ day: 1 }), tz);
}

function unreadable(name: string, text: string, what: string, wanted: string): CostopsError {
  return new CostopsError("invalid", `Cannot read ${name} ${quote(text)} as ${what}: write ${wanted}`);
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 64));
}
