/**
 * Flags of the commands that take usage in: what to fill in where the source is silent, and how to read it.
 */

import { type Command, Option } from "@commander-js/extra-typings";
import { CostopsError } from "../core/error.ts";
import type { Format } from "../core/usage/format.ts";
import type { IntakeDefaults } from "../core/usage/intake.ts";
import { SERVICE_TIERS, type ServiceTier } from "../core/usage/record.ts";
import { collect, type CommonOptions } from "./options.ts";

/** The flags of `ingest` and `import`. */
export interface IntakeOptions extends CommonOptions {
  readonly format?: string;
  readonly provider?: string;
  readonly project?: string;
  readonly user?: string;
  readonly environment?: string;
  readonly session?: string;
  readonly serviceTier?: ServiceTier;
  readonly region?: string;
  readonly timestamp?: string;
  readonly tag?: readonly string[];
  readonly rejects?: string;
  readonly dryRun?: true;
  readonly failOnUnpriced?: true;
  readonly verbose?: true;
  readonly json?: true;
}

/** Adds the flags of `ingest` and `import`. */
// deno-lint-ignore no-explicit-any -- the builder's type grows with each option; only its methods are used here.
export function addIntakeOptions<Builder extends Command<any, any, any>>(command: Builder): Builder {
  return command
    .option("--format <name>", "read as this format instead of detecting it")
    .option("--provider <name>", "provider, where the source has none")
    .option("--project <name>", "project, where the source has none")
    .option("--user <name>", "user, where the source has none")
    .option("--environment <name>", "environment, where the source has none")
    .option("--session <id>", "session, where the source has none")
    .addOption(new Option("--service-tier <tier>", "service tier, where the source has none").choices(SERVICE_TIERS))
    .option("--region <name>", "region, where the source has none")
    .option("--timestamp <time>", "time of the call, where the source has none")
    .option("--tag <key=value>", "tag, where the source has none (repeatable)", collect)
    .option("--rejects <file>", "write refused lines there, to be mended and taken in again")
    .option("--dry-run", "store nothing; say what would happen")
    .option("--fail-on-unpriced", "exit 8 when a new record has no price")
    .option("-v, --verbose", "say every refused line, not the first 20 alone")
    .option("--json", "write outcomes and summary as JSON to stdout") as Builder;
}

/** What the flags fill in. Fails with `usage` on a tag without `=` and on an unreadable time. */
export async function readDefaults(options: IntakeOptions): Promise<IntakeDefaults> {
  return {
    provider: options.provider,
    project: options.project,
    user: options.user,
    environment: options.environment,
    session: options.session,
    service_tier: options.serviceTier,
    region: options.region,
    timestamp: options.timestamp === undefined ? undefined : await readTime(options.timestamp),
    tags: options.tag === undefined ? undefined : Object.fromEntries(options.tag.map(readTag)),
  };
}

/** The format that is named, undefined when none is. Fails with `usage` on an unknown one. */
export async function readFormat(name: string | undefined): Promise<Format | undefined> {
  if (name === undefined) return undefined;
  const { findFormat, FORMATS } = await import("../core/usage/detect.ts");
  const format = findFormat(name);
  if (format !== undefined) return format;
  const names = FORMATS.map((known) => known.name).join(", ");
  throw new CostopsError("usage", `Cannot find --format "${name}": the formats are ${names}`);
}

async function readTime(text: string): Promise<number> {
  const { readTimestamp } = await import("../core/usage/timestamp.ts");
  try {
    const timestamp = readTimestamp(text, "--timestamp");
    if (timestamp !== undefined) return timestamp;
  } catch {
    // Said below in the words of a flag.
  }
  throw new CostopsError("usage", `Cannot read --timestamp "${text}" as a time: write 2026-01-31T12:00:00Z`);
}

function readTag(text: string): [string, string] {
  const at = text.indexOf("=");
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  throw new CostopsError("usage", `Cannot read --tag "${text}": write it as key=value`);
}
