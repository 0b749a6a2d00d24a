/**
 * Time zones and how instants are written in them.
 */

import { CostopsError } from "../error.ts";
import { findNearest } from "../nearest.ts";

/**
 * Reads the name of an IANA time zone in any case, or a fixed offset such as `+02:00`, and gives it back as IANA spells
 * it. Fails with `invalid`, naming the nearest zone there is.
 */
export function parseTimeZone(text: string): string {
  try {
    return new Temporal.ZonedDateTime(0n, text).timeZoneId;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  const nearest = findNearestZone(text);
  const hint = nearest === undefined ? "write an IANA name such as Europe/Berlin" : `did you mean ${nearest}?`;
  throw new CostopsError("invalid", `Cannot read tz ${JSON.stringify(text.slice(0, 64))} as a time zone: ${hint}`);
}

/**
 * Writes an instant as RFC 3339 with the zone's offset, `2026-01-05T13:00:00+01:00`; with `Z` when the zone is UTC.
 * Fractions of a second are written only when there are any.
 */
export function formatInstant(ms: number, tz: string): string {
  if (tz === "UTC") return Temporal.Instant.fromEpochMilliseconds(ms).toString();
  return toZoned(ms, tz).toString({ timeZoneName: "never" });
}

/** An instant as wall-clock time in a zone. */
export function toZoned(ms: number, tz: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(tz);
}

/** The first instant of a day in a zone, in milliseconds; of the next day there is, when the zone skipped it. */
export function startOfDay(date: Temporal.PlainDate, tz: string): number {
  return date.toZonedDateTime(tz).epochMilliseconds;
}

function findNearestZone(text: string): string | undefined {
  const zones = ["UTC", ...Intl.supportedValuesOf("timeZone")];
  // People also write the city alone: "Berlin" is Europe/Berlin.
  const zoneOfCity = new Map(zones.map((zone) => [zone.slice(zone.lastIndexOf("/") + 1), zone]));
  const nearest = findNearest(text, [...zones, ...zoneOfCity.keys()]);
  return nearest === undefined ? undefined : zoneOfCity.get(nearest) ?? nearest;
}
