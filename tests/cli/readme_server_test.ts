import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { findFreePort } from "../free_port.ts";
import { inPlace } from "./program.ts";

/** The commands that the README gives to serve a team, one block after another. */
async function readCommands(): Promise<string> {
  const text = await readFile(new URL("../../README.md", import.meta.url), "utf8");
  return [...text.matchAll(/<!-- server -->\n```sh\n(.*?)```/gs)].map(([, block]) => block!).join("echo; echo --; ");
}

Deno.test("README: the commands that serve a team work as they stand, on a real server", async () => {
  const port = findFreePort();
  const commands = (await readCommands()).replaceAll("127.0.0.1:8080", `127.0.0.1:${port}`);
  const parts = [
    `{"provider":"openai","model":"gpt-4","organization_id":"org-123","prompt_tokens":1500,"completion_tokens":500,"latency_ms":1200}`,
    `costs?organization_id=org-123&start_date=2024-01-01&end_date=2024-01-31`,
    `{"username":"ann@example.com","password":`,
    "X-API-Key: ",
    "Authorization: Bearer ",
  ];
  for (const part of parts) assert.ok(commands.includes(part), part);
  await inPlace(async ({ shell, write, folder }) => {
    // `"$@"` is the program: as a command of its own it is what the README calls it.
    const program = 'mkdir bin; printf \'#!/bin/sh\\nexec %s "$@"\\n\' "$PROGRAM" > bin/costops; chmod +x bin/costops';
    await write("commands.sh", `${commands}\nkill $!\nwait\n`);
    const setUp = `PROGRAM="$*"; ${program}; PATH="${folder}/bin:$PATH" exec sh -eu commands.sh`;
    const { code, out, err } = await shell(setUp, []);
    assert.equal(code, 0, err);
    const [, created, costs, remote] = out.split("\n--\n").map((text) => text.trim());
    assert.match(created!, /"outcome":"inserted","retry_safe":false,"cost_usd":"0\.075000000","currency":"USD"/);
    assert.match(created!, /"model": "gpt-4",\n\s*"requests": 1,/);
    assert.match(costs!, /^\{"data":\[\],"pagination":\{"limit":20,"has_more":false/);
    assert.match(remote!, /gpt-5 +1 +2,000 /);
    assert.match(err, /^read 1 \/ inserted 1 \/ duplicate 0/m);
  }, { API_PORT: String(port) });
});
