import assert from "node:assert/strict";
import { TOPICS } from "../../cli/topics.ts";

Deno.test("the README and the help list the same exit codes, and the same order of them", async () => {
  const readme = await Deno.readTextFile("README.md");
  const help = TOPICS["exit-codes"]!();
  const wanted = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "10", "11", "130, 143"];
  const section = readme.split("### Exit codes")[1]!.split("\n### ")[0]!;
  assert.deepEqual([...section.matchAll(/^\| (\d[\d, ]*) \|/gm)].map(([, code]) => code), wanted);
  assert.deepEqual([...help.matchAll(/^ {2}(\d+(?:, \d+)?) /gm)].map(([, code]) => code), wanted);
  const order = "When several hold, the first of 1, 6, 7, 10, 11, 8 is given.";
  assert.deepEqual([section.includes(order), help.includes(order)], [true, true]);
});
