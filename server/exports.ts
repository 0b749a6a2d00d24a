/**
 * What a program imports that has costops inside it: `import { openCostops } from "costops"`.
 */

export { type Permission, permissionsOf, type Principal, type Role } from "../core/access.ts";
export { CostopsError, type ErrorKind } from "../core/error.ts";
export { type Database, openDatabase } from "../db/database.ts";
export { type AppOptions, createApiRouter, createApp } from "./app.ts";
export { type Costops, type CostopsOptions, openCostops } from "./costops.ts";
export { createEnvironment, type Environment } from "./environment.ts";
export { type AnsweredExchange, type Observe } from "./http/exchange.ts";
export type { RateLimits } from "./http/rate_limit.ts";
export { type RunningServer, type StartOptions, startServer } from "./start.ts";
