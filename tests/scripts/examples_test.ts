import assert from "node:assert/strict";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadBundledCatalogue } from "../../core/pricing/catalogue.ts";
import { priceUsage } from "../../core/pricing/cost.ts";
import { createPriceBook } from "../../core/pricing/price_book.ts";
import { readInput } from "../../core/usage/reader.ts";
import { detectFormat } from "../../core/usage/detect.ts";
import type { UsageDraft } from "../../core/usage/record.ts";
import { generateFiles } from "../../examples/generate.ts";

const USAGE = fileURLToPath(new URL("../../examples/usage/", import.meta.url));

Deno.test("examples: the generator gives the committed files, byte for byte, and no other is there", async () => {
  const committed = await listFiles();
  const generated = generateFiles();
  assert.deepEqual(committed, [...generated.keys()].sort());
  for (const [path, text] of generated) assert.equal(await readFile(join(USAGE, path), "utf8"), text, path);
});

Deno.test("examples: each file is below 300,000 bytes, and all below 1,000,000", async () => {
  let sum = 0;
  for (const path of await listFiles()) {
    const { size } = await stat(join(USAGE, path));
    assert.ok(size < 300_000, `${path} has ${size} bytes`);
    sum += size;
  }
  assert.ok(sum < 1_000_000, `${sum} bytes`);
});

Deno.test("examples: no id is there twice", () => {
  const ids: string[] = [];
  for (const text of generateFiles().values()) {
    for (const line of text.split("\n")) {
      const id = /^(?:\{[^]*?"(?:id|responseId|requestId)":"([^"]+)"|((?:agent)-[0-9a-f]+),)/.exec(line);
      if (id !== null) ids.push(id[1] ?? id[2] ?? "");
    }
  }
  assert.equal(ids.length, 2122);
  assert.equal(new Set(ids).size, ids.length);
});

Deno.test("examples: every value is read, as the format that its file is said to have, with an id and a time in October", async () => {
  const read: Record<string, [string, number]> = {};
  for await (const { path, format, draft } of readDrafts()) {
    assert.ok(draft.id !== undefined && draft.timestamp !== undefined, path);
    assert.ok(draft.timestamp >= Date.UTC(2026, 9, 1) && draft.timestamp < Date.UTC(2026, 10, 1), path);
    assert.deepEqual(draft.quality ?? [], [], path);
    read[path] = [format, (read[path]?.[1] ?? 0) + 1];
  }
  assert.deepEqual(read, {
    "support-bot/openai_chat.ndjson": ["openai-chat", 160],
    "support-bot/openai_responses.ndjson": ["openai-responses", 225],
    "search/embeddings.ndjson": ["canonical", 310],
    "search/gemini.ndjson": ["gemini", 326],
    "docs-summarizer/bedrock_invocations.ndjson": ["bedrock-invocation-log", 345],
    "docs-summarizer/anthropic_messages.ndjson": ["anthropic-messages", 157],
    "docs-summarizer/openai_batch_output.jsonl": ["openai-batch", 112],
    "internal-tools/coding_agent.csv": ["canonical", 373],
    "internal-tools/openrouter.ndjson": ["openrouter", 84],
    "internal-tools/heron.ndjson": ["canonical", 30],
  });
});

Deno.test("examples: every model is priced but Fernwood's own", async () => {
  const book = createPriceBook(await loadBundledCatalogue(), []);
  const unpriced: Record<string, number> = {};
  for await (const { draft } of readDrafts()) {
    const { model = "", provider = "", timestamp = 0, service_tier = "standard", region = null } = draft;
    const cost = priceUsage(
      { ...draft, organization_id: "default", model, provider, timestamp, service_tier, region },
      book,
    );
    if (cost.amount === null) unpriced[model] = (unpriced[model] ?? 0) + 1;
  }
  assert.deepEqual(unpriced, { "heron-7b": 30 });
});

async function* readDrafts(): AsyncGenerator<{ path: string; format: string; draft: UsageDraft }> {
  for (const [path, text] of generateFiles()) {
    for await (const items of readInput(toChunks(text))) {
      for (const { value } of items) {
        assert.ok(value !== undefined, path);
        const format = detectFormat(value);
        assert.ok(format !== undefined, path);
        for (const draft of format.read(value)) yield { path, format: format.name, draft };
      }
    }
  }
}

async function* toChunks(text: string): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(new TextEncoder().encode(text));
}

async function listFiles(): Promise<string[]> {
  const entries = await readdir(USAGE, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(USAGE.length)).sort();
}
