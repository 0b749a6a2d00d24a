/**
 * A batch as Postgres is sent it, worked out before its transaction: what a transaction waits for, others wait for too.
 */

import type { AppliedPrice } from "../core/pricing/price.ts";
import type { AppendEntry } from "./append.ts";
import { type AppendDraft, draftAppend } from "./append_plan.ts";
import { writeTexts, writeWholes } from "./postgres_arrays.ts";
import { type CopyPlace, writeRows } from "./postgres_copy_in.ts";
import { keysOf, type Rollup, type RollupLine, ROLLUPS, RollupSums, type RollupValues } from "./rollups.ts";
import { giveTurn } from "./event_loop.ts";
import { USAGE_COLUMNS, writeRow } from "./usage_columns.ts";

/** Rows of the usage table, and what they add to the roll-ups. */
interface EncodedRows {
  /** Rows as COPY takes them. */
  readonly rows: readonly Uint8Array[];
  readonly lines: readonly EncodedLines[];
}

/** Lines of one roll-up, in the order of their keys; a line that is too full for one sum comes several times. */
export interface EncodedLines {
  readonly rollup: Rollup;
  readonly lines: readonly RollupLine[];
}

/** A batch, encoded as if none of its ids were taken. */
export interface EncodedAppend extends EncodedRows {
  readonly draft: AppendDraft;
  /** Identities as COPY takes them. */
  readonly identities: readonly Uint8Array[];
}

/** Where COPY puts what is encoded. */
export const PLACES: { readonly [Part in "usage" | "identities"]: CopyPlace } = {
  usage: { table: "usage", columns: USAGE_COLUMNS },
  identities: { table: "usage_identity", columns: ["organization_id", "id", "content_hash", "timestamp"] },
};

/** Where a price is stored. */
type FindPriceId = (price: AppliedPrice) => bigint;

/** Rows that are encoded in one turn of the event loop, which the answers of the server wait for. */
const TURN_ROWS = 10;

/** Encodes a batch, in several turns of the event loop. */
export async function encodeAppend(entries: readonly AppendEntry[], findPriceId: FindPriceId): Promise<EncodedAppend> {
  const draft = draftAppend(entries);
  const identities: Uint8Array[] = [];
  for (let at = 0; at < draft.inserts.length; at += TURN_ROWS) {
    if (at > 0) await giveTurn();
    identities.push(writeRows(draft.inserts.slice(at, at + TURN_ROWS).map(writeIdentity)));
  }
  return { draft, identities, ...await encodeRows(draft.inserts, findPriceId) };
}

function writeIdentity({ record: { organization_id, id, content_hash, timestamp } }: AppendEntry) {
  return [organization_id, id, `\\x${content_hash}`, timestamp] as const;
}

/** Encodes the rows of entries, in several turns of the event loop. */
export async function encodeRows(entries: readonly AppendEntry[], findPriceId: FindPriceId): Promise<EncodedRows> {
  const rows: Uint8Array[] = [];
  const sums = new RollupSums();
  for (let at = 0; at < entries.length; at += TURN_ROWS) {
    if (at > 0) await giveTurn();
    const turn = entries.slice(at, at + TURN_ROWS);
    rows.push(writeRows(turn.map((entry) => {
      const { record, cost } = entry;
      sums.add(record, cost.amount);
      return writeRow(entry, cost.amount === null ? null : findPriceId(cost.price));
    })));
  }
  const lines: EncodedLines[] = [];
  for (const rollup of ROLLUPS) {
    if (entries.length > TURN_ROWS) await giveTurn();
    lines.push({ rollup, lines: sums.lines(rollup) });
  }
  return { rows, lines };
}

/** Encodes ids as arrays: organizations, ids, hashes, instants. */
export function encodeIds(entries: readonly AppendEntry[]): string[] {
  return [
    writeTexts(entries.map(({ record }) => record.organization_id)),
    writeTexts(entries.map(({ record }) => record.id)),
    writeTexts(entries.map(({ record }) => record.content_hash)),
    writeWholes(entries.map(({ record }) => record.timestamp)),
  ];
}

/** Encodes lines of a roll-up, in their order: of each statement that adds them, an array for each column. */
export function encodeLines(rollup: Rollup, lines: readonly RollupValues[]): string[][] {
  const keys = keysOf(rollup).length;
  const statements: string[][] = [];
  for (let rest = lines; rest.length > 0;) {
    const once: RollupValues[] = [];
    const again: RollupValues[] = [];
    for (const line of rest) (isSameKey(once.at(-1), { line, keys }) ? again : once).push(line);
    statements.push(once[0]!.map((first, column) => writeColumn(typeof first, once.map((line) => line[column]!))));
    rest = again;
  }
  return statements;
}

/** Each column of a roll-up's lines is of one type in all of them. */
function writeColumn(type: string, values: RollupValues): string {
  return type === "string" ? writeTexts(values as string[]) : writeWholes(values as (number | bigint)[]);
}

function isSameKey(
  before: RollupValues | undefined,
  { line, keys }: { line: RollupValues; keys: number },
): boolean {
  if (before === undefined) return false;
  for (let at = 0; at < keys; at++) if (before[at] !== line[at]) return false;
  return true;
}
