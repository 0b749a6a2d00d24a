/**
 * Kinds of configuration values: how each is read from text and from TOML, what is allowed, and how it is shown.
 */

import { CostopsError } from "../../core/error.ts";
import { maskPassword } from "../../core/mask.ts";
import { parseTimeZone } from "../../core/time.ts";
import { ipVersion } from "../ip_address.ts";

/** How the values of a key are read and shown. */
export interface ValueKind<Value> {
  /** What stands behind a flag in its help: `<number>`. */
  readonly place: string;
  /** What is allowed: `a whole number from 1 to 10`. */
  readonly wanted: string;
  /** How that is written in a TOML file: `in quotes`. */
  readonly in_toml: string;
  /** The value that a flag or a variable says, undefined when it is not allowed; may fail with `invalid` and a hint. */
  readonly fromText: (text: string) => Value | undefined;
  /** The value of a TOML file, whole numbers as bigint; undefined when it is not allowed. */
  readonly fromToml: (value: unknown) => Value | undefined;
  /** A text of this kind, given or wrong, as it may be shown. */
  readonly mask: (text: string) => string;
  /** Whether it may stand in a file that a variable or a flag names, and never in an argument. */
  readonly is_secret: boolean;
}

/** Text as it stands. */
export function text(): ValueKind<string> {
  return checkedText("text", asItIs);
}

/** Text of one form. */
export function textLike(wanted: string, form: RegExp): ValueKind<string> {
  return checkedText(wanted, (value) => form.test(value) ? value : undefined);
}

/** A time zone; a text that is none is refused with the nearest zone there is. */
export function timeZone(): ValueKind<string> {
  return { ...checkedText("an IANA time zone such as Europe/Berlin", findZone), fromText: parseTimeZone };
}

/** A whole number from `least` to `most`. */
export function whole({ least, most }: { readonly least: number; readonly most: number }): ValueKind<number> {
  const check = (count: number) => count >= least && count <= most ? count : undefined;
  return {
    place: "<number>",
    wanted: `a whole number from ${least} to ${most}`,
    in_toml: "without quotes",
    fromText: (value) => /^\d{1,15}$/.test(value) ? check(Number(value)) : undefined,
    fromToml: (value) => typeof value === "bigint" ? check(Number(value)) : undefined,
    mask: asItIs,
    is_secret: false,
  };
}

/** Yes or no. */
export function boolean(): ValueKind<boolean> {
  const words: Readonly<Record<string, boolean>> = { true: true, "1": true, false: false, "0": false };
  return {
    place: "[true|false]",
    wanted: "true or false",
    in_toml: "without quotes",
    fromText: (value) => words[value.toLowerCase()],
    fromToml: (value) => typeof value === "boolean" ? value : undefined,
    mask: asItIs,
    is_secret: false,
  };
}

/** One of some words, in any case. */
export function oneOf<const Word extends string>(words: readonly Word[]): ValueKind<Word> {
  return checkedText(`one of ${words.join(", ")}`, (value) => words.find((word) => word === value.toLowerCase()));
}

/** The address of a database or a server, shown without its password. */
export function address(wanted: string, isAllowed: (value: string) => boolean): ValueKind<string> {
  const kind = checkedText(wanted, (value) => isAllowed(value) ? value : undefined);
  return { ...kind, place: "<url>", mask: maskPassword };
}

/** Text that is never shown. */
export function secret({ wanted, isAllowed }: {
  readonly wanted: string;
  readonly isAllowed: (value: string) => boolean;
}): ValueKind<string> {
  const kind = checkedText(wanted, (value) => isAllowed(value) ? value : undefined);
  return { ...kind, place: "<file>", mask: () => "***", is_secret: true };
}

/** Texts, in one text separated by commas. */
export function list(wanted: string, isAllowed: (value: string) => boolean): ValueKind<readonly string[]> {
  const check = (values: readonly string[]) => values.every(isAllowed) ? values : undefined;
  return {
    place: "<list>",
    wanted: `${wanted}, several by comma`,
    in_toml: 'as a list: ["…", "…"]',
    fromText: (value) => check(value.split(",").map((part) => part.trim()).filter((part) => part !== "")),
    fromToml: (value) => isTexts(value) ? check(value) : undefined,
    mask: asItIs,
    is_secret: false,
  };
}

/** Whether a text is `http://` or `https://` with a host, and nothing behind it but a port. */
export function isOrigin(value: string): boolean {
  return /^https?:\/\//.test(value) && URL.canParse(value) && new URL(value).origin === value;
}

/** Whether a text is an IP address or a range of them: `10.0.0.0/8`. */
export function isAddressRange(value: string): boolean {
  const [network = "", bits, ...rest] = value.split("/");
  const version = ipVersion(network);
  if (version === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}

function checkedText<Value extends string>(
  wanted: string,
  check: (value: string) => Value | undefined,
): ValueKind<Value> {
  return {
    place: "<text>",
    wanted,
    in_toml: "in quotes",
    fromText: check,
    fromToml: (value) => typeof value === "string" ? check(value) : undefined,
    mask: asItIs,
    is_secret: false,
  };
}

function findZone(value: string): string | undefined {
  try {
    return parseTimeZone(value);
  } catch (error) {
    if (error instanceof CostopsError) return undefined;
    throw error;
  }
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

function asItIs(value: string): string {
  return value;
}
