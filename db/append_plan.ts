/**
 * What a batch becomes, worked out before anything but its new ids is written: for databases that write sets of rows.
 */

import type { AppendEntry, AppendOutcome } from "./append.ts";
import type { UsageRow } from "./usage.ts";

/** An id that is taken. */
export interface StoredIdentity {
  readonly organization_id: string;
  readonly id: string;
  /** 32 hex digits. */
  readonly content_hash: string;
  readonly timestamp: bigint;
  readonly deleted_at: bigint | null;
}

/** What the plan asks of the database, within the transaction; keys are given in their order. */
export interface PlanQueries {
  /** Below these instants an organization's records are refused. */
  readonly marks: ReadonlyMap<string, number>;
  /** Takes ids, and gives the places of the entries whose ids are taken already. */
  readonly takeIds: (entries: readonly AppendEntry[]) => Promise<readonly number[]>;
  /** Finds ids that are taken. */
  readonly findIdentities: (entries: readonly AppendEntry[]) => Promise<readonly StoredIdentity[]>;
  /** Finds ids as they are now, and keeps others from changing them until the transaction ends. */
  readonly lockIdentities: (identities: readonly StoredIdentity[]) => Promise<readonly StoredIdentity[]>;
  /** Finds the rows of ids; those that retention dropped are not there. */
  readonly findRows: (identities: readonly StoredIdentity[]) => Promise<readonly UsageRow[]>;
}

/** What is to be written, and what is said of each entry. */
export interface AppendPlan {
  readonly outcomes: AppendOutcome[];
  /** Rows to insert. */
  readonly inserts: readonly AppendEntry[];
  /** Stored rows whose place an entry takes; the entry is among the inserts. */
  readonly replaced: readonly { readonly row: UsageRow; readonly entry: AppendEntry }[];
}

/** The entries of one id, in the order they came in. */
interface Group {
  readonly entries: AppendEntry[];
  /** Where their outcomes go. */
  readonly places: number[];
}

/** What a batch comes to when none of its ids is taken. */
export interface AppendDraft {
  readonly entries: readonly AppendEntry[];
  readonly groups: readonly Group[];
  /** What is stored of each group, in the order of the keys. */
  readonly inserts: readonly AppendEntry[];
  readonly outcomes: readonly AppendOutcome[];
}

/** Drafts a batch without the database. An id may come several times in it: of its entries the last state is stored. */
export function draftAppend(entries: readonly AppendEntry[], marks: PlanQueries["marks"] = new Map()): AppendDraft {
  const outcomes = new Array<AppendOutcome>(entries.length);
  const groups = groupByKey(entries, { outcomes, marks });
  const inserts = groups.map((group) => settle(group, { state: undefined, outcomes })!);
  return { entries, groups, inserts, outcomes };
}

/** Plans a batch: what is stored is what storing its entries one by one would leave. */
export async function planAppend(drafted: AppendDraft, queries: PlanQueries): Promise<AppendPlan> {
  const draft = isBeyond(drafted.entries, queries.marks) ? draftAppend(drafted.entries, queries.marks) : drafted;
  const { groups } = draft;
  // Whether an id is new shows when it is taken, and it is taken for what is stored of it then.
  const places = groups.length === 0 ? [] : await queries.takeIds(draft.inserts);
  if (places.length === 0) return { outcomes: [...draft.outcomes], inserts: draft.inserts, replaced: [] };
  const outcomes = [...draft.outcomes];
  const taken = places.map((place) => groups[place]!);
  const isTaken = new Set(taken);
  const identities = new Map<string, StoredIdentity>();
  const found = await queries.findIdentities(taken.map(({ entries }) => entries[0]!));
  for (const identity of found) identities.set(keyOf(identity), identity);
  const rows = await findReplaceable(taken, { identities, queries });
  const inserts: AppendEntry[] = [];
  const replaced: { row: UsageRow; entry: AppendEntry }[] = [];
  groups.forEach((group, place) => {
    if (!isTaken.has(group)) {
      inserts.push(draft.inserts[place]!);
      return;
    }
    const entry = settle(group, { state: readState(group, { identities, rows }), outcomes });
    if (entry === undefined) return;
    inserts.push(entry);
    replaced.push({ row: rows.get(groupKey(group))!, entry });
  });
  return { outcomes, inserts, replaced };
}

/** Whether some entries are from below their organization's prune mark. */
export function isBeyond(entries: readonly AppendEntry[], marks: PlanQueries["marks"]): boolean {
  return marks.size > 0 && entries.some(({ record }) => record.timestamp < (marks.get(record.organization_id) ?? 0));
}

/** Whether an outcome means that the record is stored. */
export function isStored({ outcome }: AppendOutcome): boolean {
  return outcome === "inserted" || outcome === "updated" || outcome === "duplicate";
}

