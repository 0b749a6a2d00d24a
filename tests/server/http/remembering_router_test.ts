import assert from "node:assert/strict";
import { TrieRouter } from "hono/router/trie-router";
import { RememberingRouter } from "../../../server/http/remembering_router.ts";

const ADDED = [["ALL", "/usage"], ["POST", "/usage"], ["GET", "/usage/stats"], ["GET", "/usage/:id"], [
  "ALL",
  "*",
]] as const;

Deno.test("RememberingRouter finds what the tree finds, the first time and again", () => {
  const router = new RememberingRouter<string>();
  const tree = new TrieRouter<string>();
  for (const [method, path] of ADDED) {
    router.add(method, path, `${method} ${path}`);
    tree.add(method, path, `${method} ${path}`);
  }
  for (const round of ["first", "again"]) {
    for (const method of ["GET", "POST", "PROPFIND"]) {
      for (const path of ["/usage", "/usage/stats", "/usage/1", "/usage/1/2", "/", "/usage/"]) {
        assert.deepEqual(router.match(method, path), tree.match(method, path), `${round} ${method} ${path}`);
      }
    }
  }
});

Deno.test("RememberingRouter finds what was added after a path was looked up", () => {
  const router = new RememberingRouter<string>();
  router.add("GET", "/usage", "one");
  assert.equal(router.match("GET", "/usage")[0].length, 1);
  router.add("ALL", "*", "two");
  assert.deepEqual(router.match("GET", "/usage")[0].map(([handler]) => handler), ["one", "two"]);
});
