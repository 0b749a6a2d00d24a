/**
 * A real Redis server for tests, where its program is installed.
 */

/** A server in memory alone, until it is stopped. */
export interface RedisServer {
  readonly url: string;
  /** Leaves it running but lets it do nothing. */
  pause(): void;
  resume(): void;
  stop(): Promise<void>;
}

/** Whether `redis-server` can be run here. */
export function hasRedis(): boolean {
  try {
    return new Deno.Command("redis-server", { args: ["--version"], stdout: "null", stderr: "null" }).outputSync()
      .success;
  } catch {
    return false;
  }
}

/** Starts a server on a port, and waits until it takes connections. */
export async function startRedis(port: number): Promise<RedisServer> {
  const args = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
  const child = new Deno.Command("redis-server", { args, stdin: "null", stdout: "piped", stderr: "null" }).spawn();
  await waitFor(child.stdout, "Ready to accept connections");
  return {
    url: `redis://127.0.0.1:${port}`,
    pause: () => child.kill("SIGSTOP"),
    resume: () => child.kill("SIGCONT"),
    stop: async () => {
      child.kill("SIGKILL");
      await child.status;
    },
  };
}

async function waitFor(stdout: ReadableStream<Uint8Array>, words: string): Promise<void> {
  let said = "";
  for await (const text of stdout.pipeThrough(new TextDecoderStream())) {
    said += text;
    if (said.includes(words)) return;
  }
  throw new Error(`redis-server ended before it was ready: ${said}`);
}
