/**
 * `costops estimate`: what a call would cost before it is made.
 */

import { type Command, Option } from "@commander-js/extra-typings";
import { SERVICE_TIERS } from "../core/usage/record.ts";
import { collect, examples, readCount } from "./options.ts";
import type { Shell } from "./run.ts";

/** Declares the command. */
export function addEstimate(program: Command, shell: Shell): void {
  const command = program.command("estimate").argument("<model>", "the model, as it would be reported")
    .summary("what a call would cost, and cheaper models")
    .description(
      "Prices a call before it is made, with today's prices and your own, and names cheaper models by price alone. " +
        "Counts are disjoint: --input is what is not read from or written to the cache.",
    );
  command
    .option("--provider <name>", "provider, where the model does not tell it")
    .option("--input <tokens>", "uncached input tokens", "0")
    .option("--output <tokens>", "output tokens, reasoning included", "0")
    .option("--cache-read <tokens>", "input tokens read from the cache", "0")
    .option("--cache-write <tokens>", "input tokens written to the cache for 5 minutes", "0")
    .option("--cache-write-1h <tokens>", "input tokens written to the cache for an hour", "0")
    .option("--reasoning <tokens>", "output tokens that are reasoning", "0")
    .option("--unit <name=count>", "another unit: web_searches=2, audio_input_tokens=500 (repeatable)", collect)
    .addOption(
      new Option("--service-tier <tier>", "how it would be served").choices(SERVICE_TIERS).default("standard" as const),
    )
    .option("--region <name>", "where it would run")
    .option("--calls <count>", "how many such calls", readCount(1_000_000_000), 1)
    .option("--alternatives <count>", "how many cheaper models to name", readCount(50), 5)
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      examples(
        "costops estimate gpt-4o --input 10000 --output 500",
        "costops estimate claude-opus-5 --input 2000 --cache-read 50000 --output 1500 --calls 1000",
        "costops estimate gpt-4o --input 10000 --output 500 --service-tier batch --json",
      ),
    )
    .action(async (model, options) => {
      const { answerEstimate } = await import("./estimate_answer.ts");
      await answerEstimate(model, { options, shell });
    });
}
