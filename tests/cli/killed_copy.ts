/**
 * Copies of a database that are killed again and again, and go on.
 */

import assert from "node:assert/strict";
import { type Finished, killAfter, type Place } from "./program.ts";

/** What is copied, and how often the process is killed while it copies. */
export interface KilledCopy {
  readonly from: string;
  readonly to: string;
  readonly kills: number;
  /** Milliseconds until the first kill, at least; a slow machine that has not begun by then is given more. */
  readonly wait_ms: number;
}

/** What a killed copy came to. */
export interface CopyEnd {
  /** The run that nobody killed. */
  readonly last: Finished;
  /** Kills that left a half copy behind. */
  readonly half_copies: number;
}

/** Kills a copy until it has been done often enough or there is nothing left to copy, then lets it end. */
export async function copyWithKills(place: Place, { from, to, kills, wait_ms }: KilledCopy): Promise<CopyEnd> {
  const args = ["db", "copy", "--from", from, "--to", to, "--json"];
  let wait = wait_ms;
  let half_copies = 0;
  while (half_copies < kills) {
    const output = await killAfter(place.start(args), wait * (1 + Math.random()));
    if (output.signal !== "SIGKILL") return { last: toFinished(output), half_copies };
    const used = await place.run(["query", "--database", to]);
    if (used.code === 5) {
      assert.match(used.err, /a copy into it has not ended/);
      half_copies++;
    } else wait *= 1.5;
  }
  return { last: await place.run(args), half_copies };
}

function toFinished({ code, stdout, stderr }: Deno.CommandOutput): Finished {
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
}
