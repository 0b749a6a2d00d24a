/**
 * The proxies of docs/deploy in front of a real server, with a certificate and ports of the test's own: what goes
 * through them, what does not, and whose address the server knows.
 */

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { makeCertificate } from "../db/postgres_certificate.ts";
import { findFreePort } from "../free_port.ts";
import { inPlace, type Place } from "./program.ts";
import { makeKey, startServing, stopServing } from "./serving.ts";

/** Where a proxy's configuration is, and how it runs with one that is changed for a test. */
interface Proxy {
  readonly command: string;
  readonly file: string;
  readonly adapt: (text: string, test: Adapting) => string;
  /** Its arguments, given the file's path. */
  readonly args: (path: string, folder: string) => readonly string[];
}

interface Adapting {
  readonly folder: string;
  /** That it listens on. */
  readonly port: number;
  /** `127.0.0.1:8080`, the server's. */
  readonly upstream: string;
}

const PROXIES: readonly Proxy[] = [
  {
    command: "nginx",
    file: "deploy/nginx.conf",
    adapt: (text, { folder, port, upstream }) => {
      const site = text.replace("127.0.0.1:8080", upstream).replace("listen 443 ssl", `listen 127.0.0.1:${port} ssl`)
        .replace("costs.example.com;", "localhost;").replaceAll("/etc/ssl/costs.example.com", `${folder}/tls`);
      const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) =>
        `${name}_temp_path ${folder}/${name};`
      );
      const http = ["access_log off;", ...temporary, site].join("\n");
      return `daemon off;\npid ${folder}/nginx.pid;\nerror_log stderr;\nevents {}\nhttp {\n${http}\n}\n`;
    },
    args: (path, folder) => ["-p", folder, "-c", path, "-e", "stderr"],
  },
  {
    command: "caddy",
    file: "deploy/Caddyfile",
    adapt: (text, { folder, port, upstream }) =>
      text.replace("127.0.0.1:8080", upstream)
        .replace(
          "costs.example.com {",
          `localhost:${port} {\n\tbind 127.0.0.1\n\ttls ${folder}/tls.pem ${folder}/tls.key`,
        )
        .replace("{\n\tservers", "{\n\tadmin off\n\tauto_https disable_redirects\n\tservers"),
    args: (path) => ["run", "--config", path, "--adapter", "caddyfile"],
  },
];

function isInstalled({ command }: Proxy): boolean {
  try {
    return new Deno.Command(command, { args: [command === "caddy" ? "version" : "-v"] }).outputSync().success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Runs a proxy until the test has ended; clients come to it from 127.0.0.2. */
async function withProxy(
  proxy: Proxy,
  { place, upstream }: { readonly place: Place; readonly upstream: string },
  test: (send: (path: string, init?: RequestInit) => Promise<Response>) => Promise<void>,
): Promise<void> {
  const { folder } = place;
  const port = findFreePort();
  const { certificate, key } = await makeCertificate({ isAuthority: false });
  await place.write("tls.pem", certificate);
  await place.write("tls.key", key);
  const text = await readFile(new URL(`../../docs/${proxy.file}`, import.meta.url), "utf8");
  const path = await place.write("proxy.conf", proxy.adapt(text, { folder, port, upstream }));
  const env = { HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
  const child = new Deno.Command(proxy.command, {
    args: [...proxy.args(path, folder)],
    env,
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const said = new Response(child.stderr).text();
  using client = Deno.createHttpClient({ caCerts: [certificate], localAddress: "127.0.0.2" });
  const send = (path: string, init: RequestInit = {}) => fetch(`https://localhost:${port}${path}`, { ...init, client });
  try {
    await untilListening(port, child.status);
    await test(send);
  } catch (error) {
    await child[Symbol.asyncDispose]();
    throw new Error(`${proxy.command} said: ${await said}`, { cause: error });
  } finally {
    await child[Symbol.asyncDispose]();
    await said;
  }
}

async function untilListening(port: number, ended: Promise<Deno.CommandStatus>): Promise<void> {
  let hasEnded = false;
  ended.then(() => hasEnded = true);
  while (!hasEnded) {
    try {
      (await Deno.connect({ hostname: "127.0.0.1", port })).close();
      return;
    } catch (error) {
      if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  throw new Error("it ended before it listened");
}

for (const proxy of PROXIES) {
  const ignore = !isInstalled(proxy);
  const name = `docs/${proxy.file}: records and streams go through, metrics do not, and the server knows the client`;
  Deno.test({ name: ignore ? `${name} (needs ${proxy.command})` : name, ignore, fn: () => testProxy(proxy) });
}

async function testProxy(proxy: Proxy): Promise<void> {
  await inPlace(async (place) => {
    const key = await makeKey(place, ["usage:create", "usage:read"]);
    const serving = await startServing(place, ["--trusted-proxies=127.0.0.1", "--enable-metrics", "--metrics-port=0"]);
    try {
      await withProxy(proxy, { place, upstream: new URL(serving.url).host }, async (send) => {
        const ask = async (path: string, body?: string, type = "application/json") => {
          const headers = { "X-API-Key": key, "Content-Type": type };
          const response = await send(path, body === undefined ? { headers } : { method: "POST", headers, body });
          return { status: response.status, text: await response.text() };
        };
        const record = (id: string) => JSON.stringify({ id, model: "gpt-4", timestamp: "2026-11-01", input_tokens: 1 });
        assert.equal((await ask("/api/v1/usage", record("one"))).status, 201);
        assert.equal((await ask("/api/v1/usage/one")).status, 200);
        const stream = await ask(
          "/api/v1/usage/stream",
          [record("two"), record("one")].join("\n"),
          "application/x-ndjson",
        );
        const lines = stream.text.trim().split("\n").map((line) => JSON.parse(line));
        assert.deepEqual([stream.status, lines[0].outcome, lines[1].summary.inserted], [200, "duplicate", 1]);
        // A stream is longer than the largest body; white space between lines is no record.
        const long = await ask(
          "/api/v1/usage/stream",
          `${"\n".repeat(11_000_000)}${record("three")}`,
          "application/x-ndjson",
        );
        assert.match(long.text, /"inserted":1/);
        assert.equal((await ask("/api/v1/usage/batch", " ".repeat(11_000_000))).status, 413);
        assert.equal((await ask("/metrics")).status, 404);
        assert.equal((await ask("/health")).status, 200);
      });
    } finally {
      await stopServing(serving);
    }
    const { err } = await serving.ended;
    const requests = err.split("\n").filter((line) => line.includes('"message":"request"')).map((line) =>
      JSON.parse(line)
    );
    const addresses = requests.filter(({ route }) => route === "/usage").map(({ address }) => address);
    assert.deepEqual(addresses, ["127.0.0.2"]);
  });
}
