/**
 * Every input field of the document just inside of its limits, which is taken, and just outside, which is refused with
 * a pointer to it.
 *
 * What records may hold is not validated by the document's schema but by the program's own reader; usage_record_test.ts
 * holds both to the same limits.
 */

import assert from "node:assert/strict";
import { openDatabase } from "../../../db/database.ts";
import { withFolder } from "../../db/for_each_database.ts";
import { addressOf, type DocumentedOperation, type JsonSchema, listOperations, resolveSchema } from "./document.ts";
import { sampleBody, sampleQuery } from "./samples.ts";
import { type Tenants, withTenants } from "./tenants.ts";

/** One value of one field. */
interface Probe {
  /** As problems name the field. */
  readonly pointer: string;
  readonly what: string;
  readonly value: unknown;
  readonly isTaken: boolean;
}

/** Fields whose texts are read further once their length is right; only their length is looked at here. */
const READ_FURTHER = new Set([
  ...["since", "until", "start_date", "end_date", "tz", "at", "cursor", "filter", "group_by", "columns", "movers_by"],
  ...[
    "email",
    "username",
    "effective_from",
    "effective_to",
    "hours",
    "id",
    "password",
    "roles",
    "scopes",
    "expires_at",
  ],
  ...["rates", "modifiers", "provider", "model", "records", "organization_id", "page", "page_size", "name"],
  "reasoning_tokens",
  "url",
]);

Deno.test("every field is taken at its limits and just inside, and refused just outside with a pointer to it", async () => {
  await withFolder(async (folder) => {
    const database = await openDatabase(`${folder}/costops.db`, { now: 0 });
    try {
      await withTenants(database, async (tenants) => {
        const faults: string[] = [];
        const probed = { fields: 0, values: 0 };
        for (const operation of listOperations()) {
          const probes = [...probeParameters(operation), ...probeBody(operation)];
          probed.fields += new Set(probes.map(({ pointer }) => pointer)).size;
          probed.values += probes.length;
          const as = operation.is_public ? null : await tenants.credentialOf({ role: "super_admin" });
          for (const probe of probes) faults.push(...await make(tenants, operation, { probe, as }));
        }
        assert.deepEqual(faults, []);
        // The walk itself is held to finding fields: what there were when it was written.
        assert.ok(probed.fields >= 250 && probed.values >= 1000, JSON.stringify(probed));
      });
    } finally {
      await database.close();
    }
  });
});

