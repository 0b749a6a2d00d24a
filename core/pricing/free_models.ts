/**
 * Models that the catalogue lists without any rate because they are free: their tokens have a true price of 0.
 *
 * Other models without a rate (previews billed in units the catalogue does not have) have no known price.
 */

import { matchesPattern } from "./model_pattern.ts";

const FREE_MODELS: readonly { readonly provider: string; readonly models: readonly string[]; readonly why: string }[] =
  [
    { provider: "azure", models: ["*:free"], why: "named free" },
    { provider: "mistral", models: ["*:free"], why: "named free" },
    {
      provider: "openrouter",
      models: ["*:free", "*-exp", "*-exp-*"],
      why: "named free, or a free experiment of Google's",
    },
    {
      provider: "google",
      models: ["gemma-*"],
      why: "https://ai.google.dev/gemini-api/docs/pricing, as in genai-prices",
    },
    { provider: "github-copilot", models: ["gpt-*"], why: "included in the subscription, as in genai-prices 0.1.8" },
    { provider: "openai", models: ["moderation"], why: "https://developers.openai.com/api/docs/guides/moderation" },
  ];

/** Whether a model that the catalogue lists without any rate is free. */
export function isFreeModel(provider: string, model: string): boolean {
  return FREE_MODELS.some((row) =>
    row.provider === provider && row.models.some((pattern) => matchesPattern(pattern, model.toLowerCase()))
  );
}
