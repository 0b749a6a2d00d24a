/**
 * Values that a schema of the document takes: the least that is valid, by the schema, its examples and the field's name.
 */

import { type DocumentedOperation, type JsonSchema, resolveSchema } from "./document.ts";

/** Fields whose texts have a meaning that no schema tells. */
const BY_NAME: Readonly<Record<string, unknown>> = {
  model: "gpt-4o",
  provider: "openai",
  email: "new@example.com",
  username: "nobody@example.com",
  password: "correct horse battery",
  refresh_token: "not-a-token",
  token: "not-a-token",
  amount_usd: "500",
  url: "https://hooks.invalid/path",
  rates: { input_mtok: "1.5" },
  scopes: ["usage:read"],
  roles: ["viewer"],
  records: [{
    format: "canonical",
    content_hash: "0".repeat(64),
    is_extra_left_out: false,
    model: "gpt-4o",
    input_tokens: 1,
  }],
  since: "2026-01-01",
  until: "2026-02-01",
  start_date: "2026-01-01",
  end_date: "2026-02-01",
  tz: "UTC",
  at: "2026-03-01",
  expires_at: "2030-01-01T00:00:00Z",
  filter: ["model=gpt-4o"],
  group_by: ["model"],
  columns: ["web_searches"],
  input_tokens: 1,
};

let made = 0;

/** The least value that a schema takes; another one each time where a name has to be new. */
export function sampleOf(given: JsonSchema, name = ""): unknown {
  const schema = resolveSchema(given);
  made++;
  if (name === "email") return `new-${made}@example.com`;
  if (Object.hasOwn(BY_NAME, name)) return BY_NAME[name];
  for (const known of [schema.const, schema.example, schema.examples?.[0], schema.default, schema.enum?.[0]]) {
    if (known !== undefined) return known;
  }
  if (schema.allOf !== undefined) {
    return Object.assign({}, ...schema.allOf.map((part) => sampleOf(part, name) as object));
  }
  const choice = schema.anyOf?.[0] ?? schema.oneOf?.[0];
  if (choice !== undefined) return sampleOf(choice, name);
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (type === "object") return sampleOfObject(schema);
  if (type === "array") {
    return Array.from({ length: schema.minItems ?? 0 }, () => sampleOf(schema.items ?? {}, name));
  }
  if (type === "integer" || type === "number") return Math.max(schema.minimum ?? 1, 1);
  if (type === "boolean") return false;
  if (type === "null") return null;
  return sampleOfText(schema);
}

function sampleOfObject({ properties = {}, required = [] }: JsonSchema): Record<string, unknown> {
  // A record without any count is no usage, and two prices of one model are in conflict.
  const isUsage = "input_tokens" in properties && !required.includes("input_tokens");
  const ofUsage = isUsage ? ["input_tokens", "model"].filter((name) => name in properties) : [];
  const names = [...new Set([...required, ...ofUsage])];
  const sample = Object.fromEntries(names.map((name) => [name, sampleOf(properties[name] ?? {}, name)]));
  return "rates" in sample ? { ...sample, model: `model-${made}` } : sample;
}

function sampleOfText({ format, minLength = 1, maxLength = 64 }: JsonSchema): string {
  if (format === "date-time") return "2026-01-05T10:00:00Z";
  if (format === "date") return "2026-01-05";
  return `sample-${made}`.padEnd(minLength, "x").slice(0, maxLength);
}

/** A body, and what says how it is written. */
export interface SampleBody {
  readonly content_type: string;
  /** What it is as a value; undefined where it is no JSON. */
  readonly value: unknown;
}

/** The least body that an operation takes; undefined when it takes none. */
export function sampleBody({ body }: Pick<DocumentedOperation, "body">): SampleBody | undefined {
  if (body === undefined) return undefined;
  const [content_type, content] = Object.entries(body).find(([type]) => type === "application/json") ??
    Object.entries(body)[0]!;
  const schema = resolveSchema(content.schema);
  // A list of records may be empty for its schema, but nobody sends an empty one.
  const value = schema.type === "array" ? [sampleOf(schema.items ?? {})] : sampleOf(content.schema);
  return { content_type, value };
}

/** The query that an operation cannot do without. */
export function sampleQuery({ parameters }: Pick<DocumentedOperation, "parameters">): Record<string, string> {
  return Object.fromEntries(
    parameters.filter((parameter) => parameter.in === "query" && parameter.required === true)
      .map(({ name, schema }) => [name, String(sampleOf(schema, name))]),
  );
}
