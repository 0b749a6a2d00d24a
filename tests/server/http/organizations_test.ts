import assert from "node:assert/strict";
import { withApi } from "./api.ts";

Deno.test("a super admin who names an organization that is not there is told so, anybody else that it is not theirs", async () => {
  await withApi(async ({ send }) => {
    const asked: readonly (readonly [string, string, Record<string, unknown>])[] = [
      ["GET", "/api/v1/costs/aggregate?organization_id=nope", {}],
      ["POST", "/api/v1/estimates", { json: { model: "gpt-5", input_tokens: 1, organization_id: "nope" } }],
    ];
    for (const [method, path, sent] of asked) {
      const answer = await send(method, path, { ...sent, as: "super_admin@acme" });
      assert.equal(answer.status, 404, path);
      assert.equal((await answer.json()).detail, 'Cannot find the organization "nope"');
      assert.equal((await send(method, path, { ...sent, as: "org_admin@acme" })).status, 403, path);
    }
  });
});
