/**
 * Series as lines of JSON, and how unusual their points are as lines of JSON: for anybody's series, without a database.
 */

import { z } from "zod";
import { CostopsError } from "../error.ts";
import { LIMITS } from "../limits.ts";
import { parsePlainJson } from "../usage/json_text.ts";
import { Detector, FLAG_SCORE } from "./detector.ts";
import { median } from "./median.ts";
import { watchEvery } from "./watch.ts";

/** How far apart points are is told by so many of the first; before them none is judged. */
const FIRST_POINTS = 14;
/** A gap is as long as this many cycles at most: what was before it is as good as forgotten. */
const GAP_CYCLES = 9;
/** Numbers up to this are seconds since 1970, larger ones milliseconds. */
const MOST_SECONDS = 1e11;

const Timestamp = z.union([z.number(), z.string().max(LIMITS.id_characters)]).transform((text, context) => {
  const ms = readTimestamp(text);
  if (Number.isFinite(ms)) return ms;
  const example = "write 2026-01-05, 2026-01-05T10:00:00Z or seconds since 1970";
  context.addIssue({ code: "custom", message: `cannot be read as a time: ${JSON.stringify(text)}; ${example}` });
  return z.NEVER;
});

/** One series as a line says it; fields that are not named here are left alone. */
export const SeriesLine = z.object({
  id: z.string().min(1).max(LIMITS.text_characters),
  /** In the order of time; a zone that is not named is UTC. */
  timestamps: z.array(Timestamp).min(1).max(LIMITS.anomaly_values),
  /** As many; null is a missing one. */
  values: z.array(z.number().min(-LIMITS.anomaly_value).max(LIMITS.anomaly_value).nullable()).min(1)
    .max(LIMITS.anomaly_values),
});
export type SeriesLine = z.infer<typeof SeriesLine>;

/** How unusual each point is, and whether it is flagged: its score is above {@link FLAG_SCORE}. */
export interface SeriesScores {
  readonly score: readonly number[];
  readonly flag: readonly boolean[];
}

/** Reads one line. Fails with `invalid`, naming the field that is wrong, or with `unreadable`. */
export function readSeriesLine(text: string): SeriesLine {
  const parsed = SeriesLine.safeParse(parseLine(text));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const field = issue!.path.join("/");
    throw refuse(field === "" ? "the series" : `"${field}" of the series`, issue!.message.toLowerCase());
  }
  const { timestamps, values } = parsed.data;
  if (timestamps.length === values.length) return parsed.data;
  throw refuse("the series", `it has ${timestamps.length} timestamps and ${values.length} values`);
}

/** Scores every point of a series by what was before it; points without a value, and the first ones, score 0. */
export function scoreSeries({ timestamps, values }: Pick<SeriesLine, "timestamps" | "values">): SeriesScores {
  const step = findStep(timestamps);
  const options = watchEvery(step);
  const detector = new Detector(options);
  let last = -1;
  const score = values.map((value, at) => {
    // Where clocks go back a time comes again: it stays where it is until time goes on.
    const slot = Math.max(last, 0, Math.round((timestamps[at]! - timestamps[0]!) / step));
    for (let gap = Math.max(last + 1, slot - GAP_CYCLES * options.cycle); gap < slot; gap++) {
      detector.next(gap, undefined);
    }
    last = slot;
    const judged = detector.next(slot, value ?? undefined);
    return at < FIRST_POINTS ? 0 : judged.score;
  });
  return { score, flag: score.map((points) => points > FLAG_SCORE) };
}

/** Writes one answer as a line, with its end; scores with six decimals. */
export function writeScoresLine(id: string, { score, flag }: SeriesScores): string {
  return `${JSON.stringify({ id, score: score.map((points) => Math.round(points * 1e6) / 1e6), flag })}\n`;
}

/** The usual distance of the first points; later ones say nothing, so that no score depends on what follows. */
function findStep(timestamps: readonly number[]): number {
  const first = timestamps.slice(0, FIRST_POINTS + 1);
  const steps = first.slice(1).map((time, at) => time - first[at]!).filter((step) => step > 0);
  return steps.length === 0 ? 1 : median(steps);
}

function readTimestamp(text: string | number): number {
  if (typeof text === "number") return Math.abs(text) < MOST_SECONDS ? text * 1000 : text;
  const match = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(Z|[+-]\d{2}:?\d{2})?)?$/i.exec(text);
  if (match === null) return NaN;
  const [, day, time = "00:00", zone = "Z"] = match;
  try {
    return Temporal.Instant.from(`${day}T${time}${zone.toUpperCase()}`).epochMilliseconds;
  } catch (error) {
    if (error instanceof RangeError) return NaN;
    throw error;
  }
}

function parseLine(text: string): unknown {
  try {
    return parsePlainJson(text);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new CostopsError("unreadable", `Cannot read the line as JSON: ${cause.message}`, { cause });
  }
}

function refuse(what: string, why: string): CostopsError {
  return new CostopsError("invalid", `Cannot read ${what}: ${why}`);
}
