/**
 * A socket that HTTP is served on, by one of two servers: Deno's own on loopback, node's with its time limits elsewhere
 * (docs/decisions/0008).
 */

import { CostopsError } from "../../core/error.ts";
import { isLoopback } from "../auth/address.ts";
import { ipVersion } from "../ip_address.ts";

/** Answers one request; `connection` says where it comes from. */
export type Answer = (request: Request, connection: Connection) => Response | Promise<Response>;

/**
 * Runs the work of one request within whatever it belongs to. `outgoing` is the answer as node:http has it, where it is
 * node:http that serves.
 */
export type Within = <Result>(outgoing: object | undefined, work: () => Result) => Result;

/** What is known of a connection. */
export interface Connection {
  readonly remoteAddr: { readonly hostname: string };
}

/** What is listened on. */
export interface ListenOptions {
  /** An address or a name. */
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly answer: Answer;
  readonly within?: Within;
  /** The flag that names another port; `port` when it is not given. */
  readonly flag?: string;
}

/** A socket that is listened on. */
export interface Listener {
  /** The address that it was bound to, and its port. */
  readonly address: ListenAddress;
  /** Whether clients that are slow to send or to read are cut off. */
  readonly has_time_limits: boolean;
  /** Takes no more connections, closes the idle ones and waits until all requests are answered. */
  close(): Promise<void>;
}

/** Where a socket is bound. */
export interface ListenAddress {
  readonly hostname: string;
  readonly port: number;
}

/** Listens. Fails with `temporary` when the port is taken, `usage` when the host is none of this machine. */
export async function listen(options: ListenOptions): Promise<Listener> {
  const { hostname } = probe(options);
  if (isLoopback(hostname)) return (await import("./deno_listener.ts")).listenWithDeno(options);
  return await (await import("./node_listener.ts")).listenWithNode({ ...options, host: hostname });
}

/**
 * Binds and lets go again, to know before anything else is done whether and where it can be listened. Fails as
 * {@link listen} does.
 */
export function probe({ host, port, flag }: Pick<ListenOptions, "host" | "port" | "flag">): ListenAddress {
  try {
    using socket = Deno.listen({ hostname: host, port });
    const { hostname, port: bound } = socket.addr as Deno.NetAddr;
    return { hostname, port: bound };
  } catch (error) {
    throw explainListenError(error, { host, port, flag });
  }
}

/** An address as it stands in a URL. */
export function formatUrl({ hostname, port }: ListenAddress): string {
  return `http://${ipVersion(hostname) === 6 ? `[${hostname}]` : hostname}:${port}`;
}

/** Says in our words why it cannot be listened; what is no error of that is given back as it is. */
export function explainListenError(
  error: unknown,
  { host, port, flag = "port" }: Pick<ListenOptions, "host" | "port" | "flag">,
): unknown {
  const said = (kind: "temporary" | "usage" | "failure", text: string) =>
    new CostopsError(kind, `Cannot listen on ${host} port ${port}: ${text}`, { cause: error });
  if (error instanceof Deno.errors.AddrInUse) {
    return said("temporary", `another program listens there; name another --${flag}`);
  }
  if (error instanceof Deno.errors.AddrNotAvailable) return said("usage", "this machine has no such address");
  if (error instanceof Deno.errors.PermissionDenied) {
    return said("failure", "no permission; ports below 1024 take more");
  }
  if (error instanceof Deno.errors.NotCapable) return said("failure", error.message);
  const isOfSystem = error instanceof Error && /lookup|resolve|os error/i.test(error.message);
  return isOfSystem ? said("usage", "no such host is known; write an address of this machine") : error;
}
