/**
 * The arrows: main -> cli -> server -> db -> core; nothing imports what stands to its left, nor what is around it.
 */

import { findLayer, findOuterFolder, LAYERS, resolveSpecifier, toHousePath } from "./house.ts";
import { visitSpecifiers } from "./specifier.ts";

/** Reports an import against the arrows, whichever way it is written; type imports count. */
export const arrows: Deno.lint.Rule = {
  create(context) {
    const from = toHousePath(context.filename);
    const layer = findLayer(from);
    if (layer === undefined) return {};
    return visitSpecifiers(({ node, text }) => {
      if (text === undefined) {
        return context.report({ node, message: `A computed import in ${layer} cannot be checked: write its path` });
      }
      if (!/^(\.{0,2}\/|file:)/.test(text)) return;
      const target = text.startsWith("file:") ? text : resolveSpecifier(from, text);
      const fault = findFault(layer, target);
      if (fault !== undefined) context.report({ node, message: `"${text}" ${fault}` });
    });
  },
};

function findFault(layer: (typeof LAYERS)[number], target: string): string | undefined {
  if (target.startsWith("../") || target.startsWith("file:")) return "is outside of the repository";
  const outer = findOuterFolder(target);
  if (outer !== undefined) return `is in ${outer}/, which the program does not import`;
  const targetLayer = findLayer(target);
  if (targetLayer !== undefined) {
    if (LAYERS.indexOf(targetLayer) >= LAYERS.indexOf(layer)) return undefined;
    return `stands left of ${layer} (${LAYERS.join(" -> ")}): pass in what is needed, or move it to the right`;
  }
  return /\.[cm]?[jt]sx?$/.test(target) ? `is in no part of the house (${LAYERS.join(", ")})` : undefined;
}
