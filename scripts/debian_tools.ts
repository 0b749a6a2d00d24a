/**
 * Programs that tests run and that npm does not have: Debian's packages, unpacked into a cache folder of one's own, so
 * that nothing is installed on the machine and nobody has to be root.
 *
 * apt and dpkg must be there. What a machine has on its path is taken as it is.
 */

import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { chmod, mkdir, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** For one call of apt; a slow mirror takes a minute for all of it. */
const APT_MS = 300_000;

interface Tool {
  readonly command: string;
  readonly packages: readonly string[];
  /** Where the packages have it, below their root. */
  readonly path: string;
  /** Lines of its start script, which a program that looks for its own files elsewhere needs. */
  readonly setUp?: (root: string) => string;
}

const TOOLS: readonly Tool[] = [
  {
    command: "zsh",
    packages: ["zsh"],
    path: "bin/zsh",
    // zsh takes neither path from its environment.
    setUp: (root) => `export ZDOTDIR="${root}/zsh"`,
  },
  { command: "fish", packages: ["fish"], path: "usr/bin/fish" },
  { command: "redis-server", packages: ["redis-server"], path: "usr/bin/redis-server" },
  { command: "promtool", packages: ["prometheus"], path: "usr/bin/promtool" },
  {
    command: "chromium",
    packages: ["chromium", "fonts-liberation"],
    path: "usr/lib/chromium/chromium",
    setUp: (root) => `export FONTCONFIG_FILE="${root}/fonts.conf"`,
  },
  { command: "nginx", packages: ["nginx"], path: "usr/sbin/nginx" },
  { command: "caddy", packages: ["caddy"], path: "usr/bin/caddy" },
];

/** What became of the tools: a folder for the path that has those that were missing, and why some are not there. */
export interface ReadyTools {
  /** Undefined when nothing was missing, or nothing could be had. */
  readonly folder: string | undefined;
  /** `ready: zsh, fish`, for people. */
  readonly said: string;
}

/** Makes every tool ready that is not on the path. One that cannot be had is no fault: its tests are skipped and say so. */
export async function readyTools(path = process.env.PATH ?? ""): Promise<ReadyTools> {
  const missing: Tool[] = [];
  for (const tool of TOOLS) if (!await isOnPath(tool.command, path)) missing.push(tool);
  if (missing.length === 0) return { folder: undefined, said: "all are installed" };
  const names = missing.map(({ command }) => command).join(", ");
  try {
    return { folder: await unpackOnce(missing), said: `${names} from Debian's packages` };
  } catch (error) {
    const reason = error instanceof Error ? error.message.trim().split("\n").at(-1) : String(error);
    return { folder: undefined, said: `no ${names}: Debian's packages cannot be had (${reason})` };
  }
}

async function isOnPath(command: string, path: string): Promise<boolean> {
  for (const folder of path.split(delimiter)) if (await isThere(join(folder, command))) return true;
  return false;
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch {
    return false;
  }
}

/** The folder with the start scripts of some tools; what was unpacked before is taken again. */
async function unpackOnce(tools: readonly Tool[]): Promise<string> {
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "costops-test-tools");
  const folder = join(cache, `${tools.map(({ command }) => command).join("+")}-${digest(tools)}`);
  if (await isThere(folder)) return join(folder, "bin");
  await mkdir(cache, { recursive: true });
  const unfinished = join(cache, `unfinished-${process.pid}`);
  try {
    const archives = await download(tools.flatMap(({ packages }) => packages), unfinished);
    const root = join(unfinished, "root");
    await mkdir(root);
    for (const archive of archives) await run("dpkg-deb", ["-x", archive, root]);
    await rm(join(unfinished, "apt"), { recursive: true });
    await writeSettings(join(folder, "root"), root);
    await writeScripts(tools, { root: join(folder, "root"), bin: join(unfinished, "bin") });
    // Another run may have been quicker; its tools are as good.
    await rename(unfinished, folder).catch(async (error) => {
      if (!await isThere(folder)) throw error;
    });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  return join(folder, "bin");
}

/** Of all that the scripts are written from: they are written anew when it changes. */
function digest(tools: readonly Tool[]): string {
  const parts = tools.map(({ packages, path, setUp }) => [packages, path, setUp?.("")]);
  return createHash("sha256").update(JSON.stringify([FOLDERS, parts])).digest("hex").slice(0, 8);
}

/** Fetches packages and what they need that the machine does not have, with lists and locks of its own. */
async function download(packages: readonly string[], folder: string): Promise<string[]> {
  const apt = join(folder, "apt");
  for (const part of ["state/lists/partial", "cache/archives/partial"]) {
    await mkdir(join(apt, part), { recursive: true });
  }
  const own = [
    `Dir::State=${join(apt, "state")}`,
    "Dir::State::status=/var/lib/dpkg/status",
    `Dir::Cache=${join(apt, "cache")}`,
    "Debug::NoLocking=1",
    "APT::Sandbox::User=",
  ].flatMap((option) => ["-o", option]);
  await run("apt-get", ["-qq", ...own, "update"], { timeout: APT_MS });
  const install = ["-qq", "-y", ...own, "--no-install-recommends", "--download-only", "install", ...packages];
  await run("apt-get", install, { timeout: APT_MS });
  const archives = join(apt, "cache/archives");
  return (await readdir(archives)).filter((name) => name.endsWith(".deb")).map((name) => join(archives, name));
}

/** Writes what the programs read, of files that will lie at `root` and are written at `at`. */
async function writeSettings(root: string, at: string): Promise<void> {
  const libraries = (await readdir(join(at, "usr/lib"))).find((name) => name.endsWith("-linux-gnu")) ?? "";
  await mkdir(join(at, "zsh"));
  const zsh = [
    `module_path=(${root}/usr/lib/${libraries}/zsh/*(/N))`,
    `fpath=(${root}/usr/share/zsh/functions/*(/N))`,
    "unset LD_LIBRARY_PATH ZDOTDIR",
  ];
  await writeFile(join(at, "zsh/.zshenv"), `${zsh.join("\n")}\n`);
  const fonts = `<fontconfig><dir>${root}/usr/share/fonts</dir><dir>/usr/share/fonts</dir>` +
    `<cachedir prefix="xdg">fontconfig</cachedir></fontconfig>\n`;
  await writeFile(join(at, "fonts.conf"), fonts);
  // fish takes the files beside it only when both of its folders are there.
  await mkdir(join(at, "usr/etc/fish"), { recursive: true });
}

/** Where packages have libraries; those of sound, which a browser wants to be there, are in a folder of their own. */
const FOLDERS = ["usr/lib/*-linux-gnu", "lib/*-linux-gnu", "usr/lib/*-linux-gnu/pulseaudio"];

async function writeScripts(
  tools: readonly Tool[],
  { root, bin }: { readonly root: string; readonly bin: string },
): Promise<void> {
  await mkdir(bin);
  for (const { command, path, setUp } of tools) {
    const script = join(bin, command);
    const libraries = `"$(echo ${FOLDERS.map((folder) => `${root}/${folder}`).join(" ")} | tr ' ' ':')"`;
    const lines = [
      "#!/bin/sh",
      `export LD_LIBRARY_PATH=${libraries}`,
      setUp?.(root) ?? "",
      `exec ${root}/${path} "$@"`,
    ];
    await writeFile(script, `${lines.filter((line) => line !== "").join("\n")}\n`);
    await chmod(script, 0o755);
  }
}
