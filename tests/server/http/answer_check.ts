/**
 * Holds every answer of a test to what its route's schemas say of it.
 */

import assert from "node:assert/strict";
import type { Route } from "../../../server/routes/route.ts";
import { BASE_PATH, ROUTES } from "../../../server/routes/routes.ts";
import { Problem } from "../../../server/routes/schemas/problem.ts";

/** Checks an answer; bodies that are no JSON are not looked into. */
export async function checkAnswer(method: string, path: string, response: Response): Promise<void> {
  const type = response.headers.get("content-type");
  if (type === "application/problem+json") {
    const problem = Problem.parse(await response.clone().json());
    assert.equal(problem.status, response.status);
    assert.equal(problem.request_id, response.headers.get("x-request-id"));
    return;
  }
  const route = findRoute(method, path);
  if (route === undefined) return;
  const reply = route.replies[response.status];
  assert.ok(reply !== undefined, `${route.method} ${route.path} answered ${response.status}, which it does not say`);
  if (type !== "application/json") return;
  const parsed = reply.schema?.safeParse(await response.clone().json());
  assert.ok(parsed?.success, `${route.method} ${route.path} ${response.status}: ${parsed?.error?.message}`);
}

function findRoute(method: string, path: string): Route | undefined {
  const below = path.startsWith(`${BASE_PATH}/`) ? path.slice(BASE_PATH.length).replace(/\?.*$/, "") : "";
  return ROUTES.filter((route) => route.method === method.toLowerCase())
    .sort((one, other) => one.path.split("{").length - other.path.split("{").length)
    .find((route) => new RegExp(`^${route.path.replaceAll(/\{\w+\}/g, "[^/]+")}$`).test(below));
}
