/**
 * docs/serving.md and docs/deploy as they stand: what sends usage, the proxies, the unit of systemd, the configuration.
 */

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { writeConfiguration } from "../../scripts/write_configuration.ts";
import { inPlace, type Place } from "./program.ts";
import { makeKey, type Serving, startServing, stopServing } from "./serving.ts";

const DOCS = new URL("../../docs/", import.meta.url);

function readDocument(path: string): Promise<string> {
  return readFile(new URL(path, DOCS), "utf8");
}

/** The blocks below a mark. */
async function readBlocks(mark: string): Promise<string[]> {
  const text = await readDocument("serving.md");
  return [...text.matchAll(/<!-- ([a-z ]+) -->\n```\w+\n(.*?)```/gs)].flatMap(([, name, block]) =>
    name === mark ? [block!] : []
  );
}

async function isInstalled(command: string): Promise<boolean> {
  try {
    await new Deno.Command(command, { args: ["--version"], stdout: "null", stderr: "null" }).output();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** A test that runs a program which not every machine has. */
async function testWith(command: string, name: string, fn: () => Promise<void>): Promise<void> {
  const ignore = !await isInstalled(command);
  Deno.test({ name: ignore ? `${name} (needs ${command})` : name, ignore, fn });
}

/** Runs a test beside a server, with a key that sends and reads. */
async function withServing(
  test: (given: { readonly place: Place; readonly serving: Serving; readonly key: string }) => Promise<void>,
  args: readonly string[] = [],
): Promise<void> {
  await inPlace(async (place) => {
    const key = await makeKey(place, ["usage:create", "cost:read"]);
    const serving = await startServing(place, args);
    try {
      await test({ place, serving, key });
    } finally {
      await stopServing(serving);
    }
  });
}

async function readCosts({ serving, key }: { readonly serving: Serving; readonly key: string }) {
  const response = await serving.fetch("/api/v1/costs?since=2026-11-01&until=2026-11-01", { bearer: key });
  const { data } = await response.json();
  return data.map(({ id, cost_usd }: Record<string, string>) => [id, cost_usd]).sort();
}

/** 1,500 x $30 and 500 x $60 a million. */
const COST = "0.075000000";

async function runScript(
  { command, name, block }: { readonly command: readonly string[]; readonly name: string; readonly block: string },
  { place, serving, key }: { readonly place: Place; readonly serving: Serving; readonly key: string },
): Promise<string> {
  await place.write(name, block);
  const variables = `COSTOPS_SERVER=${serving.url} COSTOPS_API_KEY=${key}`;
  const { code, out, err } = await place.shell(`${variables} ${command.join(" ")} ${name}`, []);
  assert.equal(code, 0, err);
  return out;
}

await testWith("curl", "docs/serving.md: curl sends a record and a file, as they stand", async () => {
  const [record, file] = await readBlocks("send");
  await withServing(async (given) => {
    const run = (block: string) => runScript({ command: ["sh", "-eu"], name: "send.sh", block }, given);
    assert.equal(JSON.parse(await run(record!)).cost_usd, COST);
    const lines = (await run(file!)).trim().split("\n");
    assert.equal(JSON.parse(lines.at(-1)!).summary.inserted, 2);
    assert.deepEqual(await readCosts(given), [["from-curl", COST], ["line-1", "0.030000000"], [
      "line-2",
      "0.030000000",
    ]]);
  });
});

await testWith("python3", "docs/serving.md: Python sends a record, as it stands", async () => {
  const [block] = await readBlocks("send python");
  await withServing(async (given) => {
    const run = () => runScript({ command: ["python3"], name: "send.py", block: block! }, given);
    assert.equal(await run(), `inserted ${COST}\n`);
    assert.equal(await run(), `duplicate ${COST}\n`);
    assert.deepEqual(await readCosts(given), [["from-python", COST]]);
  });
});

Deno.test("docs/serving.md: TypeScript sends a record, as it stands, under Deno", async () => {
  const [block] = await readBlocks("send typescript");
  await withServing(async (given) => {
    const command = [Deno.execPath(), "run", "--quiet", "--check", "--allow-net", "--allow-env"];
    assert.equal(await runScript({ command, name: "send.ts", block: block! }, given), `inserted ${COST}\n`);
    assert.deepEqual(await readCosts(given), [["from-typescript", COST]]);
  });
});

Deno.test("docs/serving.md: its configuration file is one", async () => {
  const [block] = await readBlocks("configuration");
  await inPlace(async ({ run, write }) => {
    await write("costops.toml", block!);
    const { code, out, err } = await run(["config", "show", "--json"]);
    assert.equal(code, 0, err);
    const { trusted_proxies, rate_limit_burst } = JSON.parse(out);
    assert.deepEqual([trusted_proxies.value, rate_limit_burst.value], [["127.0.0.1"], 400]);
  });
});

Deno.test("docs/configuration.md is what the table of configuration says", async () => {
  assert.equal(await readDocument("configuration.md"), writeConfiguration());
});

await testWith("systemd-analyze", "docs/deploy/costops.service: systemd has nothing to say of it", async () => {
  const unit = (await readDocument("deploy/costops.service")).replaceAll(
    "/opt/costops",
    new URL("../", DOCS).pathname.slice(0, -1),
  );
  await inPlace(async ({ write, folder, shell }) => {
    await write("costops.service", unit);
    const { code, out, err } = await shell(`systemd-analyze verify --man=no ${folder}/costops.service`, []);
    assert.deepEqual([code, out, err], [0, "", ""]);
  });
});
