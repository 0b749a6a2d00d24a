/**
 * A child process: appends the states of session logs, in an order of its own, in batches of 50, and prints how often it
 * stored one. The state with the most output is the last of its call; a later state lies on another day and in another
 * project. Arguments: the database, how many calls, a step that has no factor in common with 4 times that number.
 */

import { openDatabase } from "../../db/database.ts";
import { hashText, makeCost, makeEntry, NOON } from "./records.ts";

const STATES = 4;
const BATCH = 50;

if (import.meta.main) {
  const [url, calls, step] = [Deno.args[0]!, Number(Deno.args[1]), Number(Deno.args[2])];
  const database = await openDatabase(url);
  let stored = 0;
  for (let from = 0; from < calls * STATES; from += BATCH) {
    const numbers = Array.from({ length: BATCH }, (_, at) => ((from + at) * step) % (calls * STATES));
    const outcomes = await database.append(
      numbers.map((number) => makeState(number % calls, Math.floor(number / calls))),
    );
    stored += outcomes.filter(({ outcome }) => outcome === "inserted" || outcome === "updated").length;
  }
  await database.close();
  console.log(stored);
}

function makeState(call: number, state: number) {
  const output_tokens = (state + 1) * 10;
  const record = {
    id: `c${call}`,
    timestamp: NOON + (call % 3) * 900_000 + state * 86_400_000,
    project: `p${(call + state) % 5}`,
    output_tokens,
    content_hash: hashText(`${call} ${state}`),
  };
  return { ...makeEntry(record, makeCost(BigInt(output_tokens))), may_supersede: true };
}
