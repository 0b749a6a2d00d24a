/**
 * Copies of a database that are killed again and again, and go on.
 */

import assert from "node:assert/strict";
import { Client } from "pg";
import { isPostgresUrl } from "../../db/database.ts";
import { lookInto } from "./look.ts";
import { type Finished, kill, type Place } from "./program.ts";

/** What is copied, and how often the process is killed while it copies. */
export interface KilledCopy {
  readonly from: string;
  readonly to: string;
  readonly kills: number;
  /** Each process is killed after it was seen to have come on so many times: by a page of rows, or more. */
  readonly steps: number;
}

/** What a killed copy came to. */
export interface CopyEnd {
  /** The run that nobody killed. */
  readonly last: Finished;
  /** Kills that left a half copy behind. */
  readonly half_copies: number;
}

/** Kills a copy until it has been done often enough or there is nothing left to copy, then lets it end. */
export async function copyWithKills(place: Place, { from, to, kills, steps }: KilledCopy): Promise<CopyEnd> {
  const args = ["db", "copy", "--from", from, "--to", to, "--json"];
  let half_copies = 0;
  while (half_copies < kills) {
    const child = place.start(args);
    let hasEnded = false;
    const ended = child.output().finally(() => hasEnded = true);
    await untilItComesOn(to, { steps, hasEnded: () => hasEnded });
    kill(child);
    const output = await ended;
    if (output.signal !== "SIGKILL") return { last: toFinished(output), half_copies };
    const used = await place.run(["query", "--database", to]);
    if (used.code === 5) {
      assert.match(used.err, /a copy into it has not ended/);
      half_copies++;
    }
  }
  return { last: await place.run(args), half_copies };
}

async function untilItComesOn(
  to: string,
  { steps, hasEnded }: { readonly steps: number; readonly hasEnded: () => boolean },
): Promise<void> {
  const { look, close } = await openState(to);
  try {
    let last = await look();
    for (let step = 0; step < steps && !hasEnded();) {
      const state = await look();
      if (state !== last) step++;
      last = state;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  } finally {
    await close();
  }
}

const STATE = "select value from installation where key = 'copy'";

/** How far the copy into a database is, as it says itself; undefined before it has begun. */
async function openState(url: string) {
  if (isPostgresUrl(url)) {
    const client = new Client(url);
    await client.connect();
    const there = "select to_regclass('installation') is not null as is_there";
    const look = async (): Promise<unknown> =>
      (await client.query(there)).rows[0].is_there ? (await client.query(STATE)).rows[0]?.value : undefined;
    return { look, close: () => client.end() };
  }
  const path = url.replace(/^sqlite:/, "");
  return { look: () => lookInto(path, STATE), close: () => Promise.resolve() };
}

function toFinished({ code, stdout, stderr }: Deno.CommandOutput): Finished {
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
}
