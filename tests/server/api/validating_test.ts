import assert from "node:assert/strict";
import { ROUTES } from "../../../server/routes/routes.ts";
import { AnswerChecker, UndocumentedAnswer } from "./validating.ts";

const HEADERS = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'",
  "content-type": "application/json",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "x-request-id": "r1",
};

const PROBLEM = {
  type: "urn:costops:problem:invalid",
  title: "Invalid input",
  status: 422,
  detail: "Cannot",
  code: "invalid",
  request_id: "r1",
};

function check(path: string, body: unknown, { status = 200, headers = {}, method = "GET" } = {}): Promise<Response> {
  const request = new Request(`http://127.0.0.1/api/v1${path}`, { method });
  const text = body === undefined ? null : JSON.stringify(body);
  const type = status >= 400 ? { "content-type": "application/problem+json" } : {};
  const response = new Response(text, { status, headers: { ...HEADERS, ...type, ...headers } });
  return new AnswerChecker(ROUTES).check(request, response);
}

const PAGE = { data: [], pagination: { limit: 20, has_more: false, next_cursor: null } };

Deno.test("AnswerChecker takes what the document says, and leaves its body to be read", async () => {
  assert.deepEqual(await (await check("/usage", PAGE)).json(), PAGE);
  await check("/usage", PROBLEM, { status: 422 });
  await check("/usage/r1", undefined, { status: 204, method: "DELETE" });
  await check("/nothing", { ...PROBLEM, status: 404 }, { status: 404 });
});

Deno.test("AnswerChecker refuses a status, header, content type or field that the document does not say", async () => {
  const wrong: [string, () => Promise<Response>][] = [
    ["status", () => check("/usage", PAGE, { status: 206 })],
    ["problem status", () => check("/usage", { ...PROBLEM, status: 418 }, { status: 418 })],
    ["content type", () => check("/usage", PAGE, { headers: { "content-type": "text/plain" } })],
    ["header", () => check("/usage", PAGE, { headers: { location: "/elsewhere" } })],
    ["no security header", () => check("/usage", PAGE, { headers: { "x-content-type-options": "" } })],
    ["no request id", () => check("/usage", PAGE, { headers: { "x-request-id": "" } })],
    ["missing field", () => check("/usage", { data: [] })],
    ["unknown field", () => check("/usage", { ...PAGE, more: 1 })],
    ["unknown field within", () => check("/usage", { ...PAGE, data: [{ secret: 1 }] })],
    ["wrong type", () => check("/usage", { ...PAGE, pagination: { ...PAGE.pagination, limit: "20" } })],
    [
      "unknown code",
      () => check("/usage", { ...PROBLEM, code: "other", type: "urn:costops:problem:other" }, { status: 422 }),
    ],
    ["other request id", () => check("/usage", { ...PROBLEM, request_id: "r2" }, { status: 422 })],
    ["a problem of another status", () => check("/usage", PROBLEM, { status: 403 })],
    ["no Retry-After", () => check("/usage", { ...PROBLEM, status: 503 }, { status: 503 })],
    ["a body where there is none", () => check("/usage/r1", {}, { status: 200, method: "DELETE" })],
  ];
  for (const [what, answer] of wrong) await assert.rejects(answer(), UndocumentedAnswer, what);
});
