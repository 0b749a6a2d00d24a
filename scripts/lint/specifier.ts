/// <reference lib="deno.unstable" />
/**
 * Every way in which a file can name another module, met by one visitor.
 */

/** A module named in a file. `text` is undefined when it is computed, so that nothing can be said about it. */
export interface Specifier {
  readonly node: Deno.lint.Node;
  readonly text: string | undefined;
}

/**
 * A visitor that meets each module that is imported: `import`, `export … from`, `import()`, `import("…")` types,
 * `import x = require()`, `require()`, and the TypeScript files that `new URL(…, import.meta.url)` (workers) and
 * `import.meta.resolve()` name.
 */
export function visitSpecifiers(meet: (specifier: Specifier) => void): Deno.lint.LintVisitor {
  const meetSource = (node: Deno.lint.Node, source: Deno.lint.Node | null | undefined) => {
    if (source !== null && source !== undefined) meet({ node, text: toText(source) });
  };
  return {
    ImportDeclaration: (node) => meetSource(node, node.source),
    ExportNamedDeclaration: (node) => meetSource(node, node.source),
    ExportAllDeclaration: (node) => meetSource(node, node.source),
    ImportExpression: (node) => meetSource(node, node.source),
    TSImportType: (node) => meetSource(node, node.argument),
    TSExternalModuleReference: (node) => meetSource(node, node.expression),
    NewExpression(node) {
      if (node.callee.type === "Identifier" && node.callee.name === "URL") {
        meetModuleFile(node, node.arguments[0], meet);
      }
    },
    CallExpression(node) {
      const callee = node.callee;
      if (callee.type === "Identifier" && callee.name === "require") meetSource(node, node.arguments[0]);
      if (callee.type !== "MemberExpression" || callee.object.type !== "MetaProperty") return;
      if (callee.property.type === "Identifier" && callee.property.name === "resolve") {
        meetModuleFile(node, node.arguments[0], meet);
      }
    },
  };
}

/** A URL beside the module is a module only when it names a TypeScript or JavaScript file. */
function meetModuleFile(
  node: Deno.lint.Node,
  argument: Deno.lint.Node | undefined,
  meet: (specifier: Specifier) => void,
): void {
  const text = argument === undefined ? undefined : toText(argument);
  if (text !== undefined && /^\.{1,2}\/.*\.[jt]sx?$/.test(text)) meet({ node, text });
}

/** The text of a string, or of a template without values. */
function toText(node: Deno.lint.Node): string | undefined {
  if (node.type === "Literal") return typeof node.value === "string" ? node.value : undefined;
  if (node.type === "TSLiteralType") return toText(node.literal);
  if (node.type === "TemplateLiteral" && node.expressions.length === 0) return node.quasis[0]?.cooked;
  return undefined;
}
