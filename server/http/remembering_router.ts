/**
 * Hono's router for paths of every kind, which looks a path without parameters up only once.
 */

import type { Result, Router } from "hono/router";
import { TrieRouter } from "hono/router/trie-router";

/** Finds handlers as {@link TrieRouter} does. Hono's quicker one takes no words beside parameters: `/a/b`, `/a/:id`. */
export class RememberingRouter<T> implements Router<T> {
  readonly name = "RememberingRouter";
  readonly #router = new TrieRouter<T>();
  /** What was found for each method and path of those that were added, so that there are never more than these. */
  readonly #found = new Map<string, Map<string, Result<T>>>();

  add(method: string, path: string, handler: T): void {
    this.#router.add(method, path, handler);
    if (!/[:*{?]/.test(path)) this.#found.set(path, new Map());
    for (const found of this.#found.values()) found.clear();
  }

  match(method: string, path: string): Result<T> {
    const byMethod = this.#found.get(path);
    const known = byMethod?.get(method);
    if (known !== undefined) return known;
    const found = this.#router.match(method, path);
    if (METHODS.has(method)) byMethod?.set(method, found);
    return found;
  }
}

/** A client may write any word for a method. */
const METHODS: ReadonlySet<string> = new Set(["GET", "POST", "PUT", "DELETE"]);
