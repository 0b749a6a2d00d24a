/**
 * A stream of usage that is sent by hand, over a socket of its own, so that its body stays open.
 */

import assert from "node:assert/strict";

/** An open stream. */
export interface RawStream {
  readonly connection: Deno.TcpConn;
  /** Sends text as one chunk of the body. */
  send(text: string): Promise<unknown>;
  /** Ends the body. */
  end(): Promise<unknown>;
  /** Waits until the answer has this in it, and gives all of it that came so far. */
  until(wanted: string): Promise<string>;
}

/** Begins a stream with a credential: a header line. */
export async function openStream(port: number, credential: string): Promise<RawStream> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const write = (text: string) => connection.write(new TextEncoder().encode(text));
  await write(
    `POST /api/v1/usage/stream HTTP/1.1\r\nhost: x\r\n${credential}\r\n` +
      "content-type: application/x-ndjson\r\ntransfer-encoding: chunked\r\n\r\n",
  );
  let received = "";
  const until = async (wanted: string) => {
    const buffer = new Uint8Array(4096);
    while (!received.includes(wanted)) {
      const read = await connection.read(buffer);
      assert.notEqual(read, null, received);
      received += new TextDecoder().decode(buffer.subarray(0, read ?? 0));
    }
    return received;
  };
  return {
    connection,
    send: (text) => write(`${text.length.toString(16)}\r\n${text}\r\n`),
    end: () => write("0\r\n\r\n"),
    until,
  };
}
