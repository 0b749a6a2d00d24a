import assert from "node:assert/strict";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { chooseCoding, compress } from "../../../server/listen/compress.ts";

for (
  const [accepted, wanted] of [
    [null, undefined],
    ["", undefined],
    ["gzip", "gzip"],
    ["gzip, deflate, br", "br"],
    ["br;q=0.5, gzip", "gzip"],
    ["br;q=0, gzip;q=0", undefined],
    ["*", "br"],
    ["*;q=0", undefined],
    ["identity", undefined],
    ["GZIP;Q=1", "gzip"],
    ["br;q=abc", undefined],
  ] as const
) {
  Deno.test(`chooseCoding() of ${JSON.stringify(accepted)} is ${wanted}`, () => {
    assert.equal(chooseCoding(accepted), wanted);
  });
}

const TEXT = JSON.stringify({ text: "ü".repeat(2_000) });

function makeResponse(body: string, type = "application/json"): Response {
  const length = String(new TextEncoder().encode(body).length);
  return new Response(body, { status: 201, headers: { "Content-Type": type, "Content-Length": length } });
}

for (const [coding, expand] of [["br", brotliDecompressSync], ["gzip", gunzipSync]] as const) {
  Deno.test(`compress() gives ${coding} that expands to the same bytes, with its length`, async () => {
    const response = await compress(makeResponse(TEXT), coding);
    const bytes = await response.bytes();
    assert.equal(response.status, 201);
    assert.equal(response.headers.get("Content-Encoding"), coding);
    assert.equal(response.headers.get("Vary"), "Accept-Encoding");
    assert.equal(response.headers.get("Content-Length"), String(bytes.length));
    assert.equal(expand(bytes).toString(), TEXT);
  });
}

Deno.test("compress() leaves alone what is small, is a stream, is no text, or is not wanted compressed", async () => {
  const stream = () => new Response(new Blob([TEXT]).stream(), { headers: { "Content-Type": "application/json" } });
  for (
    const [response, accepted] of [
      [makeResponse("{}"), "gzip"],
      [stream(), "gzip"],
      [makeResponse(TEXT, "application/octet-stream"), "gzip"],
      [makeResponse(TEXT), null],
    ] as const
  ) {
    const same = await compress(response, accepted);
    assert.equal(same.headers.get("Content-Encoding"), null);
    assert.equal(same, response);
    await same.body?.cancel();
  }
});
