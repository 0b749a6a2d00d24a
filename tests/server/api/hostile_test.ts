/**
 * Requests of people who mean harm, and of programs gone wrong, to every operation: each is answered, soon, and never
 * with a fault of the server. That every refusal is a problem with a documented code is checked of every answer.
 */

import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { openDatabase } from "../../../db/database.ts";
import { LIMITS } from "../../../core/limits.ts";
import { BASE_PATH } from "../../../server/routes/routes.ts";
import { forEachDatabase, withFolder } from "../../db/for_each_database.ts";
import { addressOf, type DocumentedOperation, listNames, listOperations } from "./document.ts";
import { ADDRESS_PARTS, BODIES, TEXTS, VALUES, WRONG_TYPES } from "./hostile_input.ts";
import { sampleBody, sampleQuery } from "./samples.ts";
import { type Sending, type Tenants, withTenants } from "./tenants.ts";

const SOON_MS = 5_000;

interface Attempted {
  readonly method: string;
  readonly address: string;
  readonly sending: Sending;
  readonly what: string;
}

/** Sends a request and says what is wrong with its answer. */
async function attempt(tenants: Tenants, attempted: Attempted): Promise<string[]> {
  const { faults, took } = await sendOnce(tenants, attempted);
  if (took <= SOON_MS) return faults;
  // A machine that is busy with other things is late once; what takes long by itself takes it again.
  const again = await sendOnce(tenants, attempted);
  return [...faults, ...again.faults, ...(again.took > SOON_MS ? [`${attempted.what}: after ${again.took} ms`] : [])];
}

async function sendOnce(
  tenants: Tenants,
  { method, address, sending, what }: Attempted,
): Promise<{ readonly faults: string[]; readonly took: number }> {
  const began = performance.now();
  let response: Response;
  try {
    response = await tenants.send(method, address, sending);
  } catch (error) {
    // An address or a header that no client can send is no request.
    const isNone = error instanceof TypeError && /Invalid URL|header/i.test(error.message);
    return { faults: isNone ? [] : [`${what}: ${error}`.slice(0, 600)], took: 0 };
  }
  const text = await response.text();
  const took = performance.now() - began;
  const faults: string[] = [];
  const said = `${what}: ${response.status} ${text.slice(0, 200)}`;
  if (response.status >= 500) faults.push(said);
  if (response.headers.has("set-cookie") || response.headers.has("x-evil")) {
    faults.push(`${said} with another's header`);
  }
  if (/\bat \w+.*\.ts:\d|SQLITE|pg_|node_modules|\/root\/|\/home\//.test(text)) {
    faults.push(`${said} tells of the inside`);
  }
  return { faults, took };
}

/** What is always sent along, and by whom: who may do everything, so that everything is reached. */
async function prepare(tenants: Tenants, operation: DocumentedOperation) {
  const as = operation.is_public ? null : await tenants.credentialOf({ role: "org_admin" });
  const sample = sampleBody(operation);
  const headers: Record<string, string> = sample === undefined ? {} : { "content-type": sample.content_type };
  return { as, sample, headers, query: sampleQuery(operation) };
}

forEachDatabase("every text in every part of every address is answered without a fault", async ({ open }) => {
  await withTenants(await open(), async (tenants) => {
    const faults: string[] = [];
    for (const operation of listOperations()) {
      const { as, sample, headers, query } = await prepare(tenants, operation);
      const { method } = operation;
      const sending = { as, json: sample?.value, headers };
      const name = operation.operationId;
      const isNamed = listNames(operation, "path").length > 0;
      for (const text of isNamed ? TEXTS : []) {
        const address = addressOf(operation, { params: text, query });
        faults.push(...await attempt(tenants, { method, address, sending, what: `${name} path ${text.slice(0, 40)}` }));
      }
      // Many operations have the same parameters: over all of them a parameter has every text.
      for (const [at, parameter] of listNames(operation, "query").entries()) {
        for (const text of TEXTS.filter((_, index) => (index + at + name.length) % 12 === 0)) {
          const address = addressOf(operation, { params: "unknown-id", query: { ...query, [parameter]: text } });
          const what = `${name} ${parameter}=${text.slice(0, 40)}`;
          faults.push(...await attempt(tenants, { method, address, sending, what }));
        }
      }
      const own = addressOf(operation, { params: "unknown-id", query });
      for (const part of ADDRESS_PARTS) {
        const raw = [
          `${own}${own.includes("?") ? "&" : "?"}${part}=${part}`,
          ...(isNamed ? [own.replace("unknown-id", part)] : []),
        ];
        for (const address of raw) {
          faults.push(
            ...await attempt(tenants, { method, address, sending, what: `${method} ${address.slice(0, 90)}` }),
          );
        }
      }
      const long = `${own}${own.includes("?") ? "&" : "?"}a=${"a".repeat(LIMITS.url_characters)}`;
      faults.push(...await attempt(tenants, { method, address: long, sending, what: `${name} long` }));
    }
    assert.deepEqual(faults, []);
  });
});

