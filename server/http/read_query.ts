/**
 * Parameters of a query string for a schema: lists repeated, numbers and booleans as their text.
 */

import type { z } from "@hono/zod-openapi";
import { CostopsError } from "../../core/error.ts";
import { LIMITS } from "../../core/limits.ts";
import { validate } from "./validate.ts";

type Kind = "text" | "number" | "boolean" | "list";

/** Reads the query of addresses for one schema. */
export class QueryReader<Schema extends z.ZodObject> {
  readonly #kinds: ReadonlyMap<string, Kind>;
  /** What nothing is by a schema without fields. */
  readonly #nothing: z.output<Schema> | undefined;

  constructor(readonly schema: Schema) {
    this.#kinds = new Map(Object.entries(schema.shape).map(([name, field]) => [name, kindOf(field as z.ZodType)]));
    this.#nothing = this.#kinds.size === 0 ? schema.parse({}) : undefined;
    Object.freeze(this.#nothing);
  }

  /** Fails with `unreadable` on what is no UTF-8, and with `invalid` on what the schema does not take. */
  read(url: string): z.output<Schema> {
    const start = url.indexOf("?");
    if (start === -1 && this.#nothing !== undefined) return this.#nothing;
    const search = start === -1 ? "" : url.slice(start + 1).replace(/#.*$/s, "");
    const values: Record<string, unknown> = {};
    if (search !== "") {
      checkEncoding(search);
      for (const [name, text] of new URLSearchParams(search)) this.#add(values, { name, text });
    }
    return validate(this.schema, values, "/query");
  }

  #add(values: Record<string, unknown>, { name, text }: { readonly name: string; readonly text: string }): void {
    const kind = this.#kinds.get(name);
    if (kind === "list") {
      const list = Object.hasOwn(values, name) ? values[name] as string[] : [];
      values[name] = [...list, text];
      return;
    }
    if (Object.hasOwn(values, name)) {
      const detail = "is given twice: give it once";
      const pointer = `/query/${name.slice(0, LIMITS.id_characters)}`;
      throw new CostopsError("invalid", `Cannot take this request: ${pointer}: ${detail}`, {
        issues: [{ pointer, detail }],
      });
    }
    // What is not in the schema is kept for it to refuse, whatever it is called.
    Object.defineProperty(values, name, { value: convert(text, kind), enumerable: true, writable: true });
  }
}

/** A text that is no number or boolean stays one, for the schema to refuse. */
function convert(text: string, kind: Kind | undefined): unknown {
  if (kind === "number" && /^-?\d{1,15}(\.\d{1,15})?$/.test(text)) return Number(text);
  if (kind === "boolean" && (text === "true" || text === "false")) return text === "true";
  return text;
}

function kindOf(field: z.ZodType): Kind {
  let inner = field as z.ZodType & { readonly def: { readonly type: string; readonly innerType?: z.ZodType } };
  while (inner.def.innerType !== undefined) inner = inner.def.innerType as typeof inner;
  if (inner.def.type === "array") return "list";
  return inner.def.type === "number" || inner.def.type === "boolean" ? inner.def.type : "text";
}

/** A browser's decoder puts U+FFFD in the place of what is no UTF-8: another text than was meant. */
export function checkEncoding(text: string): void {
  if (!text.includes("%")) return;
  try {
    decodeURIComponent(text);
  } catch {
    throw new CostopsError("unreadable", "Cannot read this address: its %-encoding is not UTF-8");
  }
}
