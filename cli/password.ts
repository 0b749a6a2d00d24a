/**
 * Passwords from standard input, a variable or a terminal; never from arguments, which stand in the list of processes
 * and in the shell's history.
 */

import { CostopsError } from "../core/error.ts";
import { LIMITS } from "../core/limits.ts";

/** Reads the password that a command was given. Fails with `usage` when there is none. */
export function readPassword({ passwordStdin }: { readonly passwordStdin?: true }): string {
  const password = passwordStdin ? readLine() : Deno.env.get("COSTOPS_PASSWORD");
  if (password !== undefined && password !== "") return password;
  throw new CostopsError(
    "usage",
    passwordStdin
      ? "Cannot read a password from stdin: it is empty; write it on one line"
      : "Cannot go on without a password: give it with --password-stdin, or in COSTOPS_PASSWORD",
  );
}

/** What stdin has, as one line; more than any password has is not read. */
function readLine(): string {
  const buffer = new Uint8Array(LIMITS.password_characters * 4 + 2);
  let length = 0;
  while (length < buffer.length) {
    const count = Deno.stdin.readSync(buffer.subarray(length));
    if (count === null) break;
    length += count;
    if (buffer.subarray(0, length).includes(0x0a)) break;
  }
  const [line = "", ...rest] = new TextDecoder().decode(buffer.subarray(0, length)).split(/\r?\n/);
  if (rest.every((text) => text === "")) return line;
  throw new CostopsError("usage", "Cannot take several lines as a password: write it on one line");
}

const ENTER = [0x0a, 0x0d];
const END = [0x03, 0x04];
const RUBOUT = [0x08, 0x7f];

/** Asks for a password on a terminal, and shows nothing of it. Fails with `failure` on Ctrl-C. */
export function askPassword(note: (text: string) => void): string {
  note("Password (nothing is shown):");
  const typed: number[] = [];
  const byte = new Uint8Array(1);
  Deno.stdin.setRaw(true);
  try {
    while (Deno.stdin.readSync(byte) !== null) {
      const [code = 0] = byte;
      if (ENTER.includes(code)) break;
      if (END.includes(code)) throw new CostopsError("failure", "Stopped: nothing was changed");
      if (RUBOUT.includes(code)) eraseCharacter(typed);
      else if (typed.length < LIMITS.password_characters * 4) typed.push(code);
    }
  } finally {
    Deno.stdin.setRaw(false);
  }
  return new TextDecoder().decode(Uint8Array.from(typed));
}

/** A character of UTF-8 has its first byte before those that go on with it. */
function eraseCharacter(typed: number[]): void {
  while (typed.length > 0) {
    const code = typed.pop()!;
    if ((code & 0b1100_0000) !== 0b1000_0000) return;
  }
}
