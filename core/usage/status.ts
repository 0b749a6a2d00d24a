/**
 * What a record's status says: whether the call failed. Sources write what they like there, so successes are listed and
 * everything else is an error: names of errors are many and new ones are made, words for "it worked" are few.
 */

/**
 * Statuses that are no error, in lower case: those of OpenTelemetry, OpenAI's responses and batches, Anthropic's batches,
 * LiteLLM and Langfuse; why a model stopped, which some put there; and what was called off or has not ended, since it did
 * not fail.
 */
const NO_ERROR = new Set([
  "ok",
  "success",
  "successful",
  "succeeded",
  "complete",
  "completed",
  "done",
  "finished",
  "true",
  "default",
  "unset",
  "status_code_ok",
  "status_code_unset",
  "incomplete",
  "in_progress",
  "queued",
  "running",
  "pending",
  "cancelled",
  "canceled",
  "stop",
  "end_turn",
  "stop_sequence",
  "length",
  "max_tokens",
  "tool_use",
  "tool_calls",
]);

/**
 * Whether a status says that the call failed. A number is HTTP's: an error from 400 on. Any other text is an error unless
 * it is known to be none, in any case, with `-` or a blank for `_`.
 */
export function isErrorStatus(status: string): boolean {
  const text = status.trim().toLowerCase().replaceAll(/[- ]/g, "_");
  return /^\d+$/.test(text) ? Number(text) >= 400 : !NO_ERROR.has(text);
}
