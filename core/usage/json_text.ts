/**
 * JSON as text: reading one value without losing a cost's digits, and cutting a stream of text into values.
 */

import { LIMITS } from "../limits.ts";

/**
 * Parses JSON, giving numbers under keys that name a cost or a spend as their text, so that no digit of an amount goes
 * through floating point. Fails with a SyntaxError, also on what is nested too deep to be walked.
 */
export function parseJson(text: string): unknown {
  checkNesting(text);
  return /cost|spend/i.test(text) ? JSON.parse(text, keepAmountText) : JSON.parse(text);
}

function keepAmountText(key: string, value: unknown, context?: { readonly source?: string }): unknown {
  return typeof value === "number" && /cost|spend/i.test(key) ? context?.source ?? value : value;
}

/** Parses JSON as it stands. Fails with a SyntaxError, also on what is nested too deep to be walked. */
export function parsePlainJson(text: string): unknown {
  checkNesting(text);
  return JSON.parse(text);
}

/**
 * Fails with a SyntaxError on JSON that is nested deeper than is allowed. A text too short to be nested too deep, as
 * nearly all are, is not looked through.
 */
export function checkNesting(text: string, deepest: number = LIMITS.json_read_depth): void {
  if (text.length <= 2 * deepest) return;
  let depth = 0;
  let isInString = false;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (isInString) {
      if (code === BACKSLASH) index++;
      else if (code === QUOTE) isInString = false;
    } else if (code === QUOTE) isInString = true;
    else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) depth--;
    else if ((code === OPEN_BRACE || code === OPEN_BRACKET) && ++depth > deepest) {
      throw new SyntaxError(`it is nested deeper than ${deepest}`);
    }
  }
}

const QUOTE = 34;
const BACKSLASH = 92;
const COMMA = 44;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;

/** One value cut out of a text, and the line it starts on, from 1. */
export interface JsonSlice {
  readonly text: string;
  readonly line: number;
}

/**
 * Cuts text into JSON values: the elements of top-level arrays, and values one after another. It only finds where a
 * value ends; whether it is good JSON is for the parser, so a bad value costs itself and not its neighbours. What
 * stands between values comes out as a slice too, for the parser to refuse.
 */
export class JsonSplitter {
  #pending = "";
  #line = 1;
  #depth = 0;
  #isInString = false;
  #isEscaped = false;
  #isInArray = false;

  /** Takes the next piece of text and gives the values that end in it. */
  push(text: string): JsonSlice[] {
    const slices: JsonSlice[] = [];
    let start = 0;
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      if (this.#isInString) this.#stepInString(code);
      else if (code === QUOTE) this.#isInString = true;
      else if (this.#depth > 0) {
        if (code === OPEN_BRACE || code === OPEN_BRACKET) this.#depth++;
        else if ((code === CLOSE_BRACE || code === CLOSE_BRACKET) && --this.#depth === 0) {
          this.#cut(slices, text.slice(start, index + 1));
          start = index + 1;
        }
      } else start = this.#stepBetween(code, { text, index, start, slices });
    }
    this.#pending += text.slice(start);
    return slices;
  }

  /** What is left at the end of the input: empty, or a value that never ended. */
  finish(): JsonSlice[] {
    const slices: JsonSlice[] = [];
    this.#cut(slices, "");
    if (slices.length === 0 && this.#isInArray) slices.push({ text: "[", line: this.#line });
    return slices;
  }

  /** Characters of a value that has not ended yet, for bounding it. */
  get pendingLength(): number {
    return this.#pending.length;
  }

  #stepInString(code: number): void {
    if (this.#isEscaped) this.#isEscaped = false;
    else if (code === BACKSLASH) this.#isEscaped = true;
    else if (code === QUOTE) this.#isInString = false;
  }

  #stepBetween(code: number, at: { text: string; index: number; start: number; slices: JsonSlice[] }): number {
    const isBlankSoFar = () => (this.#pending + at.text.slice(at.start, at.index)).trim() === "";
    if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      if (code === OPEN_BRACKET && !this.#isInArray && isBlankSoFar()) {
        this.#isInArray = true;
        this.#cut(at.slices, at.text.slice(at.start, at.index));
        return at.index + 1;
      }
      this.#depth = 1;
      return at.start;
    }
    const endsElement = code === COMMA || (code === CLOSE_BRACKET && this.#isInArray);
    if (!endsElement) return at.start;
    this.#cut(at.slices, at.text.slice(at.start, at.index));
    if (code === CLOSE_BRACKET) this.#isInArray = false;
    return at.index + 1;
  }

  #cut(slices: JsonSlice[], rest: string): void {
    const whole = this.#pending + rest;
    this.#pending = "";
    const text = whole.trim();
    const leading = whole.length - whole.trimStart().length;
    if (text !== "") slices.push({ text, line: this.#line + countNewlines(whole.slice(0, leading)) });
    this.#line += countNewlines(whole);
  }
}

function countNewlines(text: string): number {
  let count = 0;
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) count++;
  return count;
}
