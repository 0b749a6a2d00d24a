import { strict as assert } from "node:assert";
import { usdFromNanos } from "../../core/money.ts";
import {
  keepAcknowledgement,
  type KeptAcknowledgement,
  listAcknowledgements,
} from "../../db/anomaly_acknowledgements.ts";
import { verifyAudit } from "../../db/audit.ts";
import { createOrganization } from "../../db/organizations.ts";
import { forEachDatabase } from "./for_each_database.ts";

const ACT = { actor: "cli:ann", now: 1_000 };

const kept = (id: string, since: number): KeptAcknowledgement => ({
  id,
  interval: "day",
  filter: "[]",
  series: "project=ä",
  direction: -1,
  since,
  until: since + 1,
  level: usdFromNanos(-5n),
  acknowledged_at: 1_000,
});

forEachDatabase("what was called normal is kept as it was said first, for its organization alone", async ({ open }) => {
  const database = await open();
  await createOrganization(database, { id: "other", name: "other" }, ACT);
  await keepAcknowledgement(database, { organization_id: "default", ...kept("b", 2_000) }, ACT);
  await keepAcknowledgement(database, { organization_id: "default", ...kept("a", 3_000) }, ACT);
  await keepAcknowledgement(database, { organization_id: "default", ...kept("b", 9_000) }, ACT);
  await keepAcknowledgement(database, { organization_id: "other", ...kept("b", 7_000) }, ACT);
  assert.deepEqual(await listAcknowledgements(database, "default"), [kept("b", 2_000), kept("a", 3_000)]);
  assert.deepEqual(await listAcknowledgements(database, "other"), [kept("b", 7_000)]);
  const acts = await database.reader.selectFrom("audit_log").select("action").where(
    "action",
    "=",
    "anomaly.acknowledge",
  )
    .execute();
  assert.equal(acts.length, 3);
  assert.deepEqual(await verifyAudit(database), []);
});
