/**
 * `costops ingest`: usage from standard input.
 */

import type { Command } from "@commander-js/extra-typings";
import { CostopsError } from "../core/error.ts";
import { addIntakeOptions, type IntakeOptions } from "./intake_options.ts";
import { examples } from "./options.ts";
import type { Shell } from "./run.ts";

/** Declares the command. */
export function addIngest(program: Command, shell: Shell): void {
  const command = program.command("ingest").argument("[-]", "standard input, which is what is read anyway")
    .summary("take usage in from standard input")
    .description(
      "Takes usage in from standard input and stores what it cost: one JSON object, an array, NDJSON, or CSV with a header. " +
        "Read are costops' own records, the responses of providers, and what gateways, telemetry and coding agents write: " +
        "costops help formats lists them. A record with an id, or with a time, counts once however often it is sent.",
    );
  addIntakeOptions(command)
    .addHelpText(
      "after",
      examples(
        `echo '{"provider":"openai","model":"gpt-4","prompt_tokens":1500,"completion_tokens":500}' | costops ingest`,
        "curl -s https://api.openai.com/v1/chat/completions … | costops ingest --project search",
        "costops ingest --rejects refused.ndjson < usage.ndjson",
      ),
    )
    .action(async (dash, options) => {
      if (dash !== undefined && dash !== "-") {
        throw new CostopsError(
          "usage",
          `Cannot ingest "${dash}": ingest reads standard input; files go to costops import`,
        );
      }
      if (Deno.stdin.isTerminal()) {
        throw new CostopsError("usage", "Cannot ingest from a terminal: pipe usage in, or use costops import FILE");
      }
      await ingest(options as IntakeOptions, shell);
    });
}

async function ingest(options: IntakeOptions, shell: Shell): Promise<void> {
  const { withSession } = await import("./session.ts");
  const { takeIn } = await import("./intake.ts");
  const { leaveWhenStopped } = await import("./interruption.ts");
  const stdin = { name: "stdin", kind: "stdin" as const, open: () => Promise.resolve({ bytes: Deno.stdin.readable }) };
  await withSession(options, (session) => takeIn([stdin], { session, shell, options }));
  leaveWhenStopped(shell.exit_code);
}
