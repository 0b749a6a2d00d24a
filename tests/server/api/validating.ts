/**
 * Holds every answer of an app to the OpenAPI document: its status, content type, headers and body.
 *
 * The document's objects are taken at their word: a field that it does not name is a fault, as a missing one is.
 */

import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import type { Hono } from "hono";
import { ERROR_KINDS } from "../../../core/error.ts";
import { REJECTION_CODES } from "../../../core/usage/record.ts";
import type { Route } from "../../../server/routes/route.ts";
import { BASE_PATH, ROUTES } from "../../../server/routes/routes.ts";
import {
  type ApiDocument,
  type DocumentedOperation,
  type JsonSchema,
  listOperations,
  readDocument,
  resolveSchema,
} from "./document.ts";

/** An answer that is not as the document says. */
export class UndocumentedAnswer extends Error {}

/** Every code that a problem may have. */
export const PROBLEM_CODES: ReadonlySet<string> = new Set([...Object.keys(ERROR_KINDS), ...REJECTION_CODES]);

/** Headers that every answer has, with what they must be. */
const EVERYWHERE: Readonly<Record<string, RegExp>> = {
  "x-request-id": /^[\x21-\x7e]{1,128}$/,
  "cache-control": /^no-store(, no-transform)?$|^public/,
  "x-content-type-options": /^nosniff$/,
  "x-frame-options": /^DENY$/,
  "referrer-policy": /^no-referrer$/,
  "content-security-policy": /^default-src 'none'/,
};

/** Statuses that any address may answer, whatever operation is there: they are said once, as `default`. */
const DEFAULT_STATUSES = [404, 405, 408, 414];

/** Lets an app answer only what its document says; what it says otherwise is thrown. */
export function holdToDocument(app: Hono, routes: readonly Route[] = ROUTES): Hono {
  const checker = checkerOf(routes);
  const answer = app.fetch;
  app.fetch = async (request, ...rest) => await checker.check(request, await answer(request, ...rest));
  return app;
}

const checkers = new WeakMap<readonly Route[], AnswerChecker>();

function checkerOf(routes: readonly Route[]): AnswerChecker {
  const known = checkers.get(routes) ?? new AnswerChecker(routes);
  checkers.set(routes, known);
  return known;
}

/** Checks answers against the document of some routes. */
export class AnswerChecker {
  readonly #document: ApiDocument;
  readonly #operations: readonly { readonly pattern: RegExp; readonly operation: DocumentedOperation }[];
  readonly #ajv: Ajv2020;
  readonly #validators = new Map<string, ValidateFunction>();

  constructor(routes: readonly Route[]) {
    this.#document = readDocument(routes);
    this.#operations = listOperations(this.#document)
      .map((operation) => ({ pattern: toPattern(operation.path), operation }))
      .sort((one, other) => rank(one.operation.path) < rank(other.operation.path) ? -1 : 1);
    // A whole schema is compiled once for each answer; the document has no formats but these.
    const formats = {
      date: /^\d{4}-\d{2}-\d{2}$/,
      "date-time": /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/,
    };
    this.#ajv = new Ajv2020({ strict: false, allErrors: false, formats });
  }

  /** The answer itself when it is as the document says. Fails with {@link UndocumentedAnswer}. */
  async check(request: Request, response: Response): Promise<Response> {
    // An address that is none is answered too.
    const { pathname } = URL.canParse(request.url) ? new URL(request.url) : { pathname: "" };
    const operation = this.#find(request.method, pathname);
    const where = `${request.method} ${operation?.path ?? pathname} -> ${response.status}`;
    const fail = (what: string): never => {
      throw new UndocumentedAnswer(`${where}: ${what}`);
    };
    for (const [name, wanted] of Object.entries(EVERYWHERE)) {
      if (!wanted.test(response.headers.get(name) ?? "")) fail(`the header ${name} is "${response.headers.get(name)}"`);
    }
    if (response.status >= 400) checkProblemHeaders(response, fail);
    if (operation === undefined) {
      // The pages of the system are not of the API; whatever is below its base path is.
      if (response.status >= 400 && pathname.startsWith(`${BASE_PATH}/`)) {
        await this.#checkProblem(response, fail);
      }
      return response;
    }
    return await this.#checkAnswer(operation, { response, isHead: request.method === "HEAD", fail });
  }

  #find(method: string, pathname: string): DocumentedOperation | undefined {
    const wanted = method === "HEAD" ? "GET" : method;
    return this.#operations.find(({ pattern, operation }) => operation.method === wanted && pattern.test(pathname))
      ?.operation;
  }

  async #checkAnswer(
    operation: DocumentedOperation,
    { response, isHead, fail }: {
      readonly response: Response;
      readonly isHead: boolean;
      readonly fail: (what: string) => never;
    },
  ): Promise<Response> {
    const { status } = response;
    const isAnyones = DEFAULT_STATUSES.includes(status) || status >= 500;
    const key = operation.responses[status] === undefined && isAnyones ? "default" : String(status);
    const documented = operation.responses[key] ?? fail("the status is not in the document");
    for (const name of OWN_HEADERS) {
      if (response.headers.has(name) && !hasHeader(documented, name)) fail(`the header ${name} is not in the document`);
    }
    if (documented.content === undefined) {
      if (!isHead && await response.clone().text() !== "") fail("it has a body and should have none");
      return response;
    }
    const type = response.headers.get("content-type")?.split(";")[0] ?? "";
    const schema = documented.content[type]?.schema ?? fail(`the content type "${type}" is not in the document`);
    if (isHead || schema.format === "binary") return response;
    const check = (value: unknown) =>
      this.#checkBody({ schema, key: `${operation.operationId} ${key} ${type}` }, value, fail);
    if (type === "application/x-ndjson") return checkLines(response, check);
    const value = readJson(await response.clone().text(), fail);
    check(value);
    if (type === "application/problem+json") checkProblem(value as Problem, response, fail);
    return response;
  }

  async #checkProblem(response: Response, fail: (what: string) => never): Promise<void> {
    if (response.body === null) return;
    const value = readJson(await response.clone().text(), fail);
    this.#checkBody({ schema: { $ref: "#/components/schemas/Problem" }, key: "Problem" }, value, fail);
    checkProblem(value as Problem, response, fail);
  }

  #checkBody(
    { schema, key }: { readonly schema: JsonSchema; readonly key: string },
    value: unknown,
    fail: (what: string) => never,
  ): void {
    let validate = this.#validators.get(key);
    if (validate === undefined) {
      validate = this.#ajv.compile(closeObjects(schema, this.#document) as object);
      this.#validators.set(key, validate);
    }
    if (validate(value)) return;
    const [error] = validate.errors ?? [];
    const { instancePath, message, params } = error!;
    fail(`${instancePath || "the body"} ${message} ${JSON.stringify(params)}: ${JSON.stringify(value).slice(0, 400)}`);
  }
}

