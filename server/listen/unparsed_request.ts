/**
 * What node:http cannot read as a request at all: answered as everything else is, with a problem, and cut off.
 */

import { Buffer } from "node:buffer";
import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { CostopsError } from "../../core/error.ts";
import { writeProblem } from "../http/problem.ts";
import { respond } from "../http/respond.ts";

/** Answers on the socket itself; where nobody can be answered any more it is only closed. */
export async function refuseUnparsed(error: Error & { readonly code?: string }, socket: Duplex): Promise<void> {
  if (!socket.writable || error.code === "ECONNRESET") return void socket.destroy();
  const response = describe(error.code);
  response.headers.set("Connection", "close");
  const body = await response.text();
  response.headers.set("Content-Length", String(Buffer.byteLength(body)));
  const headers = [...response.headers].map(([name, value]) => `${name}: ${value}\r\n`).join("");
  const { status } = response;
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\n${headers}\r\n${body}`);
}

function describe(code: string | undefined): Response {
  const exchange = { request_id: crypto.randomUUID(), method: "", began: 0 };
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") {
    const error = new CostopsError("too_slow", "Cannot wait longer for the headers of this request");
    return respond(writeProblem(error, exchange), exchange);
  }
  if (code === "HPE_HEADER_OVERFLOW") {
    const error = new CostopsError("unreadable", "Cannot read headers that are so long: 16 KiB is the most");
    return respond(writeProblem(error, { ...exchange, statuses: { unreadable: 431 } }), exchange);
  }
  const error = new CostopsError("unreadable", "Cannot read this as a request of HTTP/1.1");
  return respond(writeProblem(error, exchange), exchange);
}
