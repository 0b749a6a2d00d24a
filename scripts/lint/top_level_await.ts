/**
 * No work at import: only main.ts waits at the top level.
 */

import { findLayer, toHousePath } from "./house.ts";

/** Reports `await` outside of functions in the parts of the program, main.ts apart. */
export const topLevelAwait: Deno.lint.Rule = {
  create(context) {
    const layer = findLayer(toHousePath(context.filename));
    if (layer === undefined || layer === "main") return {};
    const check = (node: Deno.lint.Node) => {
      if (!context.sourceCode.getAncestors(node).some((ancestor) => /Function/.test(ancestor.type))) {
        context.report({ node, message: "Only main.ts waits at the top level: move it into a function" });
      }
    };
    return {
      AwaitExpression: check,
      ForOfStatement: (node) => node.await ? check(node) : undefined,
    };
  },
};
