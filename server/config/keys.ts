/**
 * The table of configuration: every key with its flag, variable, place in the TOML file, kind, default and help.
 */

import { join } from "node:path";
import {
  address,
  boolean,
  isAddressRange,
  isOrigin,
  list,
  oneOf,
  secret,
  text,
  textLike,
  timeZone,
  type ValueKind,
  whole,
} from "./kinds.ts";
import { isRealSecret, SECRET_BYTES } from "./real_secret.ts";

/** Environment variables by name. */
export type Variables = Readonly<Record<string, string>>;

/** One key of the configuration. */
export interface ConfigKey {
  readonly name: string;
  /** The flag's name without dashes; of a secret, the flag that names a file with it. */
  readonly flag: string;
  /** The variable; of a secret there is also one with `_FILE` behind it. */
  readonly variable: string;
  /** Table and key of the TOML file. */
  readonly toml: readonly [string, string];
  readonly kind: ValueKind<unknown>;
  readonly help: string;
  /** Made from the process's environment variables; no secret is ever a default. */
  readonly makeDefault: (variables: Variables) => unknown;
  /** Whether only the server uses it: other commands leave its variable alone, which may be another program's. */
  readonly is_of_server: boolean;
}

const everywhere = { is_of_server: false } as const;
const ofServer = { is_of_server: true } as const;

