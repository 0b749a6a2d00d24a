/**
 * A relay between a client and a Postgres server that loses what a network may lose: a commit, or the answer to it.
 */

import { Buffer } from "node:buffer";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** What becomes of a commit: it passes, its answer is lost, it is lost itself, or it waits until the relay is cut. */
export type CommitFate = "passes" | "loses its answer" | "is lost" | "waits";

/** A relay that listens. */
export interface Relay {
  /** The server's address through the relay. */
  readonly url: string;
  /** What becomes of the next commit; those after it pass. */
  setNextCommit(fate: CommitFate): void;
  /** Waits until a commit waits. */
  untilCommitWaits(): Promise<void>;
  /** Breaks every connection; new ones are taken. */
  cut(): void;
  close(): Promise<void>;
}

/** A simple query as it is sent (documentation of Postgres, "Message Formats"). */
const COMMIT = Buffer.from("Q\0\0\0\x0bcommit\0");

/** Starts a relay to the server at an address. */
export async function startRelay(serverUrl: string): Promise<Relay> {
  const server = new URL(serverUrl);
  const pairs = new Set<readonly [Socket, Socket]>();
  let fate: CommitFate = "passes";
  let waiting = Promise.withResolvers<void>();
  const listener = createServer((client) => {
    const upstream = connect(Number(server.port), server.hostname);
    const pair = [client, upstream] as const;
    pairs.add(pair);
    let isAnswerLost = false;
    const end = () => {
      pairs.delete(pair);
      for (const socket of pair) socket.destroy();
    };
    client.on("data", (data: Uint8Array) => {
      const hit = isCommit(data) ? fate : "passes";
      if (hit !== "passes") fate = "passes";
      isAnswerLost ||= hit === "loses its answer";
      if (hit === "is lost") end();
      else if (hit === "waits") waiting.resolve();
      else upstream.write(data);
    });
    upstream.on("data", (data) => isAnswerLost ? end() : client.write(data));
    for (const socket of pair) socket.on("close", end).on("error", end);
  });
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  const url = new URL(serverUrl);
  url.port = String((listener.address() as AddressInfo).port);
  const cut = () => {
    for (const pair of pairs) for (const socket of pair) socket.destroy();
  };
  return {
    url: url.href,
    setNextCommit: (next) => {
      fate = next;
      waiting = Promise.withResolvers();
    },
    untilCommitWaits: () => waiting.promise,
    cut,
    close: async () => {
      cut();
      listener.close();
      await once(listener, "close");
    },
  };
}

function isCommit(data: Uint8Array): boolean {
  return Buffer.from(data).includes(COMMIT);
}
