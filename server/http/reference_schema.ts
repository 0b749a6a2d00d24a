/**
 * JSON schemas of the OpenAPI document as HTML: types in words, fields as tables, names as links.
 */

/** A JSON schema as far as the document uses it. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly format?: string;
  readonly pattern?: string;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
}

/** Text that HTML takes for text, in attributes too. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** A description: escaped, with `code` between backticks. */
export function writeProse(text: string | undefined): string {
  return text === undefined ? "" : escapeHtml(text).replace(/`([^`]*)`/g, "<code>$1</code>");
}

/** What a value is, in a few words. */
export function writeType(schema: JsonSchema): string {
  if (schema.$ref !== undefined) {
    const name = escapeHtml(schema.$ref.slice(schema.$ref.lastIndexOf("/") + 1));
    return `<a href="#schema-${name}">${name}</a>`;
  }
  const several = schema.anyOf ?? schema.oneOf;
  if (several !== undefined) return several.map(writeType).join(" or ");
  if (schema.allOf !== undefined) return schema.allOf.map(writeType).join(" and ");
  if (schema.enum !== undefined) return schema.enum.map(writeValue).join(" | ");
  if (schema.const !== undefined) return writeValue(schema.const);
  const type = [schema.type ?? "anything"].flat().join(" or ");
  if (type === "array") return `list of ${schema.items === undefined ? "anything" : writeType(schema.items)}`;
  if (type === "object" && typeof schema.additionalProperties === "object" && schema.properties === undefined) {
    return `${writeType(schema.additionalProperties)} by name`;
  }
  return escapeHtml(schema.format === undefined ? type : `${type} (${schema.format})`);
}

/** The bounds and the default of a value. */
export function writeBounds(schema: JsonSchema): string {
  const { minimum, maximum, minLength, maxLength, maxItems } = schema;
  const bounds = [
    schema.default === undefined ? "" : `default ${writeValue(schema.default)}`,
    minimum === undefined ? "" : `at least ${minimum}`,
    maximum === undefined ? "" : `at most ${maximum}`,
    minLength === undefined || minLength < 2 ? "" : `at least ${minLength} characters`,
    maxLength === undefined ? "" : `at most ${maxLength} characters`,
    maxItems === undefined ? "" : `at most ${maxItems} items`,
  ];
  return bounds.filter((bound) => bound !== "").join(", ");
}

/** The fields of an object as a table; what is no object in a line. */
export function writeSchema(schema: JsonSchema): string {
  if (schema.properties === undefined) return `<p>${writeType(schema)}</p>`;
  const rows = Object.entries(schema.properties).map(([name, field]) =>
    writeRow(name, { schema: field, isRequired: schema.required?.includes(name) === true })
  );
  return writeTable(rows);
}

/** One row of a table of fields. */
export function writeRow(
  name: string,
  { schema, isRequired, description = schema.description }: {
    readonly schema: JsonSchema;
    readonly isRequired: boolean;
    readonly description?: string;
  },
): string {
  const mark = isRequired ? ' <span class="required">required</span>' : "";
  const bounds = writeBounds(schema);
  const text = [writeProse(description), bounds].filter((part) => part !== "").join("; ");
  return `<tr><th scope="row"><code>${escapeHtml(name)}</code>${mark}</th>` +
    `<td>${writeType(schema)}</td><td>${text}</td></tr>`;
}

/** A table of fields. */
export function writeTable(rows: readonly string[]): string {
  return `<table><thead><tr><th scope="col">name</th><th scope="col">type</th><th scope="col">meaning</th></tr></thead>` +
    `<tbody>${rows.join("")}</tbody></table>`;
}

function writeValue(value: unknown): string {
  return `<code>${escapeHtml(JSON.stringify(value))}</code>`;
}
