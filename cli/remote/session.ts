/**
 * A session on a server: operations are performed there, with the answers they have on a database.
 */

import { CostopsError } from "../../core/error.ts";
import { LIMITS } from "../../core/limits.ts";
import type { Config } from "../../server/config.ts";
import type { IngestInput } from "../../server/operations/ingest.ts";
import type { Operation } from "../../server/operations/operation.ts";
import type { ReportJobInput } from "../../server/operations/report_jobs.ts";
import type { Session } from "../session.ts";
import type { Binding, RemoteAnswer } from "./binding.ts";
import { BINDINGS } from "./bindings.ts";
import { Client, type Waiting } from "./client.ts";
import { type Credentials, showKey, showLogin } from "./credentials.ts";
import { ingestRemotely } from "./ingest.ts";
import { refreshAt } from "./login.ts";
import { takeRemotely } from "./report_jobs.ts";

/** Opens a session. Fails with `usage` when a credential would go over the network for everybody to read. */
export function openRemoteSession(server: string, config: Config): Session {
  checkTransport(server, config);
  return new RemoteSession(new Client(server, findCredentials(server, config)), config);
}

/** What is shown to a server: an API key wins over a login. */
export function findCredentials(server: string, { api_key }: Config): Credentials {
  return api_key.value === undefined ? showLogin(server, refreshAt(server)) : showKey(api_key.value, api_key.origin);
}

/** Fails with `usage` on plain HTTP to another machine, unless that was asked for. */
export function checkTransport(server: string, { insecure_http }: Config): void {
  const { protocol, hostname } = new URL(server);
  const isLoopback = hostname === "localhost" || hostname.endsWith(".localhost") || hostname === "[::1]" ||
    /^127\./.test(hostname);
  if (protocol === "https:" || isLoopback || insecure_http.value) return;
  throw new CostopsError(
    "usage",
    `Cannot use ${server}: everybody on the way could read the credential; write https://, or --insecure-http where ` +
      "the network is your own",
  );
}

class RemoteSession implements Session {
  readonly local = undefined;
  #waiting: Waiting = { tellWait: () => {} };

  constructor(readonly client: Client, readonly config: Config) {}

  onWait(tellWait: Waiting["tellWait"], signal: AbortSignal): void {
    this.#waiting = { tellWait, signal };
  }

  async perform<Input, Output>(operation: Operation<Input, Output>, input: Input): Promise<Output> {
    const organization_id = this.#organization();
    if (operation.name === "ingestUsage") {
      const to = { client: this.client, organization_id, waiting: this.#waiting };
      // The name tells the operation, and the operation its types.
      return ingestRemotely(input as IngestInput, to) as Output;
    }
    if (operation.name === "downloadReport") {
      return await takeRemotely(this.client, { organization_id, ...input as ReportJobInput }) as Output;
    }
    const binding = BINDINGS[operation.name] as Binding<Input, Output> | undefined;
    if (binding === undefined) throw new Error(`${operation.name} has no binding`);
    const asked = typeof input === "object" && organization_id !== undefined ? { organization_id, ...input } : input;
    return binding.fromAnswer(await this.#ask(binding, asked), asked);
  }

  /** The credential's own organization, unless one was named. */
  #organization(): string | undefined {
    const { value, origin } = this.config.organization;
    return origin === "default" ? undefined : value;
  }

  async #ask<Input, Output>(binding: Binding<Input, Output>, input: Input): Promise<RemoteAnswer> {
    const { method, path, is_paged } = binding;
    const request = { method, path, ...binding.toRequest(input) };
    if (is_paged === undefined) return await this.client.send(request);
    const most = Number(request.query?.limit ?? Infinity);
    const data: unknown[] = [];
    let cursor: string | undefined;
    while (true) {
      const limit = Math.min(most - data.length, LIMITS.page);
      const { json } = await this.client.send({ ...request, query: { ...request.query, limit, cursor } });
      data.push(...json.data);
      cursor = json.pagination.next_cursor ?? undefined;
      if (cursor === undefined || data.length >= most) {
        return { text: "", json: { data, pagination: json.pagination } };
      }
    }
  }
}
