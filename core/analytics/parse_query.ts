/**
 * The cost and usage query from what people write: `--group-by model,day --since 7d --filter project=x`.
 */

import { CostopsError } from "../error.ts";
import { LIMITS } from "../limits.ts";
import { findNearest } from "../nearest.ts";
import { formatInstant, parseRange, parseTimeZone, splitRange } from "../time.ts";
import { SERVICE_TIERS } from "../usage/record.ts";
import { OTHER_UNIT_NAMES, type OtherUnitName } from "../usage/units.ts";
import { type CostQuery, type Dimension, DIMENSIONS, type Interval, INTERVALS, type TimeRange } from "./query.ts";

/** A query as written. Each text of a list may itself be a list by commas; `\,` is a comma that belongs to a value. */
export interface CostQueryTexts {
  readonly organization_id: string;
  readonly since?: string;
  readonly until?: string;
  /** Other names of `since` and `until`. */
  readonly start_date?: string;
  readonly end_date?: string;
  readonly tz?: string;
  /** Dimensions and at most one interval: `model`, `tag:team`, `day`. */
  readonly group_by?: readonly string[];
  /** `key=value`, several values by comma; an empty value is "the record has none". */
  readonly filter?: readonly string[];
  /** Units wanted as columns beside the ones that are always there. */
  readonly columns?: readonly string[];
}

/**
 * Resolves a query against `now`. Names may be written with `-` for `_`. Fails with `invalid` on an unknown or repeated
 * name, naming the nearest one there is, and as parseRange and splitRange do.
 */
export function parseCostQuery(input: CostQueryTexts, now: number): CostQuery {
  const tz = parseTimeZone(input.tz ?? "UTC");
  const since = pickAlias("since", input.since, "start_date", input.start_date);
  const until = pickAlias("until", input.until, "end_date", input.end_date);
  const names = {
    since: input.since === undefined && input.start_date !== undefined ? "start_date" : "since",
    until: input.until === undefined && input.end_date !== undefined ? "end_date" : "until",
  };
  const range = parseRange({ since, until, tz, names }, now);
  const grouping = parseGrouping(input.group_by ?? []);
  return {
    organization_id: input.organization_id,
    range,
    tz,
    ...grouping,
    buckets: grouping.interval === null ? [wholeRange(range, tz)] : splitRange(range, grouping.interval, tz),
    filter: parseFilters(input.filter ?? []),
    units: parseColumns(input.columns ?? []),
  };
}

/** Reads the name of a dimension: one of DIMENSIONS or `tag:KEY`. Fails with `invalid`. */
export function parseDimension(text: string): Dimension {
  return readDimension(text, DIMENSIONS) as Dimension;
}

const FIXED_COLUMNS = [
  "requests",
  "input_tokens",
  "cache_read_tokens",
  "cache_write_tokens",
  "output_tokens",
  "total_tokens",
  "cost_usd",
  "unpriced_records",
];

function parseGrouping(texts: readonly string[]): Pick<CostQuery, "group_by" | "interval" | "interval_position"> {
  const names = texts.flatMap(splitList).map((text) => readDimension(text, [...DIMENSIONS, ...INTERVALS]));
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) throw new CostopsError("invalid", `Cannot group by "${repeated}" twice: write it once`);
  const intervals = names.filter(isInterval);
  if (intervals.length > 1) {
    throw new CostopsError(
      "invalid",
      `Cannot group by both "${intervals[0]}" and "${intervals[1]}": write at most one of ${INTERVALS.join(", ")}`,
    );
  }
  const group_by = names.filter((name) => !isInterval(name)) as Dimension[];
  if (group_by.length > LIMITS.group_by) {
    throw new CostopsError(
      "invalid",
      `Cannot group by ${group_by.length} dimensions: write at most ${LIMITS.group_by} besides time`,
    );
  }
  const interval = intervals[0] ?? null;
  return interval === null
    ? { group_by, interval }
    : { group_by, interval, interval_position: names.indexOf(interval) };
}