forEachDatabase("every value in every field of every body is answered without a fault", async ({ open }) => {
  await withTenants(await open(), async (tenants) => {
    const faults: string[] = [];
    for (const operation of listOperations().filter(({ body }) => body !== undefined)) {
      const { as, sample, headers, query } = await prepare(tenants, operation);
      const address = addressOf(operation, { params: "unknown-id", query });
      const { method, operationId } = operation;
      const send = async (sending: Partial<Sending>, what: string) =>
        faults.push(
          ...await attempt(tenants, {
            method,
            address,
            sending: { as, headers, ...sending },
            what: `${operationId} ${what}`,
          }),
        );
      for (const [field, path] of listFields(sample?.value)) {
        for (const [at, value] of [...VALUES, ...TEXTS].entries()) {
          // Hashing a password takes its time, and many fields are alike: over all of them each value comes often.
          if ((at + field.length) % (operation.is_public ? 5 : 2) !== 0) continue;
          await send(
            { json: put(sample?.value, path, value) },
            `${field} = ${String(JSON.stringify(value)).slice(0, 60)}`,
          );
        }
      }
      for (const body of BODIES) await send({ body, json: undefined }, `body ${String(body).slice(0, 40)}`);
      for (const value of VALUES) await send({ json: value }, `whole ${String(JSON.stringify(value)).slice(0, 60)}`);
    }
    assert.deepEqual(faults, []);
  });
});

forEachDatabase("bodies of a wrong kind or coding are refused, and bombs end early", async ({ open }) => {
  await withTenants(await open(), async (tenants) => {
    const faults: string[] = [];
    for (const operation of listOperations().filter(({ body }) => body !== undefined)) {
      const { as, sample, headers, query } = await prepare(tenants, operation);
      const address = addressOf(operation, { params: "unknown-id", query });
      const { method, operationId } = operation;
      const text = JSON.stringify(sample?.value);
      const whole = gzipSync(text);
      const bomb = gzipSync(new Uint8Array(20_000_000));
      const gzip = { ...headers, "content-encoding": "gzip" };
      const cases: [string, BodyInit, Record<string, string>][] = [
        ["cut short", new Uint8Array(whole.subarray(0, whole.length - 5)), gzip],
        ["damaged", new Uint8Array(whole).fill(0xff, 10, 14), gzip],
        ["no gzip", text, gzip],
        ["a bomb", new Uint8Array(bomb), gzip],
        ["a bomb in a bomb", new Uint8Array(gzipSync(bomb)), gzip],
        ["gzip twice", new Uint8Array(gzipSync(whole)), { ...headers, "content-encoding": "gzip, gzip" }],
        ["another coding", text, { ...headers, "content-encoding": "br" }],
        ...WRONG_TYPES.map((
          type,
        ): [string, BodyInit, Record<string, string>] => [type, text, { "content-type": type }]),
        ["a wrong length", text, { ...headers, "content-length": "-1" }],
        ["too large", " ".repeat(LIMITS.batch_bytes + 1), headers],
      ];
      for (const [what, body, given] of cases) {
        const sending = { as, body, headers: given };
        faults.push(...await attempt(tenants, { method, address, sending, what: `${operationId} ${what}` }));
      }
    }
    assert.deepEqual(faults, []);
  });
});

