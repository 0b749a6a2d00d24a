/**
 * `costops prices`: the price book, and one's own prices in it.
 */

import type { Command } from "@commander-js/extra-typings";
import { collect, examples } from "./options.ts";
import type { Shell } from "./run.ts";

/** Declares the commands below `prices`. */
export function addPrices(program: Command, shell: Shell): void {
  const prices = program.command("prices").summary("look at the price book, set own prices")
    .description(
      "The price book: your organization's own prices, then the installation's, then the catalogue. A cost takes the price " +
        "in force at the usage's own instant.",
    )
    .addHelpText("after", examples("costops prices show gpt-4o", "costops prices missing"));
  addList(prices as unknown as Command, shell);
  addShow(prices as unknown as Command, shell);
  addSet(prices as unknown as Command, shell);
  addEnd(prices as unknown as Command, shell);
  addMissing(prices as unknown as Command, shell);
  addUpdate(prices as unknown as Command, shell);
}

function addList(prices: Command, shell: Shell): void {
  prices.command("list").summary("prices in force now")
    .option("--provider <name>", "only this provider")
    .option("--at <time>", "in force then instead of now: 2026-01-31 or 2026-01-31T12:00:00Z")
    .option("--own", "only own prices")
    .option("--json", "as JSON")
    .addHelpText("after", examples("costops prices list --provider anthropic", "costops prices list --own"))
    .action(async (options) => await (await import("./prices_answer.ts")).listPrices(options, shell));
}

function addShow(prices: Command, shell: Shell): void {
  prices.command("show").argument("<model>", "the model, as it is reported")
    .summary("every price of a model: past, current, future")
    .option("--provider <name>", "provider, where the model does not tell it")
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      examples("costops prices show gpt-4o", "costops prices show claude-opus-5 --provider bedrock"),
    )
    .action(async (model, options) => await (await import("./prices_answer.ts")).showPrices(model, options, shell));
}

function addSet(prices: Command, shell: Shell): void {
  prices.command("set").argument("<model>", "a model, or a pattern such as 'gpt-4o*'")
    .summary("set an own price from a time on")
    .description(
      "Sets your organization's own price of a model from a time on. The price before it stays for the time before it: " +
        "stored costs do not change until costops reprice. Prices are US dollars for a million tokens; --rate takes any key " +
        "of costops prices show. It replaces the catalogue's price whole: what it has no rate for is not taken from there.",
    )
    .requiredOption("--provider <name>", "provider that the price is of")
    .option("--input <usd>", "per million uncached input tokens (input_mtok)")
    .option("--output <usd>", "per million output tokens (output_mtok)")
    .option("--cache-read <usd>", "per million input tokens read from the cache (cache_read_mtok)")
    .option("--cache-write <usd>", "per million input tokens written to the cache (cache_write_mtok)")
    .option("--cache-write-1h <usd>", "… for an hour (cache_write_1h_mtok)")
    .option("--rate <key=usd>", "another price: web_searches_kcount=10 (repeatable)", collect)
    .option("--modifier <tier=factor>", "factor for a service tier: batch=0.5 (repeatable)", collect)
    .option("--from <time>", "in force from (default: now)")
    .option("--to <time>", "in force until just before (default: until further notice)")
    .option("--source <text>", "where the price is written")
    .option("--note <text>", "a note")
    .option("--installation", "for every organization of this installation")
    .option("--dry-run", "check it and show it, set nothing")
    .addHelpText(
      "after",
      examples(
        "costops prices set gpt-4o --provider openai --input 2.25 --cache-read 1.125 --output 9 --modifier batch=0.5 " +
          "--from 2026-01-01 --note 'contract 2026'",
        "costops prices set 'house-*' --provider in-house --input 0.10 --output 0.10 --installation",
      ),
    )
    .action(async (model, options) => await (await import("./prices_set.ts")).setPrice(model, options, shell));
}

function addEnd(prices: Command, shell: Shell): void {
  prices.command("end").argument("<id>", "the own price's id, as prices show has it")
    .summary("end an own price")
    .description(
      "Ends an own price: from then on the next in order holds, and for its past it still does. With --at its own " +
        "beginning it is undone: it never held, and the price that it ended holds again. Stored costs do not change until " +
        "costops reprice.",
    )
    .option("--at <time>", "when: 2026-01-31 or 2026-01-31T12:00:00Z (default: now)")
    .option("--installation", "the price is the installation's")
    .option("--dry-run", "show what would end, end nothing")
    .addHelpText("after", examples("costops prices end 01993b2e-7c1f-7d2a-9a55-0d6b8f3f1c42 --at 2026-07-01"))
    .action(async (id, options) => await (await import("./prices_set.ts")).endPrice(id, options, shell));
}

function addMissing(prices: Command, shell: Shell): void {
  prices.command("missing").summary("usage that has no price, and why")
    .option("--since <time>", "from (default: everything)")
    .option("--until <time>", "to")
    .option("--tz <zone>", "IANA time zone of days")
    .option("--json", "as JSON")
    .addHelpText("after", examples("costops prices missing", "costops prices missing --since this-month --json"))
    .action(async (options) => await (await import("./prices_answer.ts")).listMissing(options, shell));
}

function addUpdate(prices: Command, shell: Shell): void {
  prices.command("update").summary("take a newer price catalogue in")
    .description(
      "Replaces the catalogue by the one that comes with this program, or by a file or URL in the form of genai-prices' " +
        "data.json, after checking it and showing what changes. Stored costs do not change until costops reprice.",
    )
    .option("--from <file-or-url>", "a data.json instead of the program's own catalogue")
    .option("--dry-run", "show what would change, take nothing in")
    .option("--yes", "do not ask")
    .addHelpText("after", examples("costops prices update --dry-run", "costops prices update --from data.json --yes"))
    .action(async (options) => await (await import("./prices_update.ts")).updatePrices(options, shell));
}
