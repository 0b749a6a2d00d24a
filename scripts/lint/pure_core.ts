/**
 * The purity of core/: data in, data out. No clock, no randomness, no network, no system, no terminal.
 */

import { findLayer, toHousePath } from "./house.ts";

/** Names of the world outside, refused wherever they are read. */
const WORLD = new Set([
  "Deno",
  "fetch",
  "console",
  "process",
  "globalThis",
  "window",
  "eval",
  "require",
  "localStorage",
  "sessionStorage",
  "WebSocket",
  "Worker",
  "BroadcastChannel",
  "setTimeout",
  "setInterval",
  "queueMicrotask",
]);

/** Objects that are part pure: only these members are refused, and the object itself may not be handed on. */
const PARTLY_PURE: Readonly<Record<string, RegExp>> = {
  Date: /^now$/,
  Math: /^random$/,
  crypto: /^(randomUUID|getRandomValues)$/,
  performance: /./,
  Temporal: /^Now$/,
};

/** What core/ may take of `node:`; everything there is a function of its arguments. */
const NODE_IMPORTS: Readonly<Record<string, RegExp>> = {
  "node:crypto": /^(createHash|createHmac|timingSafeEqual|hash|Hash)$/,
  "node:buffer": /^Buffer$/,
};

/** Reports what would make core/ answer differently for the same arguments. */
export const pureCore: Deno.lint.Rule = {
  create(context) {
    if (findLayer(toHousePath(context.filename)) !== "core") return {};
    const report = (node: Deno.lint.Node, name: string) =>
      context.report({ node, message: `core/ is pure: ${name} is the caller's; take what it gives as an argument` });
    return {
      Identifier(node) {
        if (!isReference(node)) return;
        if (WORLD.has(node.name)) report(node, node.name);
        else if (Object.hasOwn(PARTLY_PURE, node.name)) checkPartlyPure(node, report);
      },
      ImportDeclaration(node) {
        if (!node.source.value.startsWith("node:")) return;
        const allowed = NODE_IMPORTS[node.source.value];
        for (const specifier of node.specifiers) {
          const name = specifier.type === "ImportSpecifier" && specifier.imported.type === "Identifier"
            ? specifier.imported.name
            : "*";
          if (allowed === undefined || !allowed.test(name)) report(specifier, `${name} of ${node.source.value}`);
        }
        if (node.specifiers.length === 0) report(node, node.source.value);
      },
    };
  },
};

function checkPartlyPure(node: Deno.lint.Identifier, report: (node: Deno.lint.Node, name: string) => void): void {
  const parent: Deno.lint.Node = node.parent;
  if (parent.type === "MemberExpression" && parent.object === node) {
    const name = memberName(parent);
    if (name === undefined || PARTLY_PURE[node.name]?.test(name)) report(parent, `${node.name}.${name ?? "[…]"}`);
  } else if (parent.type === "NewExpression" && parent.callee === node) {
    if (parent.arguments.length === 0) report(parent, `new ${node.name}()`);
  } else if (!isTypeOrInstanceCheck(parent)) {
    report(node, node.name);
  }
}

function memberName(node: Deno.lint.MemberExpression): string | undefined {
  if (!node.computed) return node.property.type === "Identifier" ? node.property.name : undefined;
  return node.property.type === "Literal" && typeof node.property.value === "string" ? node.property.value : undefined;
}

function isTypeOrInstanceCheck(parent: Deno.lint.Node): boolean {
  if (parent.type === "BinaryExpression") return parent.operator === "instanceof";
  return parent.type === "TSTypeReference" || parent.type === "TSQualifiedName";
}

/** An identifier that reads a variable, and is not the name of a member, a key or a label. */
function isReference(node: Deno.lint.Identifier): boolean {
  const parent: Deno.lint.Node = node.parent;
  switch (parent.type) {
    case "MemberExpression":
      return parent.object === node || parent.computed;
    case "Property":
      return parent.key !== node || parent.computed;
    case "TSQualifiedName":
      return parent.left === node;
    case "ImportSpecifier":
    case "ExportSpecifier":
    case "LabeledStatement":
    case "TSPropertySignature":
    case "TSMethodSignature":
    case "TSEnumMember":
      return false;
    case "PropertyDefinition":
    case "MethodDefinition":
      return parent.key !== node || parent.computed;
    default:
      return true;
  }
}