/** Fields of path and query. */
function probeParameters({ parameters }: DocumentedOperation): Probe[] {
  return parameters.flatMap(({ name, in: place, schema }) => {
    if (place === "header") return [];
    const probes = probeValue(schema, `/${place}/${name}`);
    // An address without its last part is another address, and an empty text of a list is one.
    return probes.filter(({ value }) => place === "query" ? !isEmptyList(value) : value !== "");
  });
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

/** Fields of a JSON body that a schema checks. */
function probeBody({ body }: DocumentedOperation): Probe[] {
  const schema = body?.["application/json"]?.schema;
  if (schema === undefined) return [];
  const whole = resolveSchema(schema);
  // A record, or a list of records: not validated by its schema.
  if (whole.type === "array" || whole.properties?.prompt_tokens !== undefined) return [];
  return probeFields(whole, "");
}

function probeFields({ properties = {}, required = [] }: JsonSchema, at: string): Probe[] {
  return Object.entries(properties).flatMap(([name, given]) => {
    const schema = resolveSchema(given);
    const pointer = `${at}/${name}`;
    const missing = required.includes(name) ? [{ pointer, what: "missing", value: undefined, isTaken: false }] : [];
    return [...missing, ...probeValue(schema, pointer), ...(at === "" ? probeFields(schema, pointer) : [])];
  });
}

/** Values around the limits of one schema. */
function probeValue(given: JsonSchema, pointer: string): Probe[] {
  const schema = resolveSchema(given);
  const taken = (what: string, value: unknown) => ({ pointer, what, value, isTaken: true });
  const refused = (what: string, value: unknown) => ({ pointer, what, value, isTaken: false });
  const isQuery = pointer.startsWith("/query/") || pointer.startsWith("/path/");
  if (schema.enum !== undefined && schema.enum.every((one) => typeof one === "string")) {
    return [...schema.enum.map((one) => taken("of its words", one)), refused("none of its words", "none-of-these")];
  }
  switch (schema.type) {
    case "boolean":
      return [taken("true", true), taken("false", false), refused("no boolean", "yes"), refused("a number", 1)];
    case "integer":
    case "number":
      return [
        ...probeNumber(schema, { taken, refused }),
        refused("no number", "many"),
        ...(isQuery ? [] : [refused("a number as text", "1")]),
      ];
    case "string":
      return [...probeText(schema, { taken, refused }), ...(isQuery ? [] : [refused("a number", 7)])];
    case "array":
      return probeList(schema, { taken, refused, isQuery });
    default:
      return [];
  }
}

type Make = (what: string, value: unknown) => Probe;

function probeNumber(
  { type, minimum, maximum, multipleOf }: JsonSchema,
  { taken, refused }: { readonly taken: Make; readonly refused: Make },
): Probe[] {
  const step = multipleOf ?? 1;
  const probes: Probe[] = [];
  // A reader of whole numbers alone has bounds that are no one's choice.
  const isBound = (bound: number | undefined): bound is number => bound !== undefined && Math.abs(bound) < 2 ** 53 - 1;
  if (isBound(minimum)) {
    probes.push(taken("the least", minimum), taken("just above the least", minimum + step));
    probes.push(refused("just below the least", minimum - step));
  }
  if (isBound(maximum)) {
    probes.push(taken("the most", maximum), taken("just below the most", maximum - step));
    probes.push(refused("just above the most", maximum + step));
  }
  if (type === "integer") probes.push(refused("half of one", (minimum ?? 0) + 0.5));
  return probes;
}

function probeText(
  { minLength, maxLength, format, pattern, anyOf }: JsonSchema,
  { taken, refused }: { readonly taken: Make; readonly refused: Make },
): Probe[] {
  const probes: Probe[] = [];
  if (format === "date-time") return [taken("a time", "2031-01-01T00:00:00Z"), refused("no time", "tomorrow")];
  if (pattern !== undefined || anyOf !== undefined || format !== undefined) return [];
  if (minLength !== undefined && minLength > 0) {
    probes.push(
      taken("the shortest", textOf(minLength)),
      taken("just longer than the shortest", textOf(minLength + 1)),
    );
    probes.push(refused("just shorter than the shortest", textOf(minLength - 1)));
  }
  if (maxLength !== undefined) {
    probes.push(taken("the longest", textOf(maxLength)), taken("just shorter than the longest", textOf(maxLength - 1)));
    probes.push(refused("just longer than the longest", textOf(maxLength + 1)));
  }
  return probes;
}

function probeList(
  { items = {}, minItems, maxItems }: JsonSchema,
  { taken, refused, isQuery }: { readonly taken: Make; readonly refused: Make; readonly isQuery: boolean },
): Probe[] {
  const { enum: words, type } = resolveSchema(items);
  const itemAt = (at: number) => type === "integer" ? at + 1 : `item-${at}`;
  const listOf = (length: number) => Array.from({ length }, (_, at) => words?.[at % words.length] ?? itemAt(at));
  const probes: Probe[] = [];
  if (minItems !== undefined && minItems > 0) {
    probes.push(taken("the fewest", listOf(minItems)), refused("too few", listOf(minItems - 1)));
  }
  if (maxItems !== undefined) {
    probes.push(taken("the most", listOf(maxItems)), taken("just fewer than the most", listOf(maxItems - 1)));
    probes.push(refused("just more than the most", listOf(maxItems + 1)));
  }
  return isQuery ? probes : [...probes, refused("no list", "text")];
}

function textOf(length: number): string {
  return "abcdefghij".repeat(Math.ceil(length / 10)).slice(0, length);
}

/** What is wrong with the answer to one value. */
async function make(
  tenants: Tenants,
  operation: DocumentedOperation,
  { probe, as }: { readonly probe: Probe; readonly as: string | null },
): Promise<string[]> {
  const { pointer, value } = probe;
  const [, place, name = ""] = pointer.split("/");
  const sample = sampleBody(operation);
  const params = place === "path" ? String(value) : "unknown-id";
  const query: Record<string, string | string[]> = { ...sampleQuery(operation) };
  if (place === "query") query[name] = Array.isArray(value) ? value.map(String) : String(value);
  const isOfBody = place !== "path" && place !== "query";
  const json = isOfBody ? put(sample?.value, pointer.split("/").slice(1), value) : sample?.value;
  const headers: Record<string, string> = sample === undefined ? {} : { "content-type": sample.content_type };
  const address = addressOf(operation, { params, query });
  const response = await tenants.send(operation.method, address, { as, json, headers });
  const text = await response.text();
  const errors: { pointer: string; detail: string }[] = response.status >= 400 ? JSON.parse(text).errors ?? [] : [];
  const found = errors.find((error) => error.pointer === pointer || error.pointer.startsWith(`${pointer}/`));
  const said = `${operation.operationId} ${pointer} ${probe.what}: ${response.status} ${text.slice(0, 260)}`;
  if (!probe.isTaken) return response.status === 422 && found !== undefined ? [] : [`${said}, wanted 422 at it`];
  const isRead = READ_FURTHER.has(pointer.split("/").at(-1)!);
  const isLength = found !== undefined && /^(Too (big|small)|Invalid (input|option))/.test(found.detail);
  return found === undefined || (isRead && !isLength) ? [] : [`${said}, wanted it taken`];
}

/** A value with one field in it replaced, or taken out. */
function put(whole: unknown, [name = "", ...rest]: readonly string[], value: unknown): unknown {
  const inner = (whole ?? {}) as Record<string, unknown>;
  const replaced = rest.length === 0 ? value : put(inner[name], rest, value);
  return { ...inner, [name]: replaced };
}
