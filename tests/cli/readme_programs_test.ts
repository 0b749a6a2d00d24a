/**
 * The programs that the README shows, run as they stand: costops inside a program, and its client in Deno and Node.
 */

import assert from "node:assert/strict";
import { copyFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findFreePort } from "../free_port.ts";
import { inPlace, type Place } from "./program.ts";
import { makeKey, startServing, stopServing } from "./serving.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** The programs that stand in the README below a mark. */
async function readPrograms(mark: string): Promise<string[]> {
  const text = await readFile(join(ROOT, "README.md"), "utf8");
  return [...text.matchAll(new RegExp(`<!-- ${mark} -->\n\`\`\`ts\n(.*?)\`\`\``, "gs"))].map(([, block]) => block!);
}

/** Writes a program into a project that has costops beside it, as the README says. */
async function writeProject({ folder }: Place, program: string): Promise<string> {
  const { imports } = JSON.parse(await readFile(join(ROOT, "deno.json"), "utf8"));
  await writeFile(join(folder, "deno.json"), JSON.stringify({ links: [ROOT], imports: { hono: imports.hono } }));
  await copyFile(join(ROOT, "deno.lock"), join(folder, "deno.lock"));
  await writeFile(join(folder, "program.ts"), program);
  return join(folder, "program.ts");
}

const PERMISSIONS = ["--allow-read", "--allow-write", "--allow-env", "--allow-sys", "--allow-net"];

/** Runs a program in the place, checked first. */
function startProgram({ folder }: Place, path: string, env: Record<string, string> = {}): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--check", ...PERMISSIONS, path],
    cwd: folder,
    env: { DENO_NO_UPDATE_CHECK: "1", NO_COLOR: "1", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Asks until somebody listens; fails when the program has ended instead. */
async function fetchWhenUp(child: Deno.ChildProcess, url: string, init: RequestInit = {}): Promise<Response> {
  let hasEnded = false;
  child.status.then(() => hasEnded = true);
  for (;;) {
    try {
      return await fetch(url, init);
    } catch (error) {
      if (hasEnded) throw new Error(await new Response(child.stderr).text(), { cause: error });
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

const RECORD = { id: "a", provider: "openai", model: "gpt-4", prompt_tokens: 1500, completion_tokens: 500 };

Deno.test("README: five lines mount the API in a program of one's own, with keys that costops makes", async () => {
  const [program] = await readPrograms("embedding");
  const port = findFreePort();
  await inPlace(async (place) => {
    const key = await makeKey(place, ["usage:create", "cost:read"]);
    const child = startProgram(place, await writeProject(place, program!.replace("8000", String(port))));
    const headers = { "X-API-Key": key, "Content-Type": "application/json" };
    const url = `http://127.0.0.1:${port}/costs`;
    const sent = await fetchWhenUp(child, `${url}/usage`, { method: "POST", headers, body: JSON.stringify(RECORD) });
    assert.equal(sent.status, 201);
    assert.equal((await sent.json()).cost_usd, "0.075000000");
    const asked = await fetch(`${url}/costs/a`, { headers });
    assert.equal((await asked.json()).cost_usd, "0.075000000");
    const refused = await fetch(`${url}/usage`);
    assert.deepEqual([refused.status, (await refused.json()).code], [401, "unauthenticated"]);
    child.kill("SIGTERM");
    const { stderr } = await child.output();
    assert.equal(new TextDecoder().decode(stderr), "");
  });
});

Deno.test("README: routes and middleware of one's own stand beside and around the API, on a database that is handed in", async () => {
  const [, program] = await readPrograms("embedding");
  const port = findFreePort();
  await inPlace(async (place) => {
    await place.run(["ingest"], JSON.stringify(RECORD));
    const child = startProgram(place, await writeProject(place, program!.replace("8000", String(port))));
    const url = `http://127.0.0.1:${port}`;
    const own = await fetchWhenUp(child, `${url}/hello`);
    assert.deepEqual([await own.text(), own.headers.get("x-served-by")], ["my own route", null]);
    const read = await fetch(`${url}/costs/costs/a`, { headers: { "X-My-User": "ann" } });
    assert.deepEqual([read.status, read.headers.get("x-served-by")], [200, "my program"]);
    assert.equal((await read.json()).cost_usd, "0.075000000");
    const written = await fetch(`${url}/costs/usage/a`, { method: "DELETE", headers: { "X-My-User": "ann" } });
    assert.deepEqual([written.status, (await written.json()).code], [403, "forbidden"]);
    const unknown = await fetch(`${url}/costs/costs/a`);
    assert.deepEqual([unknown.status, (await unknown.json()).code], [401, "unauthenticated"]);
    child.kill("SIGTERM");
    const { code, stderr } = await child.output();
    assert.deepEqual([code, new TextDecoder().decode(stderr)], [0, ""], "it ends when all is closed");
  });
});

Deno.test("README: the typed client runs in Deno and in Node, and says the same", async () => {
  const [program] = await readPrograms("client");
  await inPlace(async (place) => {
    const serving = await startServing(place);
    const key = await makeKey(place, ["usage:create", "cost:read"]);
    const at = (text: string) => text.replace("http://127.0.0.1:8080", serving.url);
    const inDeno = await startProgram(place, await writeProject(place, at(program!)), { API_KEY: key }).output();
    assert.equal(new TextDecoder().decode(inDeno.stderr), "");
    assert.equal(new TextDecoder().decode(inDeno.stdout), "inserted 0.075000000\n0.075000000\nnot_found\n");

    await place.write("package.json", '{"private":true,"type":"module"}');
    await place.write("program.mjs", at(program!).replace("costops/client", "costops-client"));
    const run = async (command: string, args: string[]) => {
      const env = { API_KEY: key, PATH: Deno.env.get("PATH")!, HOME: Deno.env.get("HOME")! };
      const { code, stdout, stderr } = await new Deno.Command(command, { args, cwd: place.folder, env }).output();
      assert.equal(code, 0, new TextDecoder().decode(stderr));
      return new TextDecoder().decode(stdout);
    };
    await run("npm", ["install", "--install-links", "--no-audit", "--no-fund", join(ROOT, "client")]);
    assert.equal(await run("node", ["program.mjs"]), "duplicate 0.075000000\n0.075000000\nnot_found\n");
    await stopServing(serving);
  });
});
