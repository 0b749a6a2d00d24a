/**
 * Session logs of Claude Code (`~/.claude/projects/<project>/<session>.jsonl`): one line an event, of which those with a
 * `message.usage` are calls.
 *
 * One call stands in several lines: one for each part of its content, written while it streams with the output so far;
 * again in the logs of sessions that were resumed or forked; and again as progress in the log of the session that
 * started an agent. `message.id` and `requestId` make them one record, and the line with the most output stays.
 */

import { isAbsent, isObject, readAmountText } from "../fields.ts";
import type { Format, SourceObject } from "../format.ts";
import { findText } from "../labels.ts";
import { fitId } from "../long_id.ts";
import { baseName } from "../path.ts";
import type { UsageDraft } from "../record.ts";
import { readAnthropicMessage } from "./anthropic_messages.ts";
import { readNothing } from "./no_usage.ts";

/** Fields of which every line of the log has one, beside its type. */
const MARKS = ["sessionId", "leafUuid", "uuid", "parentUuid", "messageId", "isSidechain", "agentId"];
/** The model of lines that Claude Code wrote itself, without a call. */
const SYNTHETIC = "<synthetic>";

/** Claude Code's session logs. */
export const claudeCode: Format = {
  name: "claude-code",
  title: "Claude Code session log",
  may_supersede: true,
  detect(value) {
    return typeof value.type === "string" && !isObject(value.payload) && !isObject(value.usage) &&
      MARKS.some((mark) => !isAbsent(value[mark]));
  },
  read(value) {
    if (!claudeCode.detect(value)) return readNothing(claudeCode, value);
    const call = findCall(value);
    return call === undefined ? [] : readCall(call);
  },
};

/** A line's call: the event that holds the message, which is inside another one for the progress of an agent. */
interface LoggedCall {
  readonly line: SourceObject;
  readonly event: SourceObject;
  readonly message: SourceObject;
  readonly usage: SourceObject;
}

function findCall(line: SourceObject): LoggedCall | undefined {
  const progress = isObject(line.data) && isObject(line.data.message) ? line.data.message : undefined;
  const event = isObject(line.message) ? line : progress;
  if (event === undefined || !isObject(event.message) || !isObject(event.message.usage)) return undefined;
  if (line.isApiErrorMessage === true || event.isApiErrorMessage === true) return undefined;
  if (event.message.model === SYNTHETIC) return undefined;
  return { line, event, message: event.message, usage: event.message.usage };
}

function readCall({ line, event, message, usage }: LoggedCall): UsageDraft[] {
  const field = (name: string) => findText(event[name]) ?? findText(line[name]);
  const cwd = field("cwd");
  const model = findText(message.model);
  const isSidechain = event !== line || line.isSidechain === true;
  const drafts = readAnthropicMessage({
    id: tellId(event, message),
    model,
    timestamp: event.timestamp ?? line.timestamp,
    session: field("sessionId"),
    project: cwd === undefined ? undefined : baseName(cwd),
    tags: { branch: field("gitBranch"), version: field("version"), sidechain: isSidechain ? "true" : undefined },
    usage,
  });
  const provider = tellProvider(model);
  return drafts.map((draft, index) => ({
    ...draft,
    provider,
    // The cost of the line is that of all of its calls together.
    reported_cost: index === 0 ? readAmountText(event.costUSD, "costUSD") : undefined,
  }));
}

/** Gateways leave out the request; a line without even a message's id is told by its own. */
function tellId(event: SourceObject, message: SourceObject): string | undefined {
  const id = findText(message.id);
  const request = findText(event.requestId);
  if (id === undefined) return request ?? findText(event.uuid);
  return fitId(request === undefined ? id : `${id}:${request}`);
}

/** Who sold the call, as far as the model's id shows it; Claude Code can be pointed at models of other makers. */
function tellProvider(model: string | undefined): string | undefined {
  if (model === undefined) return "anthropic";
  if (/^arn:aws|(?:^|[./])anthropic\.claude/.test(model)) return "aws";
  if (/^claude[^/]*@/.test(model)) return "google";
  return model.startsWith("claude") ? "anthropic" : undefined;
}
