/**
 * The load on a server, as a process of its own: requests on connections that are kept, as fast as they are answered or
 * at a given rate. Its argument is a {@link Load} as JSON, its output a {@link LoadResult}.
 */

import { makeRecords } from "./workload.ts";

/** What is asked of a server, and how. */
export interface Load {
  readonly port: number;
  readonly method: "GET" | "POST";
  readonly path: string;
  /** Records in each body; 0 is no body. */
  readonly records: number;
  /** API keys, used in turn by the connections. */
  readonly keys: readonly string[];
  readonly connections: number;
  readonly warm_up_ms: number;
  readonly measured_ms: number;
  /** Requests a second, each when its time has come; absent: each connection asks again as soon as it is answered. */
  readonly rate?: number;
  /** Makes the records' ids other ones than in any other run. */
  readonly seed: number;
}

/** What became of it, the warm-up apart. */
export interface LoadResult {
  readonly answered: number;
  /** With the answers of the warm-up. */
  readonly answered_in_all: number;
  readonly per_second: number;
  /** Answers by status; `broken` where the connection was. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Milliseconds from when a request should have gone out to its last byte. */
  readonly p50_ms: number;
  readonly p99_ms: number;
}

const ENCODER = new TextEncoder();
const END_OF_HEAD = "\r\n\r\n";

/** Runs a load to its end. */
export async function runLoad(load: Load): Promise<LoadResult> {
  const records = makeRecords(1e9, load.seed);
  const bodyOf = () => {
    if (load.records === 0) return "";
    const taken = Array.from({ length: load.records }, () => records.next().value);
    return JSON.stringify(load.path.endsWith("/batch") ? taken : taken[0]);
  };
  const meter = new Meter();
  const clients = await Promise.all(
    Array.from({ length: load.connections }, (_, at) => Client.open(load, load.keys[at % load.keys.length])),
  );
  const end = performance.now() + load.warm_up_ms + load.measured_ms;
  setTimeout(() => meter.start(), load.warm_up_ms);
  if (load.rate === undefined) await Promise.all(clients.map((client) => askOn(client, { end, meter, bodyOf })));
  else await askAtRate(clients, { end, meter, bodyOf, rate: load.rate });
  return meter.result(load.measured_ms);
}

interface Run {
  /** Of `performance.now()`. */
  readonly end: number;
  readonly meter: Meter;
  readonly bodyOf: () => string;
}

async function askOn(client: Client, { end, meter, bodyOf }: Run): Promise<void> {
  while (performance.now() < end && !client.isBroken) {
    const began = performance.now();
    meter.count(await client.ask(bodyOf()), performance.now() - began);
  }
}

/** Who waits for a free connection waits on the clock, as a user would. */
async function askAtRate(clients: readonly Client[], { end, meter, bodyOf, rate }: Run & { rate: number }) {
  const began = performance.now();
  const free = [...clients];
  const due: number[] = [];
  const busy = new Set<Promise<void>>();
  const serve = async (client: Client, first: number) => {
    for (let at: number | undefined = first; at !== undefined && !client.isBroken; at = due.shift()) {
      meter.count(await client.ask(bodyOf()), performance.now() - at);
    }
    free.push(client);
  };
  for (let sent = 0; performance.now() < end;) {
    for (let at = began + sent * 1000 / rate; at <= performance.now(); at = began + ++sent * 1000 / rate) {
      const client = free.pop();
      if (client === undefined) due.push(at);
      else {
        const serving = serve(client, at).finally(() => busy.delete(serving));
        busy.add(serving);
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  due.length = 0;
  await Promise.all(busy);
}

class Meter {
  #isOn = false;
  #all = 0;
  readonly #times: number[] = [];
  readonly #statuses: Record<string, number> = {};

  start(): void {
    this.#isOn = true;
  }

  count(status: string, milliseconds: number): void {
    this.#all++;
    if (!this.#isOn) return;
    this.#statuses[status] = (this.#statuses[status] ?? 0) + 1;
    this.#times.push(milliseconds);
  }

  result(measured_ms: number): LoadResult {
    const times = this.#times.sort((one, other) => one - other);
    const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? Number.NaN;
    return {
      answered: times.length,
      answered_in_all: this.#all,
      per_second: times.length * 1000 / measured_ms,
      statuses: this.#statuses,
      p50_ms: at(0.5),
      p99_ms: at(0.99),
    };
  }
}

/** One connection. Nothing is parsed of an answer but its status and its length. */
class Client {
  readonly #connection: Deno.TcpConn;
  readonly #head: string;
  readonly #buffer = new Uint8Array(64 * 1024);
  isBroken = false;

  private constructor(connection: Deno.TcpConn, head: string) {
    this.#connection = connection;
    this.#head = head;
  }

  static async open({ port, method, path }: Load, key: string | undefined): Promise<Client> {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port });
    connection.setNoDelay(true);
    const credential = key === undefined ? "" : `X-API-Key: ${key}\r\n`;
    return new Client(connection, `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n${credential}`);
  }

  /** The status of the answer. */
  async ask(body: string): Promise<string> {
    try {
      const about = body === "" ? "" : `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n`;
      const bytes = ENCODER.encode(`${this.#head}${about}\r\n${body}`);
      for (let sent = 0; sent < bytes.length;) sent += await this.#connection.write(bytes.subarray(sent));
      return await this.#readAnswer();
    } catch {
      this.isBroken = true;
      return "broken";
    }
  }

  async #readAnswer(): Promise<string> {
    let head = "";
    let received = 0;
    let wanted = Infinity;
    while (received < wanted) {
      const count = await this.#connection.read(this.#buffer);
      if (count === null) throw new Error("the server has closed the connection");
      received += count;
      if (wanted !== Infinity) continue;
      head += String.fromCharCode(...this.#buffer.subarray(0, Math.min(count, 4096)));
      const end = head.indexOf(END_OF_HEAD);
      const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0);
      if (end !== -1) wanted = end + END_OF_HEAD.length + length;
    }
    return head.slice(9, 12);
  }
}

if (import.meta.main) {
  console.log(JSON.stringify(await runLoad(JSON.parse(Deno.args[0]!))));
  Deno.exit(0);
}
