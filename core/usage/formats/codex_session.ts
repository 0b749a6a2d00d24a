/**
 * A session of Codex and those it was forked from: which of them made a call that stands in its log.
 */

import { isObject } from "../fields.ts";
import type { SourceObject } from "../format.ts";
import { findText } from "../labels.ts";

/** A session, as the `session_meta` of a log says it; without one, nothing is known of it. */
export class CodexSession {
  readonly id: string | undefined;
  readonly provider: string | undefined;
  readonly model: string | undefined;
  readonly cwd: string | undefined;
  readonly branch: string | undefined;
  readonly version: string | undefined;
  /** The nearest first. */
  readonly #ancestors: string[] = [];

  constructor(meta: SourceObject = {}) {
    // An agent's `session_id` is that of the session that started it.
    this.id = findText(meta.id) ?? findText(meta.session_id);
    this.provider = findText(meta.model_provider);
    this.model = findText(meta.model);
    this.cwd = findText(meta.cwd);
    this.branch = isObject(meta.git) ? findText(meta.git.branch) : undefined;
    this.version = findText(meta.cli_version);
    const parent = findText(meta.forked_from_id) ?? findText(meta.parent_thread_id) ?? findSpawner(meta.source);
    if (parent !== undefined && parent !== this.id) this.#ancestors.push(parent);
  }

  /** Whether the log may hold all of the conversation from its first call. */
  get isOwnBeginning(): boolean {
    return this.id !== undefined && this.#ancestors.length === 0;
  }

  /** Whether the other session is this one or one that it was forked from, as far as the log has said. */
  isHeirOf({ id }: CodexSession): boolean {
    return id !== undefined && (id === this.id || this.#ancestors.includes(id));
  }

  /** Takes in whose heir an ancestor is in turn. */
  addAncestor(ancestor: CodexSession): void {
    for (const id of ancestor.#ancestors) if (id !== this.id && !this.#ancestors.includes(id)) this.#ancestors.push(id);
  }

  /**
   * The session that made the calls of a turn: the youngest that was there when the turn began, as both ids tell their
   * time (UUID version 7); the first of all where they do not. Copies of the turn in other logs lead to the same one.
   */
  findMaker(turnId: string | undefined): string | undefined {
    if (this.id === undefined) return undefined;
    const began = turnId === undefined ? undefined : timeOfUuid(turnId);
    const line = [this.id, ...this.#ancestors];
    if (began !== undefined) {
      for (const id of line) {
        const created = timeOfUuid(id);
        if (created !== undefined && created <= began) return id;
      }
    }
    return line.at(-1);
  }
}

/** The session that started an agent. */
function findSpawner(source: unknown): string | undefined {
  if (!isObject(source) || !isObject(source.subagent) || !isObject(source.subagent.thread_spawn)) return undefined;
  return findText(source.subagent.thread_spawn.parent_thread_id);
}

const UUID_7 = /^([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** When a UUID of version 7 was made, in milliseconds since 1970 UTC; undefined for any other text. */
function timeOfUuid(text: string): number | undefined {
  const match = UUID_7.exec(text);
  return match === null ? undefined : parseInt(`${match[1]}${match[2]}`, 16);
}
