/**
 * The test run of `deno task test` and, with `--soak`, of `deno task test:soak`.
 *
 * First the gates (format, lint, house, types), one test each, then `deno test`; the last line is the sum of both. Paths
 * after it run the tests of those paths alone. A test that is ignored says why in brackets at the end of its name
 * (`db copies to Postgres (needs Postgres)`); one that does not say fails the run.
 *
 * Programs that tests run and that are not on the path come from Debian's packages (debian_tools.ts).
 *
 * The tests find a Postgres server at TEST_DATABASE_URL: the one that is given, otherwise one of the run's own, which
 * ends with it, however it ends.
 */

import { spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type PostgresServer, startPostgres } from "../tests/db/postgres_server.ts";
import { readyTools } from "./debian_tools.ts";
import { findCounts, formatCounts, listSkipped, stripColors, type TestCounts } from "./test_report.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

interface Gate {
  readonly name: string;
  readonly args: readonly string[];
}

const GATES: readonly Gate[] = [
  { name: "format", args: ["fmt", "--check"] },
  { name: "lint", args: ["lint"] },
  { name: "house", args: ["run", "--quiet", "--no-lock", "--allow-read=.", "scripts/lint_tree.ts"] },
  { name: "types", args: ["check", "--quiet", "--frozen", "."] },
];

/** What a child said and how it ended. */
interface Ended {
  readonly code: number;
  readonly output: string;
}

interface TestOptions {
  readonly isSoak: boolean;
  /** What the tests find in their environment besides what this process does. */
  readonly env: Record<string, string>;
}

async function main(args: readonly string[]): Promise<number> {
  const isSoak = args.includes("--soak");
  const paths = args.filter((arg) => arg !== "--soak");
  const counts: TestCounts[] = [];
  if (!isSoak && paths.length === 0) { for (const gate of GATES) counts.push(await runGate(gate)); }
  const testPaths = paths.length > 0 ? paths : isSoak ? await findSoakTests() : ["tests/"];
  const tools = await readyTools();
  console.log(`tools: ${tools.said}`);
  const path = [process.env.PATH ?? "", ...(tools.folder === undefined ? [] : [tools.folder])].join(delimiter);
  counts.push(await withPostgres((env) => runTests(testPaths, { isSoak, env: { ...env, PATH: path } })));
  const total = addCounts(counts);
  console.log(formatCounts(total));
  return total.failed === 0 && total.passed > 0 ? 0 : 1;
}

/** A gate is quiet when it passes, and says all it has to say when it does not. */
async function runGate(gate: Gate): Promise<TestCounts> {
  const started = performance.now();
  const ended = await runDeno(gate.args, { isShown: false });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  if (ended.code === 0) {
    console.log(`${gate.name} ok (${seconds} s)`);
    return { passed: 1, failed: 0, skipped: 0 };
  }
  console.log(`${ended.output.trimEnd()}\n${gate.name} FAILED (${seconds} s): deno ${gate.args.join(" ")}`);
  return { passed: 0, failed: 1, skipped: 0 };
}

/**
 * Runs the tests with a Postgres server. One that does not start is one failed test; the tests are told of it, and
 * leave those on Postgres to that one.
 */
async function withPostgres(run: (env: Record<string, string>) => Promise<TestCounts>): Promise<TestCounts> {
  if (process.env.TEST_DATABASE_URL) return await run({});
  let server: PostgresServer;
  try {
    server = await startPostgres({ isInMemory: true });
  } catch (error) {
    const fault = `Postgres did not start: ${error instanceof Error ? error.message : error}`;
    const failed = fail(fault);
    return addCounts([failed, await run({ TEST_DATABASE_FAULT: fault })]);
  }
  try {
    return await run({ TEST_DATABASE_URL: server.url });
  } finally {
    await server.dispose();
  }
}

/** Types are the gates' matter, so that a type error does not hide what the tests have to say. */
async function runTests(paths: readonly string[], options: TestOptions): Promise<TestCounts> {
  if (paths.length === 0) return fail("No tests match tests/**/*_soak.ts");
  const folder = await mkdtemp(join(tmpdir(), "costops-test-"));
  try {
    const report = join(folder, "report.xml");
    const flags = ["--frozen", "--no-check", "--allow-all", "--sanitize-ops", "--sanitize-resources"];
    // Soaks are few and long, and what they measured is shown.
    const manner = options.isSoak ? ["--reporter=pretty"] : ["--quiet", "--parallel", "--reporter=dot"];
    const args = ["test", ...flags, ...manner, `--junit-path=${report}`, ...paths];
    const ended = await runDeno(args, { isShown: true, env: options.env });
    return judge(ended, await readFile(report, "utf8").catch(() => ""));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The counts of a run, where whatever does not fit together is a failure more. */
function judge(ended: Ended, report: string): TestCounts {
  const counts = findCounts(ended.output);
  if (counts === undefined) return fail(`deno test ended with ${ended.code} and counted nothing`);
  if (counts.passed + counts.failed === 0) return addCounts([counts, fail("No test ran")]);
  const faults: TestCounts[] = [];
  if (ended.code !== 0 && counts.failed === 0) faults.push(fail(`deno test ended with ${ended.code}`));
  if (ended.code === 0 && counts.failed > 0) faults.push(fail("deno test ended well with failed tests"));
  for (const test of listSkipped(report)) {
    console.log(`skipped: ${test.file}: ${test.name}`);
    if (test.reason === undefined) faults.push(fail("A skipped test says why in brackets at the end of its name"));
  }
  return addCounts([counts, ...faults]);
}

function fail(message: string): TestCounts {
  console.log(`FAILED: ${message}`);
  return { passed: 0, failed: 1, skipped: 0 };
}

function addCounts(counts: readonly TestCounts[]): TestCounts {
  return counts.reduce((sum, next) => ({
    passed: sum.passed + next.passed,
    failed: sum.failed + next.failed,
    skipped: sum.skipped + next.skipped,
  }));
}

async function findSoakTests(): Promise<string[]> {
  const files = await readdir(join(ROOT, "tests"), { recursive: true });
  return files.filter((file) => file.endsWith("_soak.ts")).map((file) => join("tests", file)).sort();
}

/** Runs this same Deno at the repository's root with nothing to read; more than four workers only wait for disks. */
function runDeno(
  args: readonly string[],
  options: { isShown: boolean; env?: Record<string, string> },
): Promise<Ended> {
  const jobs = String(Math.min(4, availableParallelism()));
  const env = { DENO_JOBS: jobs, ...process.env, DENO_NO_UPDATE_CHECK: "1", ...options.env };
  const child = spawn(Deno.execPath(), args, { cwd: ROOT, env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  const keep = (chunk: string) => {
    const text = process.stdout.isTTY ? chunk : stripColors(chunk);
    output += text;
    if (options.isShown) process.stdout.write(text);
  };
  child.stdout.setEncoding("utf8").on("data", keep);
  child.stderr.setEncoding("utf8").on("data", keep);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? 1, output }));
  });
}

if (import.meta.main) Deno.exit(await main(Deno.args));
