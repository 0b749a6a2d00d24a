import assert from "node:assert/strict";
import { findUserToLogIn } from "../../../db/users.ts";
import { perform } from "../../../server/operations/operation.ts";
import { offerSetup, setUp } from "../../../server/operations/setup.ts";
import { ANONYMOUS } from "../../../server/routes/route.ts";
import { forEachDatabase } from "../../db/for_each_database.ts";
import { NOON } from "../../db/records.ts";
import { makeEnvironment } from "../auth/accounts.ts";

const PASSWORD = "correct horse battery";

forEachDatabase(
  "offerSetup() makes a link of 32 bytes for 30 minutes, with which the first admin is made",
  async ({ open }) => {
    const database = await open();
    const { environment } = await makeEnvironment(database);
    const context = { environment, principal: ANONYMOUS };
    const offer = (await offerSetup(environment))!;
    assert.match(offer.token, /^[A-Za-z0-9_-]{43}$/);
    assert.equal(offer.expires_at, NOON + 30 * 60_000);
    const input = { token: offer.token, email: "root@example.com", password: PASSWORD };
    // A wrong field does not use the link up.
    await assert.rejects(perform(setUp, context, { ...input, password: "short" }), { kind: "invalid" });
    const user = await perform(setUp, context, input);
    assert.deepEqual([user.organization_id, user.roles], ["default", ["super_admin"]]);
    const stored = await findUserToLogIn(database, "root@example.com");
    assert.equal(await environment.passwords.verify(PASSWORD, stored?.password_hash), true);
    await assert.rejects(perform(setUp, context, { ...input, email: "other@example.com" }), {
      kind: "unauthenticated",
    });
    assert.equal(await offerSetup(environment), undefined);
  },
);

forEachDatabase("setUp() hashes nothing for a link that does not work", async ({ open }) => {
  const database = await open();
  const { environment, clock } = await makeEnvironment(database);
  const context = { environment, principal: ANONYMOUS };
  const offer = (await offerSetup(environment))!;
  const input = { email: "root@example.com", password: PASSWORD };
  await assert.rejects(perform(setUp, context, { ...input, token: "A".repeat(43) }), { kind: "unauthenticated" });
  clock.now = offer.expires_at;
  await assert.rejects(perform(setUp, context, { ...input, token: offer.token }), { kind: "unauthenticated" });
  assert.equal(environment.passwords.computed, 0);
});
