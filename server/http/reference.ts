/**
 * The reference of the API as one HTML page, made of the OpenAPI document: no script, nothing from elsewhere.
 */

import {
  escapeHtml,
  type JsonSchema,
  writeProse,
  writeRow,
  writeSchema,
  writeTable,
  writeType,
} from "./reference_schema.ts";

/** The OpenAPI document as far as the page shows it. */
export interface ReferenceDocument {
  readonly info: { readonly title: string; readonly version: string; readonly description?: string };
  readonly servers?: readonly { readonly url: string }[];
  readonly tags?: readonly { readonly name: string; readonly description?: string }[];
  readonly paths?: Readonly<Record<string, object>>;
  readonly components?: { readonly schemas?: Readonly<Record<string, unknown>> };
}

interface OperationEntry {
  readonly operationId: string;
  readonly summary?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly security?: readonly unknown[];
  readonly "x-permission"?: string | null;
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
    readonly description?: string;
    readonly schema?: JsonSchema;
  }[];
  readonly requestBody?: { readonly content: Content };
  readonly servers?: readonly { readonly url: string }[];
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Content }>>;
}

type Content = Readonly<Record<string, { readonly schema?: JsonSchema }>>;

interface Endpoint {
  readonly method: string;
  readonly path: string;
  readonly operation: OperationEntry;
}

/** Writes the page. */
export function writeReference(document: ReferenceDocument): string {
  const { info, tags = [], servers = [] } = document;
  const endpoints = listEndpoints(document);
  const base = servers[0]?.url ?? "";
  const sections = tags.map(({ name, description }) => {
    const own = endpoints.filter(({ operation }) => operation.tags?.includes(name) === true);
    const articles = own.map((endpoint) => writeEndpoint(endpoint, base)).join("");
    return `<section><h2 id="tag-${escapeHtml(name)}">${escapeHtml(name)}</h2>` +
      `<p>${writeProse(description)}</p>${articles}</section>`;
  });
  const schemas = Object.entries(document.components?.schemas ?? {}).map(([name, schema]) => {
    const { description } = schema as JsonSchema;
    return `<article><h3 id="schema-${escapeHtml(name)}">${escapeHtml(name)}</h3>` +
      `<p>${writeProse(description)}</p>${writeSchema(schema as JsonSchema)}</article>`;
  });
  const title = `${escapeHtml(info.title)} API ${escapeHtml(info.version)}`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="docs/style.css"></head><body>
<nav aria-label="Contents">${writeContents(document, endpoints)}</nav>
<main><h1>${title}</h1><p>${writeProse(info.description)}</p>
<p>Send an access token or an API key as <code>Authorization: Bearer …</code>, or an API key as
<code>X-API-Key: …</code>. Paths are below <code>${escapeHtml(base)}</code>. The same as a file for tools:
<a href="openapi.json">openapi.json</a>.</p>
${sections.join("\n")}
<section><h2 id="schemas">Schemas</h2>${schemas.join("\n")}</section></main></body></html>
`;
}

function listEndpoints({ paths = {} }: ReferenceDocument): Endpoint[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method, path, operation: operation as OperationEntry }))
  );
}

function writeContents({ tags = [] }: ReferenceDocument, endpoints: readonly Endpoint[]): string {
  const groups = tags.map(({ name }) => {
    const links = endpoints.filter(({ operation }) => operation.tags?.includes(name) === true)
      .map(({ operation }) =>
        `<li><a href="#${escapeHtml(operation.operationId)}">${writeProse(operation.summary)}</a>`
      );
    return `<li><a href="#tag-${escapeHtml(name)}">${escapeHtml(name)}</a><ul>${links.join("")}</ul>`;
  });
  return `<ul>${groups.join("")}<li><a href="#schemas">Schemas</a></ul>`;
}

function writeEndpoint({ method, path, operation }: Endpoint, base: string): string {
  const permission = operation["x-permission"];
  const access = operation.security?.length === 0
    ? "Needs no credential."
    : permission == null
    ? "Needs a credential."
    : `Needs the permission <code>${escapeHtml(permission)}</code>.`;
  const parameters =
    operation.parameters?.map(({ name, required, description, schema = {}, in: place }) =>
      writeRow(`${name}`, { schema, isRequired: required === true, description: description ?? `In the ${place}.` })
    ) ?? [];
  return `<article><h3 id="${escapeHtml(operation.operationId)}">${writeProse(operation.summary)}</h3>` +
    `<p class="line"><span class="method">${escapeHtml(method.toUpperCase())}</span> ` +
    `<code>${escapeHtml((operation.servers?.[0]?.url ?? base).replace(/\/$/, "") + path)}</code></p>` +
    `<p>${writeProse(operation.description)} ${access}</p>` +
    (parameters.length === 0 ? "" : `<h4>Parameters</h4>${writeTable(parameters)}`) +
    (operation.requestBody === undefined ? "" : `<h4>Body</h4>${writeContent(operation.requestBody.content)}`) +
    `<h4>Answers</h4>${writeResponses(operation.responses)}</article>`;
}

function writeContent(content: Content): string {
  const kinds = Object.entries(content).map(([type, { schema = {} }]) =>
    `<li><code>${escapeHtml(type)}</code>: ${writeType(schema)}${schema.description === undefined ? "" : ". "}${
      writeProse(schema.description)
    }`
  );
  return `<ul>${kinds.join("")}</ul>`;
}

function writeResponses(responses: OperationEntry["responses"]): string {
  const items = Object.entries(responses).map(([status, { description, content = {} }]) => {
    const schemas = Object.values(content).map(({ schema = {} }) => writeType(schema));
    const what = schemas.length === 0 ? "" : `: ${schemas.join(" or ")}`;
    return `<li><code>${escapeHtml(status)}</code> ${writeProse(description)}${what}`;
  });
  return `<ul>${items.join("")}</ul>`;
}
