/**
 * Names of providers: the many ways in which tools spell the same one, resolved to the catalogue's id.
 */

import type { Catalogue, CatalogueProvider } from "./catalogue.ts";

/** Folded names that the catalogue's own matchers do not know, or would take for another provider. */
const ALIASES: Readonly<Record<string, string>> = {
  "anthropic-claude": "anthropic",
  "claude": "anthropic",
  "claude-code": "anthropic",
  "az-ai-inference": "azure",
  "az-ai-openai": "azure",
  "microsoft": "azure",
  "microsoft-foundry": "azure",
  "openai-azure": "azure",
  "amazon": "aws",
  "aws-bedrock": "aws",
  "sagemaker": "aws",
  "anthropic-bedrock": "aws",
  "anthropic-vertex": "google",
  "gcp": "google",
  "palm": "google",
  "chatgpt": "openai",
  "codex": "openai",
  "grok": "x-ai",
  "kimi": "moonshotai",
  "mistralai": "mistral",
  "togetherai": "together",
  "together-ai": "together",
  "fireworks-ai": "fireworks",
  "fireworksai": "fireworks",
  "perplexityai": "perplexity",
  "perplexity-ai": "perplexity",
  "pplx": "perplexity",
  "zhipu": "zhipuai",
  "zhipu-ai": "zhipuai",
  "bigmodel": "zhipuai",
  "z-ai": "zai",
  "minimaxai": "minimax",
  "minimax-ai": "minimax",
  "novita-ai": "novita",
  "open-router": "openrouter",
  "workers-ai": "cloudflare",
  "groqcloud": "groq",
  "deepseek-ai": "deepseek",
  "xai": "x-ai",
};

/** Beginnings of folded names that say where a call went, whoever made the model: `vertex_ai-anthropic_models`. */
const HOSTS: readonly (readonly [prefix: string, provider: string])[] = [
  ["azure", "azure"],
  ["bedrock", "aws"],
  ["aws", "aws"],
  ["amazon-bedrock", "aws"],
  ["vertex", "google"],
  ["google", "google"],
  ["gcp-", "google"],
  ["gemini", "google"],
  ["github-copilot", "github-copilot"],
  ["openrouter", "openrouter"],
];

/** The provider that a name means, whatever its case and spelling; undefined when none does. */
export function findProviderByName(catalogue: Catalogue, name: string): CatalogueProvider | undefined {
  const lower = name.trim().toLowerCase();
  if (lower === "") return undefined;
  const exact = catalogue.findProvider(lower);
  if (exact !== undefined) return exact;
  const folded = foldName(lower);
  const bySpelling = catalogue.providers.find((provider) => foldName(provider.id) === folded);
  if (bySpelling !== undefined) return bySpelling;
  const host = Object.hasOwn(ALIASES, folded)
    ? ALIASES[folded]
    : HOSTS.find(([prefix]) => folded.startsWith(prefix))?.[1];
  if (host !== undefined) return catalogue.findProvider(host);
  return catalogue.providers.find((provider) => provider.isMeantBy(lower));
}

/** Folds case, spaces, dots, underscores and slashes: `Azure OpenAI`, `azure.openai` and `azure_openai` are one name. */
export function foldName(name: string): string {
  return name.trim().toLowerCase().replace(/[\s._/:]+/g, "-");
}
