/**
 * Compressed answers: br or gzip, as the client prefers, where it is worth it.
 */

import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import { LIMITS } from "../../core/limits.ts";
import { lengthOf } from "../http/respond.ts";

type Coding = "br" | "gzip";

const COMPRESSIBLE = /^(?:application\/(?:[\w.+-]+\+)?json|text\/|application\/javascript|image\/svg)/;

/** Quality 4 compresses as well as gzip's 6 in half its time; higher ones take many times as long for a tenth less. */
const COMPRESS: Readonly<Record<Coding, (bytes: Uint8Array) => Promise<Uint8Array<ArrayBuffer>>>> = {
  br: async (bytes) =>
    new Uint8Array(await promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } })),
  gzip: async (bytes) => new Uint8Array(await promisify(gzip)(bytes, { level: 6 })),
};

/** The same answer, compressed when it is whole, large enough and the client takes it so. */
export async function compress(response: Response, accepted: string | null): Promise<Response> {
  const coding = chooseCoding(accepted);
  // Without a length it is a stream, which is sent as it comes; looking at a small body would cost more than it saves.
  if (coding === undefined || (lengthOf(response) ?? 0) < LIMITS.compress_bytes) return response;
  const { headers, status } = response;
  // A part of a file is a part of its own bytes, and a file may be larger than memory.
  if (headers.has("content-encoding") || headers.get("cache-control")?.includes("no-transform")) return response;
  if (response.body === null || !COMPRESSIBLE.test(headers.get("content-type") ?? "")) return response;
  const bytes = await COMPRESS[coding](await response.bytes());
  headers.set("Content-Encoding", coding);
  headers.set("Content-Length", String(bytes.length));
  headers.append("Vary", "Accept-Encoding");
  return new Response(bytes, { status, headers });
}

/** The coding that a client likes best of those that it takes (RFC 9110, section 12.5.3); br when it likes both. */
export function chooseCoding(accepted: string | null): Coding | undefined {
  if (accepted === null) return undefined;
  const qualities = new Map(
    accepted.toLowerCase().split(",").map((part) => {
      const [name = "", ...parameters] = part.split(";").map((text) => text.trim());
      const quality = parameters.find((text) => text.startsWith("q="))?.slice(2);
      return [name === "x-gzip" ? "gzip" : name, quality === undefined ? 1 : Number(quality)] as const;
    }),
  );
  const qualityOf = (coding: Coding) => qualities.get(coding) ?? qualities.get("*") ?? 0;
  const [br, gzip] = [qualityOf("br"), qualityOf("gzip")];
  if (!(br > 0) && !(gzip > 0)) return undefined;
  return br >= gzip || !(gzip > 0) ? "br" : "gzip";
}
