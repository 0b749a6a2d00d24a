import assert from "node:assert/strict";
import { withFolder } from "../../db/for_each_database.ts";
import { withMeasuredServer } from "./measured_server.ts";

const HAS_PROMTOOL = hasPromtool();

function hasPromtool(): boolean {
  try {
    return new Deno.Command("promtool", { args: ["--version"], stdout: "null", stderr: "null" }).outputSync().success;
  } catch {
    return false;
  }
}

/** Runs promtool on an input. */
async function runPromtool(args: readonly string[], input: string) {
  const child = new Deno.Command("promtool", { args: [...args], stdin: "piped", stdout: "piped", stderr: "piped" })
    .spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  return { code, said: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
}

/** The metrics of a server that has been used. */
async function readUsedMetrics(): Promise<string> {
  let text = "";
  await withFolder(async (folder) => {
    await withMeasuredServer(`${folder}/costops.db`, async ({ ask, readMetrics }) => {
      await ask("POST", "/usage", { id: "a", model: "gpt-4", prompt_tokens: 1 });
      await ask("GET", "/usage");
      await ask("GET", "/costs/aggregate?group_by=model");
      text = await readMetrics();
    });
  });
  return text;
}

interface Dashboard {
  readonly panels: readonly { readonly title: string; readonly targets?: readonly { readonly expr: string }[] }[];
  readonly templating: { readonly list: readonly { readonly definition?: string }[] };
}

/** Every query of the dashboard. */
async function listQueries(): Promise<string[]> {
  const path = new URL("../../../docs/grafana.json", import.meta.url);
  const dashboard: Dashboard = JSON.parse(await Deno.readTextFile(path));
  return dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
}

/** Names of metrics with their types. */
function listTypes(text: string): Map<string, string> {
  return new Map([...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [name!, type!]));
}

Deno.test("/metrics is in the text format: every metric has help and a type before its samples, which are its own", async () => {
  const text = await readUsedMetrics();
  assert.ok(text.endsWith("\n"));
  let name = "";
  let type = "";
  const seen = new Set<string>();
  for (const line of text.split("\n").filter((line) => line !== "")) {
    const help = /^# HELP (\S+) (\S.*)$/.exec(line);
    if (help !== null) {
      name = help[1]!;
      assert.match(name, /^(costops|process)_[a-z_]+$/);
      assert.ok(!seen.has(name), `${name} is there twice`);
      seen.add(name);
      continue;
    }
    const typed = /^# TYPE (\S+) (counter|gauge|histogram)$/.exec(line);
    if (typed !== null) {
      assert.equal(typed[1], name);
      type = typed[2]!;
      assert.equal(name.endsWith("_total"), type === "counter", name);
      continue;
    }
    const sample = /^([a-z_]+)(?:\{(?:[a-z_]+="[^"\\\n]*",?)+\})? (\+Inf|[0-9.e+-]+)$/.exec(line);
    assert.ok(sample !== null, line);
    const suffix = sample[1]!.slice(name.length);
    assert.ok(sample[1]!.startsWith(name), line);
    assert.ok((type === "histogram" ? ["_bucket", "_sum", "_count"] : [""]).includes(suffix), line);
    assert.ok(Number(sample[2]) >= 0, line);
  }
  assert.equal(seen.size, 23);
});

Deno.test("/metrics knows the process, and when it began", async () => {
  const text = await readUsedMetrics();
  const read = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, "m").exec(text)?.[1]);
  assert.ok(read("process_resident_memory_bytes") > 20_000_000);
  assert.ok(read("process_heap_bytes") > 1_000_000);
  assert.ok(read("process_cpu_seconds_total") > 0.01);
  const age_s = Date.now() / 1000 - read("process_start_time_seconds");
  assert.ok(age_s > 0 && age_s < 3600, `${age_s}`);
  const build = `costops_build_info{version="1.2.3",database="sqlite",deno="${Deno.version.deno}"} 1\n`;
  assert.ok(text.includes(build));
});

Deno.test("docs/grafana.json shows every metric that there is, and no other", async () => {
  const types = listTypes(await readUsedMetrics());
  const shown = new Set<string>();
  for (const query of await listQueries()) {
    for (const [word] of query.matchAll(/\b(?:costops|process)_[a-z_]+/g)) {
      const base = word.replace(/_(bucket|sum|count)$/, "");
      const name = types.get(base) === "histogram" ? base : word;
      assert.ok(types.has(name), `${word} of ${query}`);
      assert.equal(types.get(name) === "histogram", name !== word, `${word} of ${query}`);
      shown.add(name);
    }
  }
  assert.deepEqual([...shown].sort(), [...types.keys()].sort());
});

Deno.test({
  name: HAS_PROMTOOL
    ? "promtool finds nothing to say of /metrics"
    : "promtool finds nothing to say of /metrics (needs promtool)",
  ignore: !HAS_PROMTOOL,
  fn: async () => {
    assert.deepEqual(await runPromtool(["check", "metrics"], await readUsedMetrics()), { code: 0, said: "" });
  },
});

Deno.test({
  name: HAS_PROMTOOL
    ? "promtool reads every query of docs/grafana.json"
    : "promtool reads every query of docs/grafana.json (needs promtool)",
  ignore: !HAS_PROMTOOL,
  fn: async () => {
    const queries = await listQueries();
    assert.ok(queries.length > 20);
    const rules = queries.map((query, at) => ({ record: `q${at}`, expr: query.replaceAll("$__rate_interval", "5m") }));
    await withFolder(async (folder) => {
      const path = `${folder}/rules.json`;
      await Deno.writeTextFile(path, JSON.stringify({ groups: [{ name: "dashboard", rules }] }));
      const { code, said } = await runPromtool(["check", "rules", path], "");
      assert.equal(code, 0, said);
    });
  },
});
