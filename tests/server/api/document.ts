/**
 * The OpenAPI document as tests walk it: every operation with its parameters, body and answers.
 */

import { writeOpenApi } from "../../../server/http/openapi.ts";
import type { Route } from "../../../server/routes/route.ts";
import { BASE_PATH, ROUTES } from "../../../server/routes/routes.ts";

/** A JSON Schema, 2020-12. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly example?: unknown;
  readonly examples?: readonly unknown[];
  readonly default?: unknown;
  readonly format?: string;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly multipleOf?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly unevaluatedProperties?: boolean;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
}

/** One parameter of an operation. */
export interface Parameter {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly required?: boolean;
  readonly schema: JsonSchema;
}

/** One answer of an operation, by content type. */
export interface DocumentedAnswer {
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly content?: Readonly<Record<string, { readonly schema: JsonSchema }>>;
}

/** One operation. */
export interface DocumentedOperation {
  readonly operationId: string;
  readonly method: string;
  /** Below the base path, with braces. */
  readonly path: string;
  /** Null: everybody with a credential may, each on their own. */
  readonly permission: string | null;
  readonly is_public: boolean;
  readonly parameters: readonly Parameter[];
  /** By content type; undefined takes no body. */
  readonly body: Readonly<Record<string, { readonly schema: JsonSchema }>> | undefined;
  /** By status, and `default`. */
  readonly responses: Readonly<Record<string, DocumentedAnswer>>;
}

/** What is read of a document. */
export interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, RawOperation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> };
}

interface RawOperation {
  readonly operationId: string;
  readonly "x-permission": string | null;
  readonly security?: readonly unknown[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: JsonSchema }>> };
  readonly responses: Readonly<Record<string, DocumentedAnswer>>;
}

const documents = new WeakMap<readonly Route[], ApiDocument>();

/** The document of some routes, as a client reads it. */
export function readDocument(routes: readonly Route[] = ROUTES): ApiDocument {
  const known = documents.get(routes);
  if (known !== undefined) return known;
  const document: ApiDocument = JSON.parse(JSON.stringify(writeOpenApi(routes, "0.0.0")));
  documents.set(routes, document);
  return document;
}

/** Every operation of a document; the pages of the system, which are not below the base path, are none. */
export function listOperations({ paths }: ApiDocument = readDocument()): DocumentedOperation[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).filter(([, operation]) => "x-permission" in operation).map(([method, operation]) => ({
      operationId: operation.operationId,
      method: method.toUpperCase(),
      path,
      permission: operation["x-permission"],
      is_public: operation.security?.length === 0,
      parameters: operation.parameters ?? [],
      body: operation.requestBody?.content,
      responses: operation.responses,
    }))
  );
}

/** Names of an operation's parameters in its path or its query. */
export function listNames({ parameters }: DocumentedOperation, place: Parameter["in"]): string[] {
  return parameters.filter((parameter) => parameter.in === place).map(({ name }) => name);
}

/** A schema itself where it is named elsewhere in the document. */
export function resolveSchema(schema: JsonSchema, { components }: ApiDocument = readDocument()): JsonSchema {
  if (schema.$ref === undefined) return schema;
  const { $ref, ...beside } = schema;
  const named = components.schemas[$ref.slice("#/components/schemas/".length)];
  if (named === undefined) throw new Error(`${$ref} is not in the document`);
  return { ...resolveSchema(named, { paths: {}, components }), ...beside };
}

/** The address of an operation with its path filled in. */
export function addressOf(
  { path }: Pick<DocumentedOperation, "path">,
  { params, query = {} }: {
    readonly params: Readonly<Record<string, string>> | string;
    readonly query?: Readonly<Record<string, string | readonly string[]>>;
  },
): string {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = typeof params === "string" ? params : params[name];
    return encodeURIComponent(value ?? "unknown-id");
  });
  const pairs = Object.entries(query).flatMap(([name, value]) => [value].flat().map((text) => [name, text as string]));
  const search = new URLSearchParams(pairs as [string, string][]).toString();
  return `${BASE_PATH}${filled}${search === "" ? "" : `?${search}`}`;
}
