/**
 * Appending a large batch that is taken for new: its ids, its rows and most of its roll-up lines go in by COPY, which
 * takes the server half of what it takes to look at each first.
 *
 * What is stored already is seen by its key, and the batch is begun again the careful way. Such an append has its
 * organization's usage to itself, so that it neither meets another's new keys nor waits for another in a circle.
 */

import type { PoolClient } from "pg";
import { LIMITS } from "../core/limits.ts";
import type { AppendOutcome } from "./append.ts";
import { isBeyond } from "./append_plan.ts";
import { type EncodedAppend, type EncodedLines, encodeLines, PLACES } from "./encoded_append.ts";
import { giveTurn } from "./event_loop.ts";
import { copyChunks, writeRows } from "./postgres_copy_in.ts";
import { isKeyTaken } from "./postgres_errors.ts";
import { tryLockUsageAlone } from "./postgres_locks.ts";
import {
  addLinesSql,
  columnsOf,
  type Rollup,
  type RollupLine,
  ROLLUPS,
  type RollupValues,
  valuesOf,
} from "./rollups.ts";

/** Fewer entries are not worth having an organization's usage alone: only whole inputs come in batches as large. */
const LEAST_ENTRIES = 2_000;

/** Fewer lines of a roll-up are not worth two statements. */
const LEAST_LINES = 500;

/** Lines that are written in one turn of the event loop, which the answers of the server wait for. */
const TURN_LINES = 40;

/** Each time that a batch was not new, twice as many pass as before until one is tried again; at most this many. */
const MOST_CAREFUL = 64;

/** Appends batches as new ones, as long as they are. */
export class NewAppender {
  readonly #lines = new Map(ROLLUPS.map((rollup) => [rollup, new RecentLines()]));
  #careful = 0;
  #nextCareful = 1;

  /** Whether a batch is to be tried as a new one. */
  isHopeful({ draft: { entries } }: EncodedAppend): boolean {
    const [first] = entries;
    if (entries.length < LEAST_ENTRIES) return false;
    if (!entries.every(({ record }) => record.organization_id === first!.record.organization_id)) return false;
    return this.#careful === 0 || --this.#careful === 0;
  }

  /**
   * Appends within a transaction, and gives the outcomes; undefined when the batch is not to be appended so, and the
   * transaction is to be undone.
   */
  async append(client: PoolClient, encoded: EncodedAppend): Promise<AppendOutcome[] | undefined> {
    const { entries, outcomes } = encoded.draft;
    const marks = await tryLockUsageAlone(client, entries[0]!.record.organization_id);
    if (marks === undefined || isBeyond(entries, marks)) return undefined;
    try {
      // Which lines are there is known only when the batches before are stored; the server works meanwhile.
      const [parted] = await Promise.all([this.#partLines(encoded.lines), copyRows(client, encoded)]);
      for (const lines of parted) await addParted(client, lines);
    } catch (error) {
      if (!isKeyTaken(error)) throw error;
      this.#careful = this.#nextCareful;
      this.#nextCareful = Math.min(this.#nextCareful * 2, MOST_CAREFUL);
      return undefined;
    }
    this.#nextCareful = 1;
    return [...outcomes];
  }

  /** Tells which roll-up lines are there. To be wrong about them costs time and nothing else. */
  remember({ draft, lines }: EncodedAppend): void {
    if (draft.entries.length < LEAST_ENTRIES) return;
    for (const encoded of lines) this.#lines.get(encoded.rollup)!.addAll(encoded.lines);
  }

  /** Tells lines that are there from those that are taken for new, in several turns of the event loop. */
  async #partLines(all: readonly EncodedLines[]): Promise<PartedLines[]> {
    const parted: PartedLines[] = [];
    for (const { rollup, lines } of all) {
      const known: RollupValues[] = [];
      const unknown: Uint8Array[] = [];
      const recent = this.#lines.get(rollup)!;
      const areFew = lines.length < LEAST_LINES;
      for (let at = 0; at < lines.length; at += TURN_LINES) {
        await giveTurn();
        const added: RollupValues[] = [];
        lines.slice(at, at + TURN_LINES).forEach((line, place) => {
          // A line that comes again is there by then.
          const isThere = areFew || recent.has(line) || isSameLine(line, lines[at + place - 1]);
          (isThere ? known : added).push(valuesOf(line));
        });
        if (added.length > 0) unknown.push(writeRows(added));
      }
      parted.push({ rollup, known, unknown });
    }
    return parted;
  }
}

/** Lines of one roll-up, each in the order of their keys. */
interface PartedLines {
  readonly rollup: Rollup;
  /** Added to what is there, if it is. */
  readonly known: readonly RollupValues[];
  /** New ones, as COPY takes them. */
  readonly unknown: readonly Uint8Array[];
}

async function copyRows(client: PoolClient, { identities, rows }: EncodedAppend): Promise<void> {
  await copyChunks(client, PLACES.identities, identities);
  await copyChunks(client, PLACES.usage, rows);
}

async function addParted(client: PoolClient, { rollup, known, unknown }: PartedLines): Promise<void> {
  if (unknown.length > 0) await copyChunks(client, { table: rollup.table, columns: columnsOf(rollup) }, unknown);
  await addLines(client, rollup, known);
}

function isSameLine({ group, place }: RollupLine, before: RollupLine | undefined): boolean {
  return before?.group === group && before.place === place;
}

/** Adds lines to a roll-up, in the order of their keys, whether they are there or not. */
export async function addLines(client: PoolClient, rollup: Rollup, lines: readonly RollupValues[]): Promise<void> {
  for (const values of encodeLines(rollup, lines)) {
    await client.query({ name: `add-${rollup.table}`, text: addLinesSql(rollup), values });
  }
}

type Places = Set<number | string>;

/** Places by group. */
type Lines = Map<string, Places>;

/** The lines of one roll-up that were written of late: at most twice the bound, the older half forgotten at once. */
class RecentLines {
  #newer: Lines = new Map();
  #older: Lines = new Map();
  #count = 0;
  /** Lines come group by group, and a group's name is long. */
  #last: { group: string; newer: Places | undefined; older: Places | undefined } | undefined;

  has({ group, place }: RollupLine): boolean {
    if (this.#last?.group !== group) {
      this.#last = { group, newer: this.#newer.get(group), older: this.#older.get(group) };
    }
    const { newer, older } = this.#last;
    return newer?.has(place) === true || older?.has(place) === true;
  }

  /** Adds lines of one group after another. */
  addAll(lines: readonly RollupLine[]): void {
    this.#last = undefined;
    let places: Places | undefined;
    lines.forEach(({ group, place }, at) => {
      if (this.#count >= LIMITS.recent_lines) {
        this.#older = this.#newer;
        this.#newer = new Map();
        this.#count = 0;
        places = undefined;
      }
      if (places === undefined || lines[at - 1]?.group !== group) places = this.#placesOf(group);
      if (!places.has(place)) this.#count++;
      places.add(place);
    });
  }

  #placesOf(group: string): Places {
    let places = this.#newer.get(group);
    if (places === undefined) this.#newer.set(group, places = new Set());
    return places;
  }
}
