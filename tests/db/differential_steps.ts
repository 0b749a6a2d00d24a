/**
 * Random steps on a database, each with an answer: what people do with it, in texts and numbers that are hard to keep.
 */

import fc from "fast-check";
import { type CostQueryTexts, parseCostQuery } from "../../core/analytics/parse_query.ts";
import { usdFromNanos } from "../../core/money.ts";
import { readOwnPrice } from "../../core/pricing/own_price.ts";
import type { UsageRecord } from "../../core/usage/record.ts";
import { RECORD_SORTS } from "../../core/usage/record_sort.ts";
import { listAuditEntries } from "../../db/audit_entries.ts";
import { readGroupFacts, readUsageFacts } from "../../db/call_facts.ts";
import { readCosts } from "../../db/costs.ts";
import type { Database } from "../../db/database.ts";
import { keepImportPosition } from "../../db/import_positions.ts";
import { createOrganization, listOrganizations } from "../../db/organizations.ts";
import { endPrice, listPrices, setPrice } from "../../db/prices.ts";
import { pruneUsage } from "../../db/prune.ts";
import { rebuildRollups } from "../../db/rebuild.ts";
import { repriceUsage } from "../../db/reprice.ts";
import { listUnpriced } from "../../db/unpriced.ts";
import { deleteUsage, listUsage, readUsage } from "../../db/usage.ts";
import { walkUsage } from "../../db/usage_walk.ts";
import { cost, count, entry, id, instant, NOW, organization, query, text } from "./differential_inputs.ts";
import { sortRows } from "./oracle.ts";
import { hashText, makeRecord } from "./records.ts";

/** A step by its name, with what it is done with: a counterexample is read as it stands. */
export type Step = readonly [name: keyof typeof STEPS, input: never];

/** Where a run's steps go: it has its organizations, `a` and `b` to the steps, to itself. */
export interface Run {
  readonly database: Database;
  readonly number: number;
}

/** Does a step and gives its answer as JSON, a refusal included. */
export async function applyStep(run: Run, [name, input]: Step): Promise<string> {
  try {
    return write(await STEPS[name].apply(run, input));
  } catch (error) {
    const { kind, message } = error as { kind?: string; message: string };
    // What is no error of ours has the words of its database.
    return write({ refused: kind ?? "as a fault", because: kind === undefined ? "" : message });
  }
}

function write(answer: unknown): string {
  return JSON.stringify(answer, (_, value) => {
    if (typeof value === "bigint") return `${value}n`;
    return value instanceof Map ? [...value] : value;
  }) ?? "nothing";
}

/** Steps to do in their order. */
export function steps(): fc.Arbitrary<Step[]> {
  const each = Object.entries(STEPS).map(([name, { weight, input }]) => ({
    weight,
    arbitrary: fc.tuple(fc.constant(name), input as fc.Arbitrary<never>) as unknown as fc.Arbitrary<Step>,
  }));
  return fc.array(fc.oneof(...each), { minLength: 4, maxLength: 14, size: "max" });
}

interface Kind<Input> {
  readonly weight: number;
  readonly input: fc.Arbitrary<Input>;
  readonly apply: (run: Run, input: Input) => Promise<unknown>;
}

/** Lets the type of the input follow from its arbitrary. */
function kind<Input>(weight: number, input: fc.Arbitrary<Input>, apply: Kind<Input>["apply"]): Kind<Input> {
  return { weight, input, apply };
}

function inRun(run: Run, organization: string): string {
  return `${organization}${run.number}`;
}

function resolve(
  run: Run,
  { organization, ...texts }: { organization: string } & Omit<CostQueryTexts, "organization_id">,
) {
  return parseCostQuery({ organization_id: inRun(run, organization), ...texts }, NOW);
}

function act({ number }: Run) {
  return { actor: `cli:é ${number}`, now: NOW };
}

const page = fc.record({
  organization,
  limit: fc.integer({ min: 1, max: 5 }),
  sort: fc.constantFrom(...RECORD_SORTS),
  after: fc.oneof(
    fc.constant(undefined),
    fc.record({ timestamp: instant, id, cost: fc.constantFrom(null, usdFromNanos(0n), usdFromNanos(1n)) }),
  ),
});

