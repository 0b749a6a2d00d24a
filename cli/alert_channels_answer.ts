/**
 * Looks after the channels of alerts.
 */

import { CostopsError } from "../core/error.ts";
import { addChannel, readChannels, removeChannel } from "../server/operations/alerts.ts";
import { toWireChannel } from "../server/wire/alert.ts";
import { askFirst } from "./ask.ts";
import { writeGrid } from "./grid.ts";
import type { CommonOptions } from "./options.ts";
import type { Shell } from "./run.ts";
import { withSession } from "./session.ts";
import { showControls } from "./terminal.ts";

/** The flags of `alerts channel add`. */
export interface AddChannelOptions extends CommonOptions {
  readonly url?: string;
  readonly urlStdin?: true;
  readonly slack?: true;
  readonly json?: true;
}

/** Answers `costops alerts channel add`: the secret alone on stdout, so that it can be caught. */
export async function addOne(name: string, options: AddChannelOptions, { terminal }: Shell): Promise<void> {
  const url = await readUrl(options);
  const kind = options.slack ? "slack" : "webhook";
  const channel = await withSession(options, (session) => session.perform(addChannel, { name, kind, url }));
  const { secret } = channel;
  if (options.json) terminal.out(`${JSON.stringify({ ...toWireChannel(channel), secret }, null, 2)}\n`);
  else if (secret !== null) terminal.out(`${secret}\n`);
  if (options.quiet) return;
  const about = secret === null ? "" : "; the secret that its messages are signed with is not shown again";
  terminal.note(`Added the channel ${showControls(channel.name)}${about}`);
}

/** An address of Slack lets whoever has it write there, and arguments are everybody's to see. */
async function readUrl({ url, urlStdin, slack }: AddChannelOptions): Promise<string> {
  if (url !== undefined && urlStdin) throw new CostopsError("usage", "Cannot use both --url and --url-stdin");
  if (slack && url !== undefined) {
    throw new CostopsError("usage", "Cannot take an address of Slack from --url: it is a secret; use --url-stdin");
  }
  if (url !== undefined) return url;
  if (urlStdin) return (await new Response(Deno.stdin.readable).text()).trim();
  throw new CostopsError("usage", "Cannot add a channel without its address: write --url https://… or --url-stdin");
}

/** Answers `costops alerts channel list`. */
export async function listAll(
  options: CommonOptions & { readonly json?: true },
  { terminal }: Shell,
): Promise<void> {
  const channels = await withSession(options, (session) => session.perform(readChannels, {}), { isReading: true });
  const wire = channels.map(toWireChannel);
  if (options.json) return terminal.out(`${JSON.stringify({ data: wire }, null, 2)}\n`);
  if (wire.length === 0) {
    if (!options.quiet) {
      terminal.note("There are no channels: costops alerts channel add NAME --url https://… adds one");
    }
    return;
  }
  const rows = wire.map(({ name, kind, url, created_at }) => [name, kind, url, created_at]);
  terminal.out(writeGrid(["channel", "kind", "address", "added"], rows, ["left", "left", "left", "left"]));
}

/** Answers `costops alerts channel remove`. */
export async function removeOne(
  channel: string,
  options: CommonOptions & { readonly yes?: true },
  { terminal }: Shell,
): Promise<void> {
  await withSession(options, async (session) => {
    askFirst(`Remove the channel ${showControls(channel)}?`, { yes: options.yes, terminal });
    await session.perform(removeChannel, { channel });
  }, { isReading: true });
  if (!options.quiet) terminal.note(`Removed the channel ${showControls(channel)}`);
}
