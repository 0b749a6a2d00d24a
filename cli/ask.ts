/**
 * Asks before something that cannot be taken back.
 */

import { CostopsError } from "../core/error.ts";
import type { Terminal } from "./terminal.ts";

/** Goes on when the operator agrees or has said `--yes`. Fails with `usage` off a terminal, `failure` on a no. */
export function askFirst(question: string, { yes, terminal }: { yes?: true; terminal: Terminal }): void {
  if (yes) return;
  if (!Deno.stdin.isTerminal()) throw new CostopsError("usage", `Cannot ask "${question}" off a terminal: add --yes`);
  terminal.note(`${question} [y/N]`);
  const buffer = new Uint8Array(64);
  const count = Deno.stdin.readSync(buffer) ?? 0;
  if (/^y(es)?$/i.test(new TextDecoder().decode(buffer.subarray(0, count)).trim())) return;
  throw new CostopsError("failure", "Stopped: nothing was changed");
}
