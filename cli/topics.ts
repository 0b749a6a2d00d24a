/**
 * Help topics: what one wants to know that belongs to no single command.
 */

import { ERROR_KINDS } from "../core/error.ts";
import { FORMATS } from "../core/usage/detect.ts";

/** The text of each topic. */
export const TOPICS: Readonly<Record<string, () => string>> = {
  formats: writeFormats,
  prices: () => PRICES,
  timezones: () => TIMEZONES,
  "exit-codes": writeExitCodes,
};

function writeFormats(): string {
  const width = Math.max(...FORMATS.map(({ name }) => name.length));
  const list = FORMATS.map(({ name, title }) => `  ${name.padEnd(width)}  ${title}`).join("\n");
  return `FORMATS

Every value of an input is recognised by the fields it has; --format NAME reads all of them as one format.
An input is NDJSON, one JSON object, an array of them, or CSV with a header; files may be gzipped.

${list}

THE CANONICAL RECORD

  model, provider      required; the provider where the model does not tell it
  id, timestamp        give both where you can: they make sending again safe
  input_tokens         uncached input, beside cache_read_tokens, cache_write_5m_tokens, cache_write_1h_tokens
  prompt_tokens        all input, cached parts inside (OpenAI's meaning); both meanings in one record are refused
  output_tokens        all output, reasoning inside; reasoning_tokens says how much of it is
  project, user, environment, session, operation, region, service_tier, status, latency_ms
  tags                 an object of short texts; in CSV columns named tags.team
  reported_cost_usd    what the source says it cost: kept beside, never instead
  requests             how many calls an aggregated record stands for; it never reaches a long-context price
  web_searches, pages, seconds, characters, audio_input_tokens, …   what is priced apart

A refused line never takes others with it: --rejects FILE keeps it as it stood.
`;
}

const PRICES = `PRICES

A cost takes the price in force at the usage's own instant: your organization's own price, else the installation's, else
the catalogue's. costops explain ID shows which, and the arithmetic.

  cost of a unit   = count x rate x modifiers, rounded once to a nano-dollar, half to even
  cost of a record = the sum of its units' costs; no float is involved

  long context     the whole request takes the higher rate once all of its input, cache included, exceeds the threshold
  service tiers    batch, flex, priority and fast take a published factor; without one the record is unpriced
  no price         the cost is unknown (null, an empty cell) and counted in unpriced_records; it is never 0
  free             a published price of 0 is a price

Own prices begin at a time (costops prices set --from) and never change what is stored. costops reprice works stored
costs out again, after a preview, and says so in the audit log. costops prices update takes a newer catalogue in.

costops prices --help lists the commands.
`;

const TIMEZONES = `TIMES AND TIME ZONES

Times are stored as UTC. --tz ZONE (an IANA name; COSTOPS_TZ) says whose days, weeks and months are meant; the default is
UTC. Days with 23 or 25 hours are counted as they are, and days always add up to their month.

  2026-01-31             the day; as --until it is included
  2026-01                the month
  2026-01-31T12:00       that instant in the zone; with Z or an offset, as it says
  today, yesterday, this-week, last-week, this-month, last-month, mtd, ytd
  7d, 4w, 3m             the last days, weeks, months, today included
  24h                    the last hours, to the minute

Without --since it is this month. Records without a zone in their time are taken as UTC.
`;

function writeExitCodes(): string {
  const kinds = Object.values(ERROR_KINDS);
  const titles = (
    exit: number,
  ) => [...new Set(kinds.filter((kind) => kind.exit === exit).map(({ title }) => title.toLowerCase()))];
  return `EXIT CODES

  0   done
  1   ${titles(1).join(", ")}; also: something that db doctor found
  2   ${titles(2).join(", ")}
  3   ${titles(3).join(", ")}
  4   ${titles(4).join(", ")}
  5   ${titles(5).join(", ")}
  6   ${titles(6).join(", ")}: try again
  7   some records were refused, or conflict with stored ones; the others are stored
  8   no price: found with --fail-on-unpriced, or of the call that estimate was asked about
  10  a budget is breached, or a call does not fit, one without a price too: budget check
  11  an anomaly was found: anomalies --fail-on-anomaly
  130, 143   stopped by Ctrl-C or SIGTERM; what the summary counts is stored

When several hold, the first of 1, 6, 7, 10, 11, 8 is given.
`;
}
