import assert from "node:assert/strict";
import { findNearest } from "../../core/nearest.ts";

Deno.test("findNearest() finds what was mistyped, and nothing for a word that is just another", () => {
  const formats = ["csv", "json", "ndjson", "md", "html", "xlsx", "table"];
  assert.equal(findNearest("jsno", formats), "json");
  assert.equal(findNearest("CVS", formats), "csv");
  assert.equal(findNearest("tabel", formats), "table");
  assert.equal(findNearest("htlm", formats), "html");
  assert.equal(findNearest("pdf", formats), undefined);
  assert.equal(findNearest("colour", ["hour", "day", "model"]), undefined);
});
