/**
 * `costops compare`: providers or models side by side.
 */

import { Argument, type Command } from "@commander-js/extra-typings";
import { examples } from "./options.ts";
import { addAnswerOptions, type AnswerOptions } from "./query_options.ts";
import type { Shell } from "./run.ts";

/** Declares the command. */
export function addCompare(program: Command, shell: Shell): void {
  const subject = new Argument("<subject>", "providers, or models (with cache hits and what caching saved)");
  const command = program.command("compare")
    .addArgument(subject.choices(["providers", "models"] as const))
    .summary("compare providers or models: cost, speed, errors, caching")
    .description(
      "Compares what providers or models cost, for a million tokens and for a request too, how fast they answered, how " +
        "often they failed, and the change of cost since the period before. Latencies and errors are of the records that " +
        "say one.",
    );
  addAnswerOptions(command)
    .addHelpText(
      "after",
      examples(
        "costops compare providers --since 30d",
        "costops compare models --since last-month --filter project=search",
        "costops compare models --json",
      ),
    )
    .action(async (subject, options) => {
      const { answerComparison } = await import("./analytics_answer.ts");
      await answerComparison(subject, { options: options as AnswerOptions, shell });
    });
}
