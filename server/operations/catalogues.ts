/**
 * Taking a newer price catalogue in, after it was checked and what changes was seen.
 */

import { createHash } from "node:crypto";
import {
  type Catalogue,
  type CatalogueCheck,
  checkCatalogue,
  loadBundledCatalogue,
  parseCatalogue,
  writeCatalogue,
} from "../../core/pricing/catalogue.ts";
import { type CatalogueDiff, diffCatalogues } from "../../core/pricing/catalogue_diff.ts";
import { installCatalogue } from "../../db/catalogues.ts";
import type { Operation } from "./operation.ts";
import { requireSuperAdmin } from "./prices.ts";

/** A catalogue to be taken in. */
export interface UpdateCatalogueInput {
  /** The program's own catalogue when it is not given. */
  readonly file?: {
    /** What the file is called; its version is made of it and of its content. */
    readonly name: string;
    readonly text: string;
  };
  /** Nothing is taken in; the answer is what would be. */
  readonly is_dry_run: boolean;
}

/** What taking a catalogue in changes. */
export interface CatalogueUpdate {
  readonly before: string;
  readonly after: string;
  readonly check: CatalogueCheck;
  readonly diff: CatalogueDiff;
  /** Whether it is the very catalogue that is in force, so that nothing was to be done. */
  readonly is_same: boolean;
}

/**
 * Checks a catalogue and puts it in force; stored costs stay as they are. Fails with `unreadable` or `invalid` when it
 * is none, and with `forbidden` for anybody but a super admin.
 */
export const updateCatalogue: Operation<UpdateCatalogueInput, CatalogueUpdate> = {
  name: "updateCatalogue",
  permission: "price:write",
  handle: async (environment, principal, { file, is_dry_run }) => {
    requireSuperAdmin(principal, "replace the price catalogue");
    const before = await environment.catalogue();
    const after = file === undefined ? await loadBundledCatalogue() : parseCatalogue(file.text, versionOf(file));
    const check = checkCatalogue(after);
    const diff = diffCatalogues(before, after);
    const is_same = before.version === after.version || isEqual(before, after);
    if (!is_same && !is_dry_run) {
      const stored = { version: after.version, json: writeCatalogue(after) };
      await installCatalogue(environment.database, stored, { actor: principal.actor, now: environment.now() });
    }
    return { before: before.version, after: after.version, check, diff, is_same };
  },
};

/** Prices may be equal while names and matchers are not, so the whole is compared. */
function isEqual(one: Catalogue, other: Catalogue): boolean {
  return writeCatalogue(one) === writeCatalogue(other);
}

/** A file says no version of its own, so its content does: `data.json 3f9a1c20b4d7`. */
function versionOf({ name, text }: { readonly name: string; readonly text: string }): string {
  const plain = name.replace(/[^\w.-]+/g, "-").slice(0, 64);
  return `${plain} ${createHash("sha256").update(text).digest("hex").slice(0, 12)}`;
}