/** Headers that tell a client something, so the document has to name them. */
const OWN_HEADERS = ["location", "idempotency-replayed", "ratelimit", "ratelimit-policy"];

function hasHeader({ headers = {} }: { readonly headers?: Readonly<Record<string, unknown>> }, name: string): boolean {
  return Object.keys(headers).some((documented) => documented.toLowerCase() === name);
}

interface Problem {
  readonly type: string;
  readonly status: number;
  readonly code: string;
  readonly request_id: string;
}

function checkProblem(problem: Problem, response: Response, fail: (what: string) => never): void {
  if (problem.status !== response.status) fail(`the problem says ${problem.status}`);
  if (problem.request_id !== response.headers.get("x-request-id")) fail(`the problem's request_id is not the header's`);
  if (!PROBLEM_CODES.has(problem.code)) fail(`the code "${problem.code}" is in no table`);
  if (problem.type !== `urn:costops:problem:${problem.code}`) fail(`the type "${problem.type}" is not the code's`);
}

function checkProblemHeaders(response: Response, fail: (what: string) => never): void {
  const { status, headers } = response;
  const type = headers.get("content-type");
  const isBatch = status === 422 && type === "application/json";
  const isPage = status === 503 && type === "application/json";
  if (type !== "application/problem+json" && !isBatch && !isPage) fail(`the content type is "${type}"`);
  if ((status === 429 || status === 503) && !/^[1-9]\d*$/.test(headers.get("retry-after") ?? "")) {
    fail("no Retry-After");
  }
  if (status === 401 && !headers.has("www-authenticate")) fail("no WWW-Authenticate");
  if (status === 405 && !headers.has("allow")) fail("no Allow");
}

/** Checks a stream's lines on their way to whoever reads them. */
function checkLines(response: Response, check: (value: unknown) => void): Response {
  if (response.body === null) return response;
  const decoder = new TextDecoder();
  let rest = "";
  const checking = new TransformStream<Uint8Array, Uint8Array>(
    {
      transform(chunk, controller) {
        const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) check(JSON.parse(line));
        controller.enqueue(chunk);
      },
      flush() {
        if (rest !== "") throw new UndocumentedAnswer(`the last line has no end: ${rest.slice(0, 200)}`);
      },
    },
    { highWaterMark: 1 },
    { highWaterMark: 0 },
  );
  return new Response(response.body.pipeThrough(checking), response);
}

function readJson(text: string, fail: (what: string) => never): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return fail(`the body is no JSON: ${text.slice(0, 200)}`);
  }
}

function toPattern(path: string): RegExp {
  const text = `${BASE_PATH}${path}`.replaceAll(/[.*+?^$()|[\]\\]/g, "\\$&").replaceAll(/\{\w+\}/g, "[^/]+");
  return new RegExp(`^${text}$`);
}

/** Words before parameters. */
function rank(path: string): string {
  return path.replaceAll("{", "\u{10FFFF}");
}

/** A schema with what it refers to inside, whose objects have no other fields than it names. */
function closeObjects(schema: JsonSchema, document: ApiDocument): JsonSchema {
  return close(schema, { document, isPart: false });
}

function close(
  given: JsonSchema,
  { document, isPart }: { readonly document: ApiDocument; readonly isPart: boolean },
): JsonSchema {
  const schema = resolveSchema(given, document);
  const whole = (child: JsonSchema) => close(child, { document, isPart: false });
  const part = (child: JsonSchema) => close(child, { document, isPart: true });
  const closed: Record<string, unknown> = { ...schema };
  if (schema.items !== undefined) closed.items = whole(schema.items);
  if (schema.properties !== undefined) {
    closed.properties = Object.fromEntries(Object.entries(schema.properties).map(([name, of]) => [name, whole(of)]));
  }
  if (typeof schema.additionalProperties === "object") closed.additionalProperties = whole(schema.additionalProperties);
  if (schema.anyOf !== undefined) closed.anyOf = schema.anyOf.map(whole);
  if (schema.oneOf !== undefined) closed.oneOf = schema.oneOf.map(whole);
  if (schema.allOf !== undefined) closed.allOf = schema.allOf.map(part);
  const isOpen = schema.properties !== undefined && schema.additionalProperties === undefined;
  if ((isOpen || schema.allOf !== undefined) && !isPart) closed.unevaluatedProperties = false;
  return closed as JsonSchema;
}
