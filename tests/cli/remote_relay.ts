/**
 * A network that fails as it is told to: what comes before the server, and what comes back.
 */

/** What becomes of one request: it passes, its answer is lost after it was served, or it is refused. */
export type Fate = "pass" | "lose-answer" | "lose-request" | {
  readonly status: number;
  readonly retry_after_s: number;
};

/** A relay in front of a server. */
export interface Relay {
  readonly url: string;
  /** The requests that came, by method and path. */
  readonly seen: string[];
  stop(): void;
}

/** Starts a relay that lets requests have these fates in turn, and passes all after them. */
export function startRelay(target: string, fates: readonly Fate[]): Relay {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const waiting = [...fates];
  const seen: string[] = [];
  const run = async () => {
    for await (const connection of listener) {
      void serve(connection, {
        target,
        next: () => waiting.shift() ?? "pass",
        seen,
      });
    }
  };
  void run();
  const { port } = listener.addr as Deno.NetAddr;
  return { url: `http://127.0.0.1:${port}`, seen, stop: () => listener.close() };
}

/** One request a connection: every fate is one request's. */
async function serve(
  connection: Deno.TcpConn,
  { target, next, seen }: { readonly target: string; readonly next: () => Fate; readonly seen: string[] },
): Promise<void> {
  try {
    const { method, path, headers, body } = await readRequest(connection);
    seen.push(`${method} ${path}`);
    const fate = path.startsWith("/api/v1/imports") ? next() : "pass";
    if (fate === "lose-request") return connection.close();
    if (typeof fate === "object") {
      await write(connection, {
        status: fate.status,
        headers: { "retry-after": String(fate.retry_after_s) },
        text: "",
      });
      return;
    }
    const answer = await fetch(`${target}${path}`, { method, headers, body: body.length === 0 ? undefined : body });
    const text = await answer.text();
    if (fate === "lose-answer") return connection.close();
    const type = answer.headers.get("content-type") ?? "application/json";
    await write(connection, { status: answer.status, headers: { "content-type": type }, text });
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource) && !(error instanceof Deno.errors.ConnectionReset)) throw error;
  }
}

async function readRequest(connection: Deno.TcpConn) {
  let bytes = new Uint8Array();
  const buffer = new Uint8Array(64 * 1024);
  const more = async () => {
    const count = await connection.read(buffer);
    if (count === null) throw new Deno.errors.ConnectionReset();
    const joined = new Uint8Array(bytes.length + count);
    joined.set(bytes);
    joined.set(buffer.subarray(0, count), bytes.length);
    bytes = joined;
  };
  const findEnd = () => new TextDecoder("latin1").decode(bytes.subarray(0, 16 * 1024)).indexOf("\r\n\r\n");
  while (findEnd() < 0) await more();
  const end = findEnd() + 4;
  const [line = "", ...fields] = new TextDecoder().decode(bytes.subarray(0, end)).trim().split("\r\n");
  const headers = new Headers(fields.map((field): [string, string] => {
    const at = field.indexOf(":");
    return [field.slice(0, at), field.slice(at + 1).trim()];
  }));
  const length = Number(headers.get("content-length") ?? 0);
  while (bytes.length - end < length) await more();
  for (const name of ["host", "content-length", "connection", "accept-encoding"]) headers.delete(name);
  const [method = "", path = ""] = line.split(" ");
  return { method, path, headers, body: bytes.slice(end, end + length) };
}

async function write(
  connection: Deno.TcpConn,
  { status, headers, text }: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly text: string;
  },
): Promise<void> {
  const body = new TextEncoder().encode(text);
  const fields = Object.entries({ ...headers, "content-length": String(body.length), connection: "close" })
    .map(([name, value]) => `${name}: ${value}\r\n`).join("");
  const head = new TextEncoder().encode(`HTTP/1.1 ${status} X\r\n${fields}\r\n`);
  for (const part of [head, body]) {
    for (let written = 0; written < part.length;) written += await connection.write(part.subarray(written));
  }
  connection.close();
}
