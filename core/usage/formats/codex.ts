/**
 * Session logs of Codex (`~/.codex/sessions/**.jsonl`): events whose counters add up over the session, so that a call is
 * the difference to the event before (OpenAI's codex repository, and what tools that read its logs found, 2026-11).
 *
 * The log says a counter again without a call (for its rate limits), and the log of a forked session begins with copies
 * of its parent's events, their times rewritten. The id of a call is therefore its place in the conversation: the
 * session that made it and the counters after it. A copy has the same id whatever file it stands in and whichever is
 * read first (core/usage/formats/codex_session.ts).
 */

import { addInput, addOutput } from "../breakdown.ts";
import { flag, newDraft, type OpenDraft, setServiceTier, sumTokens } from "../draft.ts";
import { isAbsent, isObject } from "../fields.ts";
import type { Format, FormatReader, SourceObject } from "../format.ts";
import { addTag, findText } from "../labels.ts";
import { fitId } from "../long_id.ts";
import { baseName } from "../path.ts";
import type { UsageDraft } from "../record.ts";
import { readTimestamp } from "../timestamp.ts";
import { countCall, type CountedEvent, type Counters, readCounters } from "./codex_counters.ts";
import { CodexSession } from "./codex_session.ts";
import { readNothing } from "./no_usage.ts";

/** Codex's session logs. */
export const codex: Format = {
  name: "codex",
  title: "Codex session log",
  may_supersede: true,
  detect(value) {
    if (typeof value.type === "string" && isObject(value.payload)) return !isAbsent(value.timestamp);
    return isEarlyLine(value);
  },
  read: (value) => new CodexReader().read(value),
  open: () => new CodexReader(),
};

/** What the log said of the turn that is going on. */
interface Turn {
  readonly id?: string;
  readonly model?: string;
  readonly cwd?: string;
  readonly service_tier?: string;
}

class CodexReader implements FormatReader {
  #session = new CodexSession();
  /** A session that the log named after it had begun to count: another file's, when the counters begin again. */
  #next: CodexSession | undefined;
  #turn: Turn = {};
  #before: CountedEvent | undefined;
  /** How often the counters have begun again. */
  #restarts = 0;

  read(value: SourceObject): readonly UsageDraft[] {
    if (!codex.detect(value)) return readNothing(codex, value);
    const { payload } = value;
    if (!isObject(payload)) return [];
    if (value.type === "session_meta") this.#meet(payload);
    else if (value.type === "turn_context") this.#beginTurn(payload);
    else if (value.type === "event_msg") return this.#hear(value, payload);
    return [];
  }

  /** The log begins with its own session, and goes on with those it was forked from. */
  #meet(meta: SourceObject): void {
    const met = new CodexSession(meta);
    if (!this.#session.isHeirOf(met)) {
      this.#begin(met);
      this.#turn = {};
      return;
    }
    this.#session.addAncestor(met);
    if (this.#before !== undefined && met.id !== this.#session.id) this.#next = met;
  }

  #begin(session: CodexSession): void {
    this.#session = session;
    this.#next = undefined;
    this.#before = undefined;
    this.#restarts = 0;
  }

  #beginTurn(context: SourceObject): void {
    this.#turn = {
      id: findText(context.turn_id) ?? this.#turn.id,
      model: findText(context.model) ?? this.#turn.model,
      cwd: findText(context.cwd) ?? this.#turn.cwd,
      service_tier: findText(context.service_tier) ?? this.#turn.service_tier,
    };
  }

  #hear(line: SourceObject, payload: SourceObject): readonly UsageDraft[] {
    if (payload.type === "task_started" || payload.type === "turn_started") {
      this.#turn = { ...this.#turn, id: findText(payload.turn_id) ?? this.#turn.id };
    } else if (payload.type === "thread_settings_applied" && isObject(payload.thread_settings)) {
      this.#beginTurn(payload.thread_settings);
    } else if (payload.type === "token_count" && isObject(payload.info)) {
      return this.#count(line, payload.info);
    }
    return [];
  }

  #count(line: SourceObject, info: SourceObject): readonly UsageDraft[] {
    const event = {
      total: readCounters(info.total_token_usage, "total_token_usage"),
      last: readCounters(info.last_token_usage, "last_token_usage"),
    };
    let call = countCall(this.#before, event);
    if (call?.is_restart === true && this.#next !== undefined) {
      this.#begin(this.#next);
      call = countCall(undefined, event);
    }
    this.#next = undefined;
    if (call === undefined) return [];
    if (call.is_restart) this.#restarts++;
    const isFirst = this.#before === undefined;
    this.#before = { total: call.total, last: event.last };
    const draft = newDraft();
    addCounters(draft, call.used);
    if (sumTokens(draft) === 0) return [];
    // A log that begins in the middle of a conversation is an heir's, or a part of a file.
    if (isFirst && call.is_partial && this.#session.isOwnBeginning) flag(draft, "total_mismatch");
    this.#addNames(draft, { line, info, total: call.total });
    return [draft];
  }

  #addNames(draft: OpenDraft, at: { line: SourceObject; info: SourceObject; total: Counters }): void {
    const { line, info } = at;
    const session = this.#session;
    draft.id = this.#tellId(at.total);
    draft.timestamp = readTimestamp(line.timestamp, "timestamp");
    draft.provider = session.provider ?? "openai";
    draft.operation = "chat";
    draft.session = session.findMaker(this.#turn.id);
    const cwd = this.#turn.cwd ?? session.cwd;
    draft.project = cwd === undefined ? undefined : baseName(cwd);
    addTag(draft, "branch", session.branch);
    addTag(draft, "version", session.version);
    // Codex asks for the fast mode as the priority tier.
    const tier = this.#turn.service_tier;
    setServiceTier(draft, tier === "fast" ? "priority" : tier);
    draft.model = findText(info.model) ?? this.#turn.model ?? session.model;
    if (draft.model !== undefined) return;
    draft.model = "unknown";
    flag(draft, "missing_model");
  }

  /** Undefined where the log does not say whose it is: then the content tells the record. */
  #tellId(total: Counters): string | undefined {
    const maker = this.#session.findMaker(this.#turn.id);
    if (maker === undefined) return undefined;
    const { input, cached, written, output, reasoning } = total;
    const restarts = this.#restarts === 0 ? "" : `:${this.#restarts}`;
    return fitId(`${maker}:${input}-${cached}-${written}-${output}-${reasoning}${restarts}`);
  }
}

function addCounters(draft: OpenDraft, used: Counters): void {
  addInput(draft, { total: used.input, cached: used.cached, written: used.written });
  addOutput(draft, { total: used.output, reasoning: used.reasoning });
}

/** Lines of the logs of 2025-08 and before, which stand without an envelope and count nothing. */
function isEarlyLine(value: SourceObject): boolean {
  if (isObject(value.usage) || isObject(value.message)) return false;
  if (value.record_type === "state") return true;
  if (isAbsent(value.type)) return "instructions" in value && !isAbsent(value.id) && !isAbsent(value.timestamp);
  if (value.type === "message") return Array.isArray(value.content) && value.content.some(isPrompt);
  if (value.type === "reasoning") return Array.isArray(value.summary);
  return typeof value.type === "string" && /^(?:function|local_shell|custom_tool)_call/.test(value.type) &&
    !isAbsent(value.call_id);
}

function isPrompt(part: unknown): boolean {
  return isObject(part) && (part.type === "input_text" || part.type === "output_text");
}