/** What is said of a record from below its organization's prune mark, in milliseconds since 1970 UTC. */
export function beyondRetention(mark: number): AppendOutcome {
  const since = new Date(mark).toISOString();
  const detail = `Cannot take a record from before ${since}: rows before it were dropped by retention`;
  return { outcome: "rejected", code: "beyond_retention", detail };
}

function groupByKey(
  entries: readonly AppendEntry[],
  { outcomes, marks }: { outcomes: AppendOutcome[]; marks: ReadonlyMap<string, number> },
): Group[] {
  const organizations = new Map<string, Map<string, Group>>();
  entries.forEach((entry, place) => {
    const { record } = entry;
    const mark = marks.get(record.organization_id);
    if (mark !== undefined && record.timestamp < mark) {
      outcomes[place] = beyondRetention(mark);
      return;
    }
    let groups = organizations.get(record.organization_id);
    if (groups === undefined) organizations.set(record.organization_id, groups = new Map());
    const group = groups.get(record.id);
    if (group === undefined) groups.set(record.id, { entries: [entry], places: [place] });
    else {
      group.entries.push(entry);
      group.places.push(place);
    }
  });
  return sortByKey(organizations).flatMap(sortByKey);
}

/** Sorting texts alone is quicker than comparing what they are the keys of. */
function sortByKey<Value>(map: ReadonlyMap<string, Value>): Value[] {
  return [...map.keys()].sort().map((key) => map.get(key)!);
}

function groupKey({ entries }: Group): string {
  return keyOf(entries[0]!.record);
}

/** An id within its organization, as one text. */
export function keyOf({ organization_id, id }: { readonly organization_id: string; readonly id: string }): string {
  return `${organization_id}\0${id}`;
}

/** Rows that a later line of a session log may take the place of. */
async function findReplaceable(
  taken: readonly Group[],
  { identities, queries }: { identities: Map<string, StoredIdentity>; queries: PlanQueries },
): Promise<ReadonlyMap<string, UsageRow>> {
  const wanted = taken.flatMap((group) => {
    const { entries } = group;
    const identity = identities.get(groupKey(group));
    if (identity === undefined || identity.deleted_at !== null) return [];
    const isOther = entries.some(({ record, may_supersede }) =>
      may_supersede === true && record.content_hash !== identity.content_hash
    );
    return isOther ? [identity] : [];
  });
  if (wanted.length === 0) return new Map();
  // Another process may have replaced the same rows since they were found.
  const locked = await queries.lockIdentities(wanted);
  for (const identity of locked) identities.set(keyOf(identity), identity);
  const rows = await queries.findRows(locked);
  return new Map(rows.map((row) => [keyOf(row), row]));
}

/** What is stored under an id, as far as later entries ask. */
interface State {
  readonly content_hash: string;
  readonly is_deleted: boolean;
  /** Undefined when its row is gone, or nobody may take its place. */
  readonly output_tokens: bigint | undefined;
}

function readState(
  group: Group,
  { identities, rows }: { identities: ReadonlyMap<string, StoredIdentity>; rows: ReadonlyMap<string, UsageRow> },
): State {
  const key = groupKey(group);
  const identity = identities.get(key);
  if (identity === undefined) throw new Error(`no identity of ${key} though it could not be inserted`);
  const { content_hash, deleted_at } = identity;
  return { content_hash, is_deleted: deleted_at !== null, output_tokens: rows.get(key)?.output_tokens };
}

/** Says what becomes of each entry of one id, and gives the one whose row is to be written, if any. */
function settle(
  { entries, places }: Group,
  { state: stored, outcomes }: { state: State | undefined; outcomes: AppendOutcome[] },
): AppendEntry | undefined {
  let state = stored;
  let kept: AppendEntry | undefined;
  entries.forEach((entry, at) => {
    const outcome = judge(entry, state);
    outcomes[places[at]!] = { outcome };
    if (outcome !== "inserted" && outcome !== "updated") return;
    kept = entry;
    const { content_hash, output_tokens } = entry.record;
    state = { content_hash, is_deleted: false, output_tokens: BigInt(output_tokens) };
  });
  return kept;
}

/** A later line of a log with more output is the same call, further on; one with less is an earlier state of it. */
function judge({ record, may_supersede }: AppendEntry, state: State | undefined) {
  if (state === undefined) return "inserted";
  if (state.is_deleted) return "deleted";
  if (state.content_hash === record.content_hash) return "duplicate";
  if (may_supersede !== true) return "conflict";
  if (state.output_tokens === undefined || state.output_tokens >= BigInt(record.output_tokens)) return "duplicate";
  return "updated";
}