/** Every key there is. */
export const CONFIG_KEYS = [
  {
    ...everywhere,
    name: "database_url",
    flag: "database",
    variable: "DATABASE_URL",
    toml: ["database", "url"],
    // What it may be is the database's to say, when it is opened.
    kind: address("text", () => true),
    help: "where records are kept: a path, sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME",
    makeDefault: (variables) => `sqlite:${join(dataFolder(variables), "costops.db")}`,
  },
  {
    ...everywhere,
    name: "database_max_connections",
    flag: "max-connections",
    variable: "DATABASE_MAX_CONNECTIONS",
    toml: ["database", "max_connections"],
    kind: whole({ least: 1, most: 1_000 }),
    help: "connections to Postgres that one process keeps at most",
    makeDefault: () => 10,
  },
  {
    ...everywhere,
    name: "reports_folder",
    flag: "reports-folder",
    variable: "COSTOPS_REPORTS_FOLDER",
    toml: ["reports", "folder"],
    kind: text(),
    help: "where the files of reports are kept; without it beside a SQLite database, or in Postgres",
    makeDefault: () => undefined,
  },
  {
    ...ofServer,
    name: "reports_keep_days",
    flag: "reports-keep-days",
    variable: "REPORTS_KEEP_DAYS",
    toml: ["reports", "keep_days"],
    kind: whole({ least: 1, most: 365 }),
    help: "days that the file of a report is kept",
    makeDefault: () => 7,
  },
  {
    ...everywhere,
    name: "organization",
    flag: "org",
    variable: "COSTOPS_ORG",
    toml: ["defaults", "organization"],
    kind: text(),
    help: "the organization that commands work in",
    makeDefault: () => "default",
  },
  {
    ...everywhere,
    name: "tz",
    flag: "tz",
    variable: "COSTOPS_TZ",
    toml: ["defaults", "tz"],
    kind: timeZone(),
    help: "the IANA time zone that days are counted in",
    makeDefault: () => "UTC",
  },
  {
    ...everywhere,
    name: "server",
    flag: "server",
    variable: "COSTOPS_SERVER",
    toml: ["remote", "server"],
    kind: address("the address of a server, http://HOST:PORT or https://HOST", isWebAddress),
    help: "the server that commands ask instead of a database",
    makeDefault: () => undefined,
  },
  {
    ...everywhere,
    name: "api_key",
    flag: "api-key-file",
    variable: "COSTOPS_API_KEY",
    toml: ["remote", "api_key"],
    kind: secret({ wanted: "an API key of that server", isAllowed: (value) => /^[!-~]+$/.test(value) }),
    help: "the API key that commands show to the server",
    makeDefault: () => undefined,
  },
  {
    ...everywhere,
    name: "insecure_http",
    flag: "insecure-http",
    variable: "COSTOPS_INSECURE_HTTP",
    toml: ["remote", "insecure_http"],
    kind: boolean(),
    help: "whether a server on another machine may be asked without TLS, for everybody on the way to read",
    makeDefault: () => false,
  },
  {
    ...everywhere,
    name: "alerts_allow_loopback",
    flag: "alerts-allow-loopback",
    variable: "ALERTS_ALLOW_LOOPBACK",
    toml: ["alerts", "allow_loopback"],
    kind: boolean(),
    help: "whether channels of alerts may be on this machine, by http too",
    makeDefault: () => false,
  },
  {
    ...ofServer,
    name: "alerts_interval_minutes",
    flag: "alerts-interval-minutes",
    variable: "ALERTS_INTERVAL_MINUTES",
    toml: ["alerts", "interval_minutes"],
    kind: whole({ least: 0, most: 1_440 }),
    help: "minutes from one look for alerts to the next; 0 never looks",
    makeDefault: () => 5,
  },
  {
    ...ofServer,
    name: "host",
    flag: "host",
    variable: "API_HOST",
    toml: ["server", "host"],
    kind: textLike("an address or a host name", /^[\w.:%-]+$/),
    help: "the address that the server listens on",
    makeDefault: () => "127.0.0.1",
  },
  {
    ...ofServer,
    name: "port",
    flag: "port",
    variable: "API_PORT",
    toml: ["server", "port"],
    kind: whole({ least: 0, most: 65_535 }),
    help: "the port that the server listens on; 0 takes a free one",
    makeDefault: () => 8080,
  },
  {
    ...ofServer,
    name: "max_request_size_mb",
    flag: "max-request-size-mb",
    variable: "MAX_REQUEST_SIZE_MB",
    toml: ["server", "max_request_size_mb"],
    kind: whole({ least: 1, most: 1_024 }),
    help: "MiB of a request's body at most",
    makeDefault: () => 10,
  },
  {
    ...ofServer,
    name: "cors_origins",
    flag: "cors-origins",
    variable: "CORS_ORIGINS",
    toml: ["server", "cors_origins"],
    kind: list("an exact origin such as https://app.example.com", isOrigin),
    help: "origins whose pages may call the API from a browser",
    makeDefault: (): readonly string[] => [],
  },
  {
    ...ofServer,
    name: "trusted_proxies",
    flag: "trusted-proxies",
    variable: "TRUSTED_PROXIES",
    toml: ["server", "trusted_proxies"],
    kind: list("an address or a range such as 10.0.0.0/8", isAddressRange),
    help: "proxies whose word is taken for a client's address",
    makeDefault: (): readonly string[] => [],
  },
  {
    ...ofServer,
    name: "jwt_secret",
    flag: "jwt-secret-file",
    variable: "JWT_SECRET",
    toml: ["auth", "jwt_secret"],
    kind: secret({
      wanted: `a secret of at least ${SECRET_BYTES} bytes that no document shows; openssl rand -base64 48 makes one`,
      isAllowed: isRealSecret,
    }),
    help: "what access tokens are signed with; the same on every process of one database",
    makeDefault: () => undefined,
  },
  {
    ...ofServer,
    name: "jwt_expiry_hours",
    flag: "jwt-expiry-hours",
    variable: "JWT_EXPIRY_HOURS",
    toml: ["auth", "jwt_expiry_hours"],
    kind: whole({ least: 1, most: 168 }),
    help: "hours that an access token is valid",
    makeDefault: () => 1,
  },
  {
    ...ofServer,
    name: "rate_limit_per_second",
    flag: "rate-limit-per-second",
    variable: "RATE_LIMIT_PER_SECOND",
    toml: ["rate_limit", "per_second"],
    kind: whole({ least: 1, most: 1_000_000 }),
    help: "requests a second of one organization in the long run",
    makeDefault: () => 100,
  },
  {
    ...ofServer,
    name: "rate_limit_burst",
    flag: "rate-limit-burst",
    variable: "RATE_LIMIT_BURST",
    toml: ["rate_limit", "burst"],
    kind: whole({ least: 1, most: 1_000_000 }),
    help: "requests of one organization at once",
    makeDefault: () => 200,
  },
  {
    ...ofServer,
    name: "redis_url",
    flag: "redis-url",
    variable: "REDIS_URL",
    toml: ["rate_limit", "redis_url"],
    kind: address("redis://HOST:PORT or rediss://HOST:PORT", (value) => isUrl(value, /^rediss?:$/)),
    help: "where processes share the rate limit; without it in Postgres, or in memory on SQLite",
    makeDefault: () => undefined,
  },
  {
    ...ofServer,
    name: "enable_compression",
    flag: "enable-compression",
    variable: "ENABLE_COMPRESSION",
    toml: ["features", "enable_compression"],
    kind: boolean(),
    help: "whether responses are compressed with br or gzip",
    makeDefault: () => true,
  },
  {
    ...ofServer,
    name: "enable_metrics",
    flag: "enable-metrics",
    variable: "ENABLE_METRICS",
    toml: ["features", "enable_metrics"],
    kind: boolean(),
    help: "whether there are Prometheus metrics",
    makeDefault: () => false,
  },
  {
    ...ofServer,
    name: "metrics_host",
    flag: "metrics-host",
    variable: "METRICS_HOST",
    toml: ["features", "metrics_host"],
    kind: textLike("an address or a host name", /^[\w.:%-]+$/),
    help: "the address of the port for metrics",
    makeDefault: () => "127.0.0.1",
  },
  {
    ...ofServer,
    name: "metrics_port",
    flag: "metrics-port",
    variable: "METRICS_PORT",
    toml: ["features", "metrics_port"],
    kind: whole({ least: 0, most: 65_535 }),
    help: "a port for metrics alone, without a credential",
    makeDefault: () => 9090,
  },
  {
    ...ofServer,
    name: "log_level",
    flag: "log-level",
    variable: "LOG_LEVEL",
    toml: ["features", "log_level"],
    kind: oneOf(["debug", "info", "warn", "error"]),
    help: "the least important lines that the server logs: debug, info, warn or error",
    makeDefault: () => "info",
  },
  {
    ...ofServer,
    name: "log_format",
    flag: "log-format",
    variable: "LOG_FORMAT",
    toml: ["features", "log_format"],
    kind: oneOf(["json", "pretty"]),
    help: "how the server logs: json, one object a line, or pretty",
    makeDefault: () => "json",
  },
] as const satisfies readonly ConfigKey[];

/** The user's folder for configuration of costops. */
export function configFolder(variables: Variables): string {
  return join(variables.XDG_CONFIG_HOME || join(homeFolder(variables), ".config"), "costops");
}

function dataFolder(variables: Variables): string {
  return join(variables.XDG_DATA_HOME || join(homeFolder(variables), ".local", "share"), "costops");
}

function homeFolder(variables: Variables): string {
  return variables.HOME || variables.USERPROFILE || ".";
}

function isUrl(value: string, protocol: RegExp): boolean {
  return URL.canParse(value) && protocol.test(new URL(value).protocol) && new URL(value).hostname !== "";
}

/** A user or password in it would end up in logs and process lists. */
function isWebAddress(value: string): boolean {
  return isUrl(value, /^https?:$/) && new URL(value).username === "" && new URL(value).password === "";
}
