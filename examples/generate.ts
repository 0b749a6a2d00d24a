/**
 * Writes the example usage of October 2026 into examples/usage/: `deno run --allow-write=examples examples/generate.ts`.
 *
 * The files follow from the seeds alone, so that anybody gets the same bytes.
 */

import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type FlatRecord, listAgentCalls, listEmbeddings, listHeron } from "./canonical_records.ts";
import {
  listAnthropicMessages,
  listBatchOutput,
  listBedrockLog,
  listChatCompletions,
  listGemini,
  listOpenrouter,
  listResponses,
} from "./provider_bodies.ts";
import { Random } from "./random.ts";

/** The text of each file by its path below examples/usage/. Each has a seed of its own: changing one leaves the others. */
export function generateFiles(): ReadonlyMap<string, string> {
  return new Map([
    ["support-bot/openai_chat.ndjson", toNdjson(listChatCompletions(new Random(1)))],
    ["support-bot/openai_responses.ndjson", toNdjson(listResponses(new Random(2)))],
    ["search/embeddings.ndjson", toNdjson(listEmbeddings(new Random(3)))],
    ["search/gemini.ndjson", toNdjson(listGemini(new Random(4)))],
    ["docs-summarizer/bedrock_invocations.ndjson", toNdjson(listBedrockLog(new Random(5)))],
    ["docs-summarizer/anthropic_messages.ndjson", toNdjson(listAnthropicMessages(new Random(6)))],
    ["docs-summarizer/openai_batch_output.jsonl", toNdjson(listBatchOutput(new Random(7)))],
    ["internal-tools/coding_agent.csv", toCsv(listAgentCalls(new Random(8)))],
    ["internal-tools/openrouter.ndjson", toNdjson(listOpenrouter(new Random(9)))],
    ["internal-tools/heron.ndjson", toNdjson(listHeron(new Random(10)))],
  ]);
}

function toNdjson(values: readonly unknown[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join("");
}

/** No value of these records holds a comma, a quote or a line's end. */
function toCsv(records: readonly FlatRecord[]): string {
  const columns = Object.keys(records[0] ?? {});
  const rows = records.map((record) => columns.map((column) => record[column]).join(","));
  return [columns.join(","), ...rows].map((line) => `${line}\n`).join("");
}

async function main(): Promise<void> {
  const folder = fileURLToPath(new URL("./usage/", import.meta.url));
  for (const [path, text] of generateFiles()) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
}

if (import.meta.main) await main();
