/**
 * What a request says its body is.
 */

import { CostopsError } from "../../core/error.ts";

/**
 * The media type of a body, in lower case and without parameters. Fails with `unsupported_media_type` unless it is one of
 * those that are taken, in UTF-8; `application/json` stands for everything that ends in `+json` too.
 */
export function readMediaType(headers: Headers, taken: readonly string[]): string {
  const header = headers.get("content-type");
  if (header === "application/json" && taken.includes(header)) return header;
  const [type = "", ...parameters] = (header ?? "").toLowerCase().split(";").map((part) => part.trim());
  const isTaken = taken.includes(type) || (type.endsWith("+json") && taken.includes("application/json"));
  if (!isTaken) {
    const given = header === null ? "no Content-Type" : `Content-Type ${JSON.stringify(header.slice(0, 128))}`;
    throw new CostopsError("unsupported_media_type", `Cannot take a body with ${given}: send ${taken.join(", ")}`);
  }
  const charset = parameters.find((parameter) => parameter.startsWith("charset="))?.slice("charset=".length);
  if (charset === undefined || /^"?utf-?8"?$/.test(charset)) return type;
  throw new CostopsError(
    "unsupported_media_type",
    `Cannot take a body in the charset ${JSON.stringify(charset.slice(0, 64))}: send UTF-8`,
  );
}
