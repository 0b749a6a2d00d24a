/**
 * What a server is started with: the values of the configuration's table, whoever read them.
 */

import type { Config, ConfigName } from "./config.ts";
import { CONFIG_KEYS } from "./config/keys.ts";

/** Bytes. */
export const MEBIBYTE = 1024 * 1024;

const NAMES = [
  "database_max_connections",
  "reports_folder",
  "reports_keep_days",
  "alerts_allow_loopback",
  "alerts_interval_minutes",
  "host",
  "port",
  "max_request_size_mb",
  "cors_origins",
  "trusted_proxies",
  "jwt_secret",
  "jwt_expiry_hours",
  "rate_limit_per_second",
  "rate_limit_burst",
  "redis_url",
  "enable_compression",
  "enable_metrics",
  "metrics_host",
  "metrics_port",
  "log_level",
  "log_format",
] as const satisfies readonly ConfigName[];

type SettingName = (typeof NAMES)[number];

/** The settings of a server, by the names of the configuration's table. */
export type ServerSettings = { readonly [Name in SettingName]: Config[Name]["value"] } & {
  readonly database_url: string;
};

/** The settings of a configuration that was read from flags, variables and a file. */
export function toSettings(config: Config): ServerSettings {
  const entries = NAMES.map((name) => [name, config[name].value]);
  return { ...Object.fromEntries(entries), database_url: config.database_url.value } as ServerSettings;
}

/** Settings with the table's defaults for those that are not given. */
export function fillServerSettings(
  given: Partial<ServerSettings> & Pick<ServerSettings, "database_url">,
): ServerSettings {
  const wanted: ReadonlySet<string> = new Set(NAMES);
  const defaults = CONFIG_KEYS.filter(({ name }) => wanted.has(name)).map((key) => [key.name, key.makeDefault({})]);
  const givenEntries = Object.entries(given).filter(([, value]) => value !== undefined);
  return { ...Object.fromEntries(defaults), ...Object.fromEntries(givenEntries) } as ServerSettings;
}
