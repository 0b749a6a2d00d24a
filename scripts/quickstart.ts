/**
 * The first two minutes with costops: imports the example month into a database of its own and shows what it cost.
 *
 * Each step is the real program in a process of its own, with the flags one would type.
 */

import { spawn } from "node:child_process";
import { access, mkdir, rm, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const FOLDER = "quickstart";
const DATABASE = join(".", FOLDER, "costops.db");
/** Beside the database: says that it is the quickstart's. */
const MARK = join(".", FOLDER, "made_by_quickstart.txt");
const MONTH = ["--since", "2026-10-01", "--until", "2026-10-31"];

/** The folders of examples/usage/, and where their calls were made. */
const PROJECTS = [
  { project: "support-bot", environment: "production" },
  { project: "search", environment: "production" },
  { project: "docs-summarizer", environment: "production" },
  { project: "internal-tools", environment: "development" },
] as const;

async function main(): Promise<number> {
  await removeDatabase();
  console.log(`Importing October 2026 of Fernwood, a made-up company, into ${DATABASE}`);
  for (const { project, environment } of PROJECTS) {
    const folder = relative(Deno.cwd(), join(ROOT, "examples", "usage", project));
    console.log(`\n${project}`);
    await costops(["import", folder, "--project", project, "--environment", environment]);
  }
  for (const [title, dimension] of [["By model", "model"], ["By project", "project"], ["By day", "day"]] as const) {
    console.log(`\n${title}`);
    await costops(["report", "cost", ...MONTH, "--group-by", dimension, "--format", "table", "--chart"]);
  }
  console.log(`\nNext, try:\n${listNextSteps().map((line) => `  ${line}`).join("\n")}`);
  return 0;
}

/**
 * Takes away the database of an earlier quickstart with SQLite's two files beside it. A file of that name that no
 * quickstart made is somebody's data: it stays, and the quickstart stops.
 */
async function removeDatabase(): Promise<void> {
  await mkdir(FOLDER, { recursive: true });
  if (await exists(DATABASE) && !await exists(MARK)) {
    console.error(`Cannot begin: ${DATABASE} is there and no quickstart made it; move it, or start in another folder`);
    Deno.exit(1);
  }
  await writeFile(MARK, "costops.db beside this file was made by the quickstart, and is made anew by the next one.\n");
  for (const suffix of ["", "-wal", "-shm"]) await rm(`${DATABASE}${suffix}`, { force: true });
}

function exists(path: string): Promise<boolean> {
  return access(path).then(() => true, () => false);
}

/** Runs the program on the quickstart's database; what it says goes where it would. Ends the quickstart when it fails. */
async function costops(args: readonly string[]): Promise<void> {
  const program = ["run", "--quiet", "--frozen", "--allow-read", "--allow-write", "--allow-env", "--allow-sys"];
  const code = await new Promise<number>((resolve, reject) => {
    const all = [...program, join(ROOT, "main.ts"), ...args, "--database", DATABASE];
    const child = spawn(Deno.execPath(), all, { stdio: ["ignore", "inherit", "inherit"] });
    child.on("error", reject);
    child.on("close", (ended) => resolve(ended ?? 1));
  });
  if (code === 0) return;
  console.error(`The quickstart stopped: costops ${args[0]} ended with ${code}`);
  Deno.exit(code);
}

/** Commands to paste, with the database they work on. */
function listNextSteps(): string[] {
  const costops = "npx -y deno@2.9.6 task --quiet costops";
  const month = MONTH.join(" ");
  return [
    `${costops} report cost ${month} --filter project=docs-summarizer --group-by day --database ${DATABASE}`,
    `${costops} report cost ${month} --filter project=internal-tools --group-by user,model --format csv --database ${DATABASE}`,
    `${costops} ingest --project support-bot --database ${DATABASE} < examples/usage/support-bot/openai_chat.ndjson`,
  ];
}

if (import.meta.main) Deno.exit(await main());
