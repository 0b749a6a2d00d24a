import assert from "node:assert/strict";
import { type CostQueryTexts, parseCostQuery } from "../../../core/analytics/parse_query.ts";
import { CostopsError } from "../../../core/error.ts";

const NOW = Date.parse("2026-07-15T22:30:00Z");

function parse(texts: Omit<CostQueryTexts, "organization_id">) {
  return parseCostQuery({ organization_id: "acme", ...texts }, NOW);
}

function fails(texts: Omit<CostQueryTexts, "organization_id">, message: string): void {
  assert.throws(
    () => parse(texts),
    (error) => error instanceof CostopsError && error.kind === "invalid" && error.message === message,
  );
}

Deno.test("parseCostQuery() without anything is this month, ungrouped, in one bucket", () => {
  const range = { since: Date.UTC(2026, 6, 1), until: Date.UTC(2026, 7, 1) };
  assert.deepEqual(parse({}), {
    organization_id: "acme",
    range,
    tz: "UTC",
    group_by: [],
    interval: null,
    buckets: [{ ...range, label: "2026-07-01T00:00:00Z/2026-08-01T00:00:00Z" }],
    filter: new Map(),
    units: [],
  });
});

Deno.test("parseCostQuery() reads lists by comma and by repetition and remembers where time was written", () => {
  assert.deepEqual(parse({ group_by: ["tags.team"] }).group_by, ["tag:team"]);
  const query = parse({ since: "2d", group_by: ["model,day", "tag:team", "service-tier"] });
  assert.deepEqual(query.group_by, ["model", "tag:team", "service_tier"]);
  assert.equal(query.interval, "day");
  assert.equal(query.interval_position, 1);
  assert.deepEqual(query.buckets.map((bucket) => bucket.label), ["2026-07-14", "2026-07-15"]);
});

Deno.test("parseCostQuery() takes start_date and end_date for since and until", () => {
  const range = { since: Date.UTC(2026, 0, 1), until: Date.UTC(2026, 1, 1) };
  assert.deepEqual(parse({ start_date: "2026-01-01", end_date: "2026-01-31" }).range, range);
  fails(
    { since: "7d", start_date: "2026-01-01" },
    "Cannot use both since and start_date: they are the same; write one",
  );
});

Deno.test("parseCostQuery() names the end of a range as it was given", () => {
  const wanted = "as a date: there is no day 2026-13-01";
  fails({ start_date: "2026-13-01" }, `Cannot read start_date "2026-13-01" ${wanted}`);
  fails({ end_date: "2026-13-01" }, `Cannot read end_date "2026-13-01" ${wanted}`);
  fails({ since: "2026-13-01", end_date: "2026-01-31" }, `Cannot read since "2026-13-01" ${wanted}`);
  fails(
    { start_date: "2026-02-01", end_date: "2026-01-31" },
    'Cannot use end_date "2026-01-31" with start_date "2026-02-01": the end must be later than the start',
  );
});

Deno.test("parseCostQuery() spells the time zone as IANA does", () => {
  assert.equal(parse({ tz: "asia/kathmandu" }).tz, "Asia/Kathmandu");
});

Deno.test("parseCostQuery() reads filters: several values, tags, none, and a comma of the value's own", () => {
  const { filter } = parse({ filter: ["project=a,b,a", "tag:team=x=y", "user=", "model=Smith\\, Jones\\\\,z"] });
  assert.deepEqual(
    filter,
    new Map<string, string[]>([
      ["project", ["a", "b"]],
      ["tag:team", ["x=y"]],
      ["user", [""]],
      ["model", ["Smith, Jones\\", "z"]],
    ]),
  );
});

Deno.test("parseCostQuery() takes counted units and rarer tokens as columns", () => {
  assert.deepEqual(parse({ columns: ["web-searches,audio_input_tokens"] }).units, [
    "web_searches",
    "audio_input_tokens",
  ]);
});

Deno.test("parseCostQuery() names the nearest dimension to a mistyped one", () => {
  fails({ group_by: ["modle"] }, 'Cannot read "modle" as a dimension: did you mean model?');
  fails({ group_by: ["dya"] }, 'Cannot read "dya" as a dimension: did you mean day?');
  fails({ filter: ["projcet=x"] }, 'Cannot read "projcet" as a dimension: did you mean project?');
  fails(
    { filter: ["colour=x"] },
    'Cannot read "colour" as a dimension: write one of provider, model, project, user, environment, service_tier, ' +
      "operation, session, tag:KEY",
  );
  fails({ group_by: ["tag:"] }, 'Cannot read "tag:" as a tag: write tag:KEY with at most 128 characters');
});

Deno.test("parseCostQuery() refuses a name twice, two intervals and a fifth dimension", () => {
  fails({ group_by: ["model", "model"] }, 'Cannot group by "model" twice: write it once');
  fails(
    { group_by: ["day,month"] },
    'Cannot group by both "day" and "month": write at most one of hour, day, week, month',
  );
  fails(
    { group_by: ["model,user,project,session,operation,day"] },
    "Cannot group by 5 dimensions: write at most 4 besides time",
  );
  fails(
    { filter: ["project=a", "project=b"] },
    'Cannot filter by "project" twice: write its values in one, project=a,b',
  );
  fails({ columns: ["images,images"] }, 'Cannot add the column "images" twice: write it once');
});

Deno.test("parseCostQuery() refuses filters that could only be a mistake", () => {
  fails({ filter: ["project"] }, 'Cannot read filter "project": write it as key=value, such as project=x');
  fails({ filter: ["=x"] }, 'Cannot read filter "=x": write it as key=value, such as project=x');
  fails({ filter: ["service_tier=bach"] }, 'Cannot filter by service_tier "bach": did you mean batch?');
  const values = Array.from({ length: 101 }, (_, index) => `p${index}`).join(",");
  fails({ filter: [`project=${values}`] }, 'Cannot filter by 101 values of "project": write at most 100');
});

Deno.test("parseCostQuery() refuses columns that are always there or that there are none of", () => {
  fails(
    { columns: ["cost_usd"] },
    'Cannot add the column "cost_usd": it is always there; write a unit such as web_searches',
  );
  fails({ columns: ["web_searchs"] }, 'Cannot add the column "web_searchs": did you mean web_searches?');
});
