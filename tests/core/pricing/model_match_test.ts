import assert from "node:assert/strict";
import { loadBundledCatalogue } from "../../../core/pricing/catalogue.ts";
import { createPriceBook } from "../../../core/pricing/price_book.ts";

const book = createPriceBook(await loadBundledCatalogue(), []);

function resolve(provider: string | undefined, model: string): string {
  const found = book.resolve(provider, model);
  return `${found.provider} ${found.model} ${found.region} ${found.is_assumed ? "assumed" : "told"}`;
}

Deno.test("resolve() knows a provider by the names that tools give it", () => {
  const names: readonly (readonly [string, string])[] = [
    ["OpenAI", "openai"],
    ["openai_chat", "openai"],
    ["openai.responses", "openai"],
    ["Azure OpenAI", "azure"],
    ["azure_openai", "azure"],
    ["azure.ai.openai", "azure"],
    ["az.ai.openai", "azure"],
    ["azure_ai", "azure"],
    ["bedrock", "aws"],
    ["aws_bedrock", "aws"],
    ["aws.bedrock", "aws"],
    ["bedrock_converse", "aws"],
    ["vertex", "google"],
    ["vertex_ai", "google"],
    ["vertex_ai-anthropic_models", "google"],
    ["anthropic-vertex", "google"],
    ["gcp.vertex_ai", "google"],
    ["google_genai", "google"],
    ["gemini", "google"],
    ["xai", "x-ai"],
    ["x_ai", "x-ai"],
    ["mistral_ai", "mistral"],
    ["mistralai", "mistral"],
    ["moonshot", "moonshotai"],
    ["together_ai", "together"],
    ["fireworks_ai", "fireworks"],
    ["github_copilot", "github-copilot"],
    ["huggingface/cerebras", "huggingface_cerebras"],
    ["perplexity", "perplexity"],
    ["cohere_chat", "cohere"],
  ];
  assert.deepEqual(names.map(([name]) => [name, book.resolve(name, "x").provider]), names.map((row) => [...row]));
});

Deno.test("resolve() finds Bedrock's models by any of their ids, and keeps the region", () => {
  const sonnet = "anthropic.claude-sonnet-4-5-20250929-v1:0";
  assert.equal(resolve("bedrock", `us.${sonnet}`), `aws regional.${sonnet} us told`);
  assert.equal(resolve("bedrock", `global.${sonnet}`), `aws global.${sonnet} global told`);
  assert.equal(resolve("bedrock", `ap.${sonnet}`), `aws regional.${sonnet} ap told`);
  assert.equal(resolve("bedrock", sonnet), `aws regional.${sonnet} null told`);
  assert.equal(
    resolve("bedrock", `arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.${sonnet}`),
    `aws regional.${sonnet} eu told`,
  );
  assert.equal(
    resolve("bedrock", `arn:aws:bedrock:us-east-1::foundation-model/${sonnet}`),
    `aws regional.${sonnet} us-east-1 told`,
  );
  assert.equal(
    resolve("bedrock", "meta.llama3-1-70b-instruct-v1:0"),
    "aws meta.llama3-1-70b-instruct-v1:0 null told",
  );
});

Deno.test("resolve() tells Bedrock's global and regional ids apart, for they cost 10% more or less", () => {
  const rate = (model: string) => {
    const found = book.findPrice({
      organization_id: "acme",
      provider: "bedrock",
      model,
      timestamp: Date.UTC(2026, 10, 1),
      service_tier: "standard",
      region: null,
    });
    return found.plan?.steps[0].price.rates.input_mtok?.nanos;
  };
  assert.equal(rate("global.anthropic.claude-haiku-4-5-20251001-v1:0"), 1_000_000_000n);
  assert.equal(rate("eu.anthropic.claude-haiku-4-5-20251001-v1:0"), 1_100_000_000n);
});

Deno.test("resolve() finds Vertex's and Gemini's models by path and by version", () => {
  assert.equal(resolve("google", "models/gemini-2.5-pro"), "google gemini-2.5-pro null told");
  assert.equal(resolve("google", "publishers/google/models/gemini-2.5-pro"), "google gemini-2.5-pro null told");
  assert.equal(
    resolve(undefined, "projects/p/locations/europe-west1/publishers/anthropic/models/claude-sonnet-4@20250514"),
    "google claude-4-sonnet europe-west1 assumed",
  );
  assert.equal(resolve("vertex_ai", "claude-haiku-4-5@20251001"), "google claude-haiku-4-5 null told");
});

Deno.test("resolve() finds Azure's models under their makers' names and Azure's own spelling", () => {
  assert.equal(resolve("azure", "gpt-4o-2024-08-06"), "azure gpt-4o null told");
  assert.equal(resolve("azure", "gpt-35-turbo"), "azure gpt-3.5-turbo null told");
  assert.equal(resolve("azure", "openai/deployments/gpt-4o"), "azure gpt-4o null told");
  assert.equal(resolve("azure", "claude-opus-4-5"), "azure claude-opus-4-5 null told");
});

Deno.test("resolve() finds models by dates and versions spelled otherwise", () => {
  assert.equal(resolve("anthropic", "claude-sonnet-4-5-20250929"), "anthropic claude-sonnet-4-5 null told");
  assert.equal(resolve("anthropic", "claude-sonnet-4.5"), "anthropic claude-sonnet-4-5 null told");
  assert.equal(resolve("openai", "gpt-4-1-mini"), "openai gpt-4.1-mini null told");
  assert.equal(resolve("openai", "gpt-4o-20240806"), "openai gpt-4o null told");
  assert.equal(resolve("openai", "gpt-4o-2024-05-13"), "openai gpt-4o-2024-05-13 null told");
});

Deno.test("resolve() infers the provider from the model's name when it is unambiguous", () => {
  assert.equal(resolve(undefined, "gpt-4o"), "openai gpt-4o null assumed");
  assert.equal(resolve("", "claude-sonnet-4-5"), "anthropic claude-sonnet-4-5 null assumed");
  assert.equal(
    resolve(undefined, "us.anthropic.claude-sonnet-4-20250514-v1:0"),
    "aws regional.anthropic.claude-sonnet-4-20250514-v1:0 us assumed",
  );
  assert.equal(resolve("litellm", "azure/gpt-4o"), "azure gpt-4o null assumed");
  assert.equal(
    resolve(undefined, "openrouter/anthropic/claude-sonnet-4.5"),
    "openrouter anthropic/claude-sonnet-4.5 null assumed",
  );
  assert.equal(resolve(undefined, "mystery-7b"), "null null null told");
});

Deno.test("resolve() takes the provider's own name off the front of a model's", () => {
  assert.equal(resolve("azure", "azure/gpt-4o"), "azure gpt-4o null told");
  assert.equal(resolve("vertex_ai", "gemini/gemini-2.5-pro"), "google gemini-2.5-pro null told");
  assert.equal(resolve("openai", "azure/gpt-4o"), "openai null null told");
});

Deno.test("resolve() leaves a provider it does not know as it is, and never guesses its model", () => {
  assert.equal(resolve("in-house", "gpt-4o"), "in-house null null told");
});
