/**
 * What an operation is: a name, the permission it takes, and its handler, a plain function that knows nothing of HTTP.
 */

import { type Permission, type Principal, requirePermission } from "../../core/access.ts";
import type { Environment } from "../environment.ts";

/** One operation of the program; the CLI calls it directly, HTTP routes are made from it. */
export interface Operation<Input, Output> {
  readonly name: string;
  /** Null: everybody with a credential may, each on their own. */
  readonly permission: Permission | null;
  readonly handle: (environment: Environment, principal: Principal, input: Input) => Promise<Output>;
}

/** Runs an operation for a principal. Fails with `forbidden` without its permission, and as its handler does. */
export function perform<Input, Output>(
  operation: Operation<Input, Output>,
  context: { readonly environment: Environment; readonly principal: Principal },
  input: Input,
): Promise<Output> {
  if (operation.permission !== null) requirePermission(context.principal, operation.permission);
  return operation.handle(context.environment, context.principal, input);
}