const STEPS = {
  append: kind(
    12,
    fc.record({
      entries: fc.array(entry, { minLength: 1, maxLength: 8, size: "max" }),
      options: fc.constantFrom({}, {}, { is_preview: true }, { is_atomic: true }),
    }),
    (run, { entries, options }) =>
      run.database.append(
        entries.map(({ organization, fields, cost, may_supersede }) => {
          const content_hash = hashText(write(fields));
          const record = { ...fields, organization_id: inRun(run, organization), content_hash } as Partial<UsageRecord>;
          return { record: makeRecord(record), cost, may_supersede };
        }),
        options,
      ),
  ),
  remove: kind(
    3,
    fc.record({ organization, id }),
    (run, { organization, id }) =>
      deleteUsage(run.database, { organization_id: inRun(run, organization), id }, act(run)),
  ),
  reprice: kind(
    2,
    fc.record({ organization, cost, is_preview: fc.boolean() }),
    (run, { organization, cost, is_preview }) =>
      repriceUsage(run.database, {
        organization_id: inRun(run, organization),
        range: undefined,
        filter: new Map(),
      }, { ...act(run), is_preview, price: () => cost }),
  ),
  setPrice: kind(
    2,
    fc.record({ organization, name: text, id, from: instant, is_preview: fc.boolean() }),
    (run, { organization, name, id, from, is_preview }) => {
      const input = { provider: "openai", model: name, rates: { input_mtok: "0.000000001" }, note: name };
      const scope = { id: `${id} ${run.number}`, organization_id: inRun(run, organization), from };
      return setPrice(run.database, readOwnPrice(input, scope), { ...act(run), is_preview });
    },
  ),
  endPrice: kind(
    2,
    fc.record({ organization, id, at: instant, is_preview: fc.boolean() }),
    (run, { organization, id, at, is_preview }) =>
      endPrice(run.database, { id: `${id} ${run.number}`, organization_id: inRun(run, organization), at }, {
        ...act(run),
        is_preview,
      }),
  ),
  prune: kind(
    2,
    fc.record({ organization, before: instant, is_preview: fc.boolean() }),
    (run, { organization, before, is_preview }) =>
      pruneUsage(run.database, { organization_id: inRun(run, organization), before, is_preview, ...act(run) }),
  ),
  createOrganization: kind(
    1,
    fc.record({ id: fc.constantFrom("c", "C", "é", ""), name: text }),
    (run, { id, name }) => createOrganization(run.database, { id: `${id}${run.number}`, name }, act(run)),
  ),
  rebuild: kind(1, fc.constant(null), (run) => rebuildRollups(run.database, act(run))),
  keepPosition: kind(1, fc.record({ organization, path: text, bytes: count }), (run, { organization, path, bytes }) => {
    const position = { settings: path, stamp: null, bytes, lines: 1, digest: "", is_resumable: true };
    return keepImportPosition(run.database, { organization_id: inRun(run, organization), path, position });
  }),
  readCosts: kind(8, query, async (run, input) => sortRows(await readCosts(run.database, resolve(run, input)))),
  groupFacts: kind(3, query, async (run, input) => {
    const facts = await readGroupFacts(run.database, resolve(run, input), { hasSavings: false });
    return { ...facts, quality: [...facts.quality].sort(([one], [other]) => one < other ? -1 : 1) };
  }),
  usageFacts: kind(2, query, (run, input) => readUsageFacts(run.database, resolve(run, input))),
  listUsage: kind(
    3,
    page,
    (run, { organization, ...input }) =>
      listUsage(run.database, { organization_id: inRun(run, organization), filter: new Map(), ...input }),
  ),
  walkUsage: kind(
    1,
    organization,
    (run, organization) =>
      Array.fromAsync(walkUsage(run.database.reader, { organization_id: inRun(run, organization) })),
  ),
  readUsage: kind(
    2,
    fc.record({ organization, id }),
    (run, { organization, id }) => readUsage(run.database, { organization_id: inRun(run, organization), id }),
  ),
  listUnpriced: kind(
    2,
    organization,
    (run, organization) => listUnpriced(run.database, { organization_id: inRun(run, organization) }),
  ),
  listPrices: kind(
    1,
    organization,
    (run, organization) => listPrices(run.database, { organization_id: inRun(run, organization) }),
  ),
  listAudit: kind(1, fc.constant(null), (run) => listAuditEntries(run.database, { limit: 20 })),
  listOrganizations: kind(1, fc.constant(null), (run) => listOrganizations(run.database)),
} as const;
