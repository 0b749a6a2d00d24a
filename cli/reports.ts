/**
 * `costops reports`: reports that are kept, to be taken later and by others.
 */

import { type Command, Option } from "@commander-js/extra-typings";
import { FILE_FORMATS } from "../core/report/format.ts";
import { collect, examples } from "./options.ts";
import type { Shell } from "./run.ts";

/** Declares the commands below `reports`. */
export function addReports(program: Command, shell: Shell): void {
  const reports = program.command("reports").summary("reports that are kept, to be taken later and by others")
    .addHelpText("after", examples("costops reports create cost --since last-month", "costops reports list"));
  const answers = () => import("./reports_answer.ts");
  addCreate(reports as unknown as Command, shell);
  reports.command("list").summary("the reports of an organization, newest first")
    .option("--json", "as JSON")
    .addHelpText("after", examples("costops reports list --org acme"))
    .action(async (options) => await (await answers()).listReports(options, shell));
  reports.command("get").argument("<id>", "the report's id").summary("what became of a report")
    .option("--json", "as JSON")
    .addHelpText("after", examples("costops reports get 019c5b6a-7f00-7000-8000-000000000000"))
    .action(async (id, options) => await (await answers()).showReport(id, options, shell));
  reports.command("download").argument("<id>", "the report's id").summary("take a report's file")
    .description("Writes the file, goes on where a connection broke off, and checks its SHA-256.")
    .option("-o, --output <file>", "write there instead of stdout")
    .addOption(reportsFolder())
    .addHelpText("after", examples("costops reports download 019c5b6a-7f00-7000-8000-000000000000 -o costs.csv"))
    .action(async (id, options) => await (await answers()).downloadReport(id, options, shell));
  reports.command("delete").argument("<id>", "the report's id").summary("delete a report and its file")
    .option("--yes", "do not ask")
    .addOption(reportsFolder())
    .addHelpText("after", examples("costops reports delete 019c5b6a-7f00-7000-8000-000000000000 --yes"))
    .action(async (id, options) => await (await answers()).deleteReport(id, options, shell));
}

function addCreate(reports: Command, shell: Shell): void {
  reports.command("create").argument(
    "<type>",
    "what it is of: cost, usage, summary (the change since the period before), forecast, anomaly, or budget",
  )
    .summary("make a report and keep it")
    .description(
      "Makes a report and prints its id. On a database it is made here; a server makes it, and is waited for unless " +
        "--no-wait is given.",
    )
    .option("--since <time>", "from: 2026-01-31, 2026-01, 7d, yesterday, last-month, … (default: this-month)")
    .option("--until <time>", "to; a day is included whole (default: as --since says)")
    .option("--tz <zone>", "IANA time zone that days are counted in (COSTOPS_TZ; default: UTC)")
    .option("-f, --filter <name=value>", "only records with this value; several by comma (repeatable)", collect)
    .option("-g, --group-by <names>", "as of costops report", collect)
    .option("--columns <names>", "units as further columns", collect)
    .addOption(new Option("--format <format>", "of its file").choices(FILE_FORMATS).default("csv" as const))
    .option("--no-wait", "leave it to a server, and do not wait for it")
    .option("--json", "what became of it as JSON")
    .addOption(reportsFolder())
    .addHelpText(
      "after",
      examples(
        "costops reports create cost --since last-month --group-by project --format xlsx",
        "costops reports create summary --since last-month --format html --json",
      ),
    )
    .action(async (type, options) => await (await import("./reports_answer.ts")).createReport(type, options, shell));
}

function reportsFolder(): Option {
  return new Option("--reports-folder <folder>", "where files of reports are kept (COSTOPS_REPORTS_FOLDER)");
}
