/**
 * Where modules come from: deno.json alone names packages and their versions, and nothing is loaded from a host.
 */

import { visitSpecifiers } from "./specifier.ts";

/** A package registry's or module host's name, as it would stand in a URL or a setting. */
export const REGISTRY_HOST =
  /\b(?:registry\.[a-z0-9-]+\.[a-z]{2,}|(?:www\.)?(?:npmjs|jsr|esm|unpkg)\.[a-z]{2,3}\b|cdn\.[a-z0-9-]+\.[a-z]{2,})/i;

/** Reports `npm:`, `jsr:` and URL imports, and text that names a registry's host. */
export const specifiers: Deno.lint.Rule = {
  create(context) {
    const checkText = (node: Deno.lint.Node, text: string) => {
      const host = REGISTRY_HOST.exec(text)?.[0];
      if (host !== undefined) context.report({ node, message: `"${host}" is a registry's host: the code names none` });
    };
    return {
      ...visitSpecifiers(({ node, text }) => {
        const scheme = text === undefined ? undefined : /^(npm|jsr|https?|data|blob):/.exec(text)?.[1];
        if (scheme === undefined) return;
        const wanted = scheme === "npm"
          ? "name the package as deno.json's imports do"
          : "take it from npm by deno.json";
        context.report({ node, message: `"${text}" cannot be imported in code: ${wanted}` });
      }),
      Literal(node) {
        if (typeof node.value === "string") checkText(node, node.value);
      },
      TemplateElement: (node) => checkText(node, node.cooked),
    };
  },
};
