import assert from "node:assert/strict";
import fc from "fast-check";
import { nameFile, writeDisposition } from "../../../core/report/file_name.ts";

const JANUARY = { since: Date.UTC(2024, 0, 1), until: Date.UTC(2024, 1, 1) };
const FACTS = { organization_id: "acme", report_type: "cost", extension: "csv", range: JANUARY, tz: "UTC" };

Deno.test("nameFile() says whose report it is, of what, and of which days of its zone", () => {
  assert.equal(nameFile(FACTS), "acme-cost-2024-01-01-to-2024-01-31.csv");
  assert.equal(
    nameFile({ ...FACTS, range: { since: JANUARY.since, until: JANUARY.since + 1 } }),
    "acme-cost-2024-01-01.csv",
  );
  assert.equal(nameFile({ ...FACTS, tz: "America/New_York" }), "acme-cost-2023-12-31-to-2024-01-31.csv");
});

Deno.test("nameFile() is a name on every system, whatever an organization is called", () => {
  const name = (organization_id: string) => nameFile({ ...FACTS, organization_id });
  const rest = "cost-2024-01-01-to-2024-01-31.csv";
  assert.equal(name("../../etc/passwd"), `etc-passwd-${rest}`);
  assert.equal(name('a"\r\nSet-Cookie: x=1'), `a-Set-Cookie-x-1-${rest}`);
  assert.equal(name(".hidden"), `hidden-${rest}`);
  assert.equal(name("模型"), `模型-${rest}`);
});

Deno.test("writeDisposition() is one value of a header, whatever the name", () => {
  assert.equal(writeDisposition("a b.csv"), 'attachment; filename="a b.csv"');
  assert.equal(
    writeDisposition('a"\r\nSet-Cookie: x=1;\\.csv'),
    `attachment; filename="a___Set-Cookie: x=1__.csv"; filename*=UTF-8''a%22%0D%0ASet-Cookie%3A%20x%3D1%3B%5C.csv`,
  );
  assert.equal(
    writeDisposition("é(1)'.csv"),
    `attachment; filename="_(1)'.csv"; filename*=UTF-8''%C3%A9%281%29%27.csv`,
  );
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 20 }), (name) => {
    const value = writeDisposition(name);
    assert.match(value, /^attachment; filename="[\x20-\x7e]*"(; filename\*=UTF-8''[A-Za-z0-9%!~._-]*)?$/);
    assert.equal(new Headers({ "content-disposition": value }).get("content-disposition"), value);
  }));
});