/** Reads filters: `key=value` each, several values by comma. Fails with `invalid`. */
export function parseFilters(texts: readonly string[]): Map<Dimension, string[]> {
  const filter = new Map<Dimension, string[]>();
  for (const text of texts) {
    const equals = text.indexOf("=");
    if (equals < 1) {
      throw new CostopsError(
        "invalid",
        `Cannot read filter ${quote(text)}: write it as key=value, such as project=x`,
      );
    }
    const dimension = parseDimension(text.slice(0, equals));
    if (filter.has(dimension)) {
      throw new CostopsError(
        "invalid",
        `Cannot filter by "${dimension}" twice: write its values in one, ${dimension}=a,b`,
      );
    }
    filter.set(dimension, parseValues(dimension, text.slice(equals + 1)));
  }
  return filter;
}

function parseValues(dimension: Dimension, text: string): string[] {
  const values = [...new Set(splitList(text))];
  if (values.length > LIMITS.filter_values) {
    throw new CostopsError(
      "invalid",
      `Cannot filter by ${values.length} values of "${dimension}": write at most ${LIMITS.filter_values}`,
    );
  }
  const unknown = dimension === "service_tier"
    ? values.find((value) => value !== "" && !(SERVICE_TIERS as readonly string[]).includes(value))
    : undefined;
  if (unknown !== undefined) throw unknownName(`filter by service_tier ${quote(unknown)}`, unknown, SERVICE_TIERS);
  return values;
}

function parseColumns(texts: readonly string[]): OtherUnitName[] {
  const units: OtherUnitName[] = [];
  for (const text of texts.flatMap(splitList)) {
    const name = normalize(text);
    if (FIXED_COLUMNS.includes(name)) {
      throw new CostopsError(
        "invalid",
        `Cannot add the column ${quote(text)}: it is always there; write a unit such as web_searches`,
      );
    }
    if (!isOtherUnit(name)) throw unknownName(`add the column ${quote(text)}`, name, OTHER_UNIT_NAMES);
    if (units.includes(name)) throw new CostopsError("invalid", `Cannot add the column "${name}" twice: write it once`);
    units.push(name);
  }
  return units;
}

function readDimension(text: string, known: readonly string[]): string {
  // A tag's column in CSV is `tags.team`, and what one has written there one writes here.
  const trimmed = text.trim().replace(/^tags?\./i, "tag:");
  if (/^tag:/i.test(trimmed)) {
    const key = trimmed.slice("tag:".length);
    if (key.length > 0 && key.length <= LIMITS.tag_key_characters) return `tag:${key}`;
    throw new CostopsError(
      "invalid",
      `Cannot read ${quote(text)} as a tag: write tag:KEY with at most ${LIMITS.tag_key_characters} characters`,
    );
  }
  const name = normalize(trimmed);
  if (known.includes(name)) return name;
  throw unknownName(`read ${quote(text)} as a dimension`, name, [...known, "tag:KEY"]);
}

/** Splits at commas; a backslash takes the comma or backslash after it as it stands. */
function splitList(text: string): string[] {
  const values: string[] = [];
  let value = "";
  for (const [part] of text.matchAll(/\\[\\,]|,|[^\\,]+|\\/g)) {
    if (part === ",") {
      values.push(value);
      value = "";
    } else {
      value += part === "\\," || part === "\\\\" ? part.slice(1) : part;
    }
  }
  return [...values, value];
}

function pickAlias(name: string, value: string | undefined, alias: string, other: string | undefined) {
  if (value !== undefined && other !== undefined && value !== other) {
    throw new CostopsError("invalid", `Cannot use both ${name} and ${alias}: they are the same; write one`);
  }
  return value ?? other;
}

function wholeRange(range: TimeRange, tz: string) {
  return { ...range, label: `${formatInstant(range.since, tz)}/${formatInstant(range.until, tz)}` };
}

function unknownName(action: string, name: string, known: readonly string[]): CostopsError {
  const nearest = findNearest(name, known);
  const hint = nearest === undefined ? `write one of ${known.join(", ")}` : `did you mean ${nearest}?`;
  return new CostopsError("invalid", `Cannot ${action}: ${hint}`);
}

function isInterval(name: string): name is Interval {
  return (INTERVALS as readonly string[]).includes(name);
}

function isOtherUnit(name: string): name is OtherUnitName {
  return (OTHER_UNIT_NAMES as readonly string[]).includes(name);
}

function normalize(text: string): string {
  return text.trim().toLowerCase().replaceAll("-", "_");
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 64));
}
