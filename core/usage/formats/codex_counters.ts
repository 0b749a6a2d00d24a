/**
 * The counters of Codex's log: totals of the session so far, and of the last call.
 */

import { readCount, readObject } from "../fields.ts";

/** Token counters as OpenAI means them: the cache is inside the input, the reasoning inside the output. */
export interface Counters {
  readonly input: number;
  readonly cached: number;
  readonly written: number;
  readonly output: number;
  readonly reasoning: number;
}

/** Counters of nothing. */
export const NO_COUNTERS: Counters = { input: 0, cached: 0, written: 0, output: 0, reasoning: 0 };

/** What an event says was used. */
export interface CountedCall {
  readonly used: Counters;
  /** The session's counters after it. */
  readonly total: Counters;
  /** The counters went back: they count from here on. */
  readonly is_restart: boolean;
  /** The counters held more than the call when they were first seen. */
  readonly is_partial: boolean;
}

/** Reads a counters object; undefined when there is none. Fails as a count does. */
export function readCounters(value: unknown, field: string): Counters | undefined {
  const usage = readObject(value, field);
  if (usage === undefined) return undefined;
  return {
    input: readCount(usage.input_tokens, "input_tokens") ?? 0,
    cached: readCount(usage.cached_input_tokens, "cached_input_tokens") ?? 0,
    written: readCount(usage.cache_write_input_tokens, "cache_write_input_tokens") ?? 0,
    output: readCount(usage.output_tokens, "output_tokens") ?? 0,
    reasoning: readCount(usage.reasoning_output_tokens, "reasoning_output_tokens") ?? 0,
  };
}

/** An event's counters, as far as it has them. */
export interface CountedEvent {
  /** The session's counters after the call. */
  readonly total?: Counters;
  /** The call's own. */
  readonly last?: Counters;
}

/**
 * What an event says was used since the one before; undefined when it says nothing new. The first counters of an input
 * and those after a restart are no difference to anything: there the call's own counters say it. Without totals, an
 * event that repeats the one before it is taken as the same: a later call has a longer input.
 */
export function countCall(before: CountedEvent | undefined, event: CountedEvent): CountedCall | undefined {
  const { last } = event;
  if (event.total === undefined) {
    if (last === undefined || isSame(before?.last, last)) return undefined;
    return { used: last, total: add(before?.total ?? NO_COUNTERS, last), is_restart: false, is_partial: false };
  }
  const { total } = event;
  const previous = before?.total;
  if (isSame(previous, total)) return undefined;
  if (previous === undefined) {
    return { used: last ?? total, total, is_restart: false, is_partial: last !== undefined && !isSame(last, total) };
  }
  const difference = subtract(total, previous);
  if (difference !== undefined) return { used: difference, total, is_restart: false, is_partial: false };
  return { used: last ?? total, total, is_restart: true, is_partial: false };
}

const NAMES = ["input", "cached", "written", "output", "reasoning"] as const;

function isSame(one: Counters | undefined, other: Counters): boolean {
  return one !== undefined && NAMES.every((name) => one[name] === other[name]);
}

function add(one: Counters, other: Counters): Counters {
  return mapCounters((name) => one[name] + other[name]);
}

/** The difference, undefined when any counter went back. */
function subtract(total: Counters, previous: Counters): Counters | undefined {
  const difference = mapCounters((name) => total[name] - previous[name]);
  return NAMES.some((name) => difference[name] < 0) ? undefined : difference;
}

function mapCounters(count: (name: (typeof NAMES)[number]) => number): Counters {
  return {
    input: count("input"),
    cached: count("cached"),
    written: count("written"),
    output: count("output"),
    reasoning: count("reasoning"),
  };
}
