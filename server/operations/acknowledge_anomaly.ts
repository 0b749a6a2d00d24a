/**
 * Somebody's word that what an anomaly has brought is normal.
 */

import { nameSeries } from "../../core/anomaly/anomaly.ts";
import { ANOMALY_INTERVALS } from "../../core/anomaly/plan.ts";
import { levelOf } from "../../core/anomaly/select.ts";
import { CostopsError } from "../../core/error.ts";
import { usdFromNanos } from "../../core/money.ts";
import {
  keepAcknowledgement,
  type KeptAcknowledgement,
  listAcknowledgements,
} from "../../db/anomaly_acknowledgements.ts";
import { type AnomaliesInput, lookForAnomalies, writeFilter } from "./anomalies.ts";
import type { Operation } from "./operation.ts";
import { chooseOrganization } from "./reports.ts";

/** Which anomaly, among those that a query finds; of days and of hours when it names neither. */
export type AcknowledgeInput = AnomaliesInput & { readonly id: string };

/**
 * Calls an anomaly normal: neither it nor anything later of its series that is no worse is told again. One that was called
 * so before stays so. Fails with `not_found` when the query does not find it.
 */
export const acknowledgeAnomaly: Operation<AcknowledgeInput, KeptAcknowledgement> = {
  name: "acknowledgeAnomaly",
  permission: "anomaly:ack",
  handle: async (environment, principal, { id, ...input }) => {
    const organization_id = chooseOrganization(principal, input);
    const known = await listAcknowledgements(environment.database, organization_id);
    const before = known.find((one) => one.id === id);
    if (before !== undefined) return before;
    for (const interval of input.interval === undefined ? ANOMALY_INTERVALS : [input.interval]) {
      const { query, plan, anomalies } = await lookForAnomalies(environment, principal, { ...input, interval });
      const anomaly = anomalies.find((one) => one.id === id);
      if (anomaly === undefined) continue;
      const now = environment.now();
      const kept: KeptAcknowledgement = {
        id,
        interval: plan.interval,
        filter: writeFilter(query),
        series: nameSeries(anomaly.key),
        direction: anomaly.direction,
        since: anomaly.since.since,
        until: anomaly.until.until,
        level: usdFromNanos(levelOf(anomaly)),
        acknowledged_at: now,
      };
      const act = { actor: principal.actor, now };
      await keepAcknowledgement(environment.database, { organization_id, ...kept }, act);
      return kept;
    }
    throw new CostopsError(
      "not_found",
      `Cannot acknowledge the anomaly ${
        JSON.stringify(id)
      }: it is not found; ask for it as it was found, with the same ` +
        "period, grouping and filter",
    );
  },
};