Deno.test("credentials and other headers of any content are answered without a fault", async () => {
  await withFolder(async (folder) => {
    const database = await openDatabase(`${folder}/costops.db`);
    try {
      await withTenants(database, async (tenants) => {
        const as = await tenants.credentialOf({ role: "viewer" });
        const faults: string[] = [];
        const names = [
          "authorization",
          "x-api-key",
          "x-request-id",
          "idempotency-key",
          "host",
          "accept",
          "origin",
          "range",
        ];
        const values = TEXTS.filter((text) => /^[\x20-\x7e\x80-\xff]*$/.test(text));
        for (const name of names) {
          for (const value of [...values, `Bearer ${"a".repeat(20_000)}`, "Bearer a.b.c", "Bearer", "Basic YTpi"]) {
            const sending = { as: name === "authorization" ? null : as, headers: { [name]: value } };
            const address = `${BASE_PATH}/usage`;
            faults.push(
              ...await attempt(tenants, { method: "GET", address, sending, what: `${name}: ${value.slice(0, 40)}` }),
            );
          }
        }
        assert.deepEqual(faults, []);
      });
    } finally {
      await database.close();
    }
  });
});

forEachDatabase("requests made at random from the document have no fault", async ({ open }) => {
  await withTenants(await open(), async (tenants) => {
    const operations = listOperations().filter(({ is_public, permission }) => !is_public && permission !== null);
    const as = await tenants.credentialOf({ role: "org_admin" });
    const text = fc.oneof(fc.constantFrom(...TEXTS), fc.string({ unit: "binary", maxLength: 40 }));
    const value = fc.oneof(
      text,
      fc.constantFrom(...VALUES),
      fc.double(),
      fc.maxSafeInteger(),
      fc.jsonValue({ maxDepth: 3 }),
    );
    const request = fc.constantFrom(...operations).chain((operation) => {
      const sample = sampleBody(operation);
      const fields = listFields(sample?.value).map(([, path]) => path);
      return fc.record({
        operation: fc.constant(operation),
        id: text,
        query: fc.dictionary(fc.oneof(...[fc.constantFrom("x", ...listNames(operation, "query")), text]), text, {
          maxKeys: 4,
        }),
        changes: fc.array(fc.tuple(fc.constantFrom(["x"], ...fields), value), { maxLength: 3 }),
        key: fc.option(fc.string({ minLength: 1, maxLength: 300 })),
      });
    });
    await fc.assert(
      fc.asyncProperty(request, async ({ operation, id, query, changes, key }) => {
        const { headers, sample } = await describe(operation);
        const wellFormed = Object.fromEntries(
          Object.entries(query).map(([name, one]) => [name.toWellFormed(), one.toWellFormed()]),
        );
        const address = addressOf(operation, {
          params: id.toWellFormed() || "x",
          query: { ...sampleQuery(operation), ...wellFormed },
        });
        const json = changes.reduce((whole, [path, changed]) => put(whole, path, changed), sample?.value);
        const isAscii = key !== null && /^[\x20-\x7e]+$/.test(key);
        const keyed = isAscii ? { ...headers, "idempotency-key": key } : headers;
        const sending = { as, json: sample === undefined ? undefined : json, headers: keyed };
        const what = `${operation.method} ${address} ${JSON.stringify(sending.json)}`;
        assert.deepEqual(await attempt(tenants, { method: operation.method, address, sending, what }), []);
      }),
      { numRuns: 500 },
    );
  });
});

function describe(operation: DocumentedOperation) {
  const sample = sampleBody(operation);
  const headers: Record<string, string> = sample === undefined ? {} : { "content-type": sample.content_type };
  return { sample, headers };
}

/** Fields of a value with the way to them: its own, and those of the first of its lists. */
function listFields(value: unknown, at: readonly string[] = []): (readonly [string, readonly string[]])[] {
  if (typeof value !== "object" || value === null || at.length > 3) return [];
  return Object.entries(value).flatMap(([name, inner]) => [
    [[...at, name].join("/"), [...at, name]] as const,
    ...listFields(inner, [...at, name]),
  ]);
}

function put(whole: unknown, [name, ...rest]: readonly string[], value: unknown): unknown {
  if (name === undefined) return value;
  if (Array.isArray(whole)) return whole.map((item, at) => String(at) === name ? put(item, rest, value) : item);
  const inner = (typeof whole === "object" && whole !== null ? whole : {}) as Record<string, unknown>;
  return { ...inner, [name]: put(inner[name], rest, value) };
}
