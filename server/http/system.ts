/**
 * The paths of the system, outside of the API: is it alive, is it ready, and what does it offer.
 */

import type { Environment } from "../environment.ts";
import { type Reply, Written } from "../routes/reply.ts";
import type { Route } from "../routes/route.ts";
import { createDocs } from "./docs.ts";
import { writeOpenApi } from "./openapi.ts";

/** What a running server knows of itself. */
export interface HealthState {
  /** It answers what is in flight and takes nothing new. */
  readonly is_draining: boolean;
  /** Why nothing can be stored any more; null when all is well. */
  readonly failure: string | null;
}

/** One page of the system. */
export interface SystemPage {
  readonly path: string;
  readonly answer: () => Promise<Reply>;
}

/** Makes the pages; the document is made when it is first asked for. */
export function createSystemPages(given: {
  readonly environment: Environment;
  readonly health: (() => HealthState) | undefined;
  readonly routes: readonly Route[];
  readonly version: string;
}): readonly SystemPage[] {
  const { environment, routes, version, health = () => ({ is_draining: false, failure: null }) } = given;
  let document: ReturnType<typeof writeOpenApi> | undefined;
  const readDocument = () => document ??= writeOpenApi(routes, version);
  let text: string | undefined;
  const writeDocument = () => text ??= `${JSON.stringify(readDocument(), null, 2)}\n`;
  return [
    { path: "/live", answer: () => Promise.resolve({ status: 200, body: { status: "live" } }) },
    {
      path: "/ready",
      answer: async () => {
        const checks = await check(environment, health());
        return checks.is_ready ? ok({ status: "ready" }) : unready({ status: "unready", checks: checks.said });
      },
    },
    {
      path: "/health",
      answer: async () => {
        const { is_ready, said } = await check(environment, health());
        const body = { status: is_ready ? "healthy" : "unhealthy", version, checks: said };
        return is_ready ? ok(body) : unready(body);
      },
    },
    {
      path: "/openapi.json",
      answer: () => Promise.resolve({ status: 200, body: new Written("application/json", writeDocument()) }),
    },
    ...createDocs(readDocument),
  ];
}

function ok(body: unknown): Reply {
  return { status: 200, body };
}

function unready(body: unknown): Reply {
  return { status: 503, body, headers: { "Retry-After": "1" } };
}

/** A database that is open is at this program's version; whether it answers is asked each time. */
async function check({ database }: Environment, { is_draining, failure }: HealthState) {
  const said = {
    server: is_draining ? "draining" : "serving",
    database: failure === null ? await ask(database) : "failed",
  };
  return { is_ready: said.server === "serving" && said.database === "reachable", said };
}

/** Why it cannot be reached is for the log, not for whoever asks without a credential. */
async function ask(database: Environment["database"]): Promise<"reachable" | "unreachable"> {
  try {
    await database.reader.selectFrom("schema_migrations").select("number").limit(1).execute();
    return "reachable";
  } catch {
    return "unreachable";
  }
}
