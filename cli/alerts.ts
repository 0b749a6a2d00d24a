/**
 * `costops alerts`: what people should hear of, from cron or from a server.
 */

import type { Command } from "@commander-js/extra-typings";
import { examples, readCount } from "./options.ts";
import type { Shell } from "./run.ts";

/** Declares the commands below `alerts`. */
export function addAlerts(program: Command, shell: Shell): void {
  const alerts = program.command("alerts").summary(
    "budgets that reach a threshold, unusual days and missing prices, told once",
  )
    .description(
      "Tells once of each threshold that a budget reaches in a period, of each anomaly, and of each model and day with " +
        "usage without a price: on stdout, to signed webhooks and to Slack. A server does so by itself; cron runs `alerts run`.",
    )
    .addHelpText("after", examples("costops alerts run", "costops alerts channel add --help"));
  const answers = () => import("./alerts_answer.ts");
  alerts.command("run").summary("look for alerts now, print those that are new, and send what is due")
    .option("--json", "as JSON")
    .addHelpText("after", examples("costops alerts run", "costops alerts run --json"))
    .action(async (options) => await (await answers()).runNow(options, shell));
  alerts.command("list").summary("the alerts that were raised, and what became of them")
    .option("--limit <count>", "how many of the newest", readCount(10_000), 20)
    .option("--json", "as JSON")
    .addHelpText("after", examples("costops alerts list", "costops alerts list --limit 100 --json"))
    .action(async (options) => await (await answers()).listRaised(options, shell));
  alerts.command("test").argument("<channel>", "its name, or its id").summary("send a test to a channel, once and now")
    .addHelpText("after", examples("costops alerts test ops"))
    .action(async (name, options) => await (await answers()).testOne(name, options, shell));
  addChannels(alerts, shell);
}

function addChannels(alerts: Command, shell: Shell): void {
  const channel = alerts.command("channel").summary("where alerts are sent")
    .addHelpText("after", examples("costops alerts channel list", "costops alerts channel add --help"));
  const answers = () => import("./alert_channels_answer.ts");
  channel.command("add").argument("<name>", "what it is called").summary("add a webhook, or a channel of Slack")
    .description(
      "Adds a channel. The secret that a webhook's messages are signed with is printed on stdout, this once. An address " +
        "of Slack is a secret, so it comes from stdin.",
    )
    .option("--url <url>", "where a webhook's messages go: https://HOST/PATH, at a public address")
    .option("--url-stdin", "read that from stdin")
    .option("--slack", "messages are texts, as Slack's incoming webhooks take them; with --url-stdin")
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      examples(
        "costops alerts channel add ops --url https://hooks.example.com/costops",
        'echo "$SLACK_WEBHOOK_URL" | costops alerts channel add team --slack --url-stdin',
      ),
    )
    .action(async (name, options) => await (await answers()).addOne(name, options, shell));
  channel.command("list").summary("the channels of the organization")
    .option("--json", "as JSON")
    .addHelpText("after", examples("costops alerts channel list"))
    .action(async (options) => await (await answers()).listAll(options, shell));
  channel.command("remove").argument("<channel>", "its name, or its id").summary("take a channel away")
    .option("--yes", "do not ask")
    .addHelpText("after", examples("costops alerts channel remove ops --yes"))
    .action(async (name, options) => await (await answers()).removeOne(name, options, shell));
}
