/**
 * Forecasts of many series, and what is unusual in them, on threads of their own, so that whoever answers requests never
 * waits for them.
 */

import type { CostSeries, JudgeCostsOptions, JudgedCosts } from "../../core/anomaly/judge.ts";
import { CostopsError, type ErrorKind } from "../../core/error.ts";
import type { Forecast, ForecastInput } from "../../core/forecast/forecast.ts";
import { LIMITS } from "../../core/limits.ts";

/** A series that is to be judged. */
export interface JudgeTask {
  readonly series: CostSeries;
  readonly options: JudgeCostsOptions;
}

/** What a thread is sent for each series. */
export type ThreadRequest = { readonly forecast: ForecastInput } | { readonly judge: JudgeTask };

/** What a thread sends back for each series. */
export type ThreadAnswer =
  | { readonly result: Forecast | JudgedCosts }
  | { readonly error: { readonly kind?: ErrorKind; readonly message: string } };

/** How a run of forecasts is followed and ended. */
export interface RunOptions {
  /** Whose it is: nobody's runs may be all that wait. */
  readonly organization_id: string;
  /** Ends the run, and the thread with it. */
  readonly signal?: AbortSignal;
  /** Told after each series how many are done. */
  readonly onProgress?: (done: number) => void;
}

/** How many runs there may be. */
interface Most {
  readonly at_once: number;
  readonly waiting: number;
  readonly waiting_organization: number;
  /** Threads that stay for the next run instead of ending with theirs; whoever keeps some closes them. */
  readonly kept: number;
}

/** A run that waits for its turn. */
interface Waiting {
  readonly organization_id: string;
  readonly turn: PromiseWithResolvers<void>;
}

/** Runs forecasts: so many runs at once, each on a thread, and so many that wait for their turn. */
export class ForecastThreads {
  readonly #most: Most;
  #running = 0;
  readonly #waiting: Waiting[] = [];
  readonly #idle: Worker[] = [];
  #isClosed = false;

  constructor(most: Partial<Most> = {}) {
    this.#most = {
      at_once: countThreads(),
      waiting: LIMITS.forecasts_waiting,
      waiting_organization: LIMITS.forecasts_waiting_organization,
      kept: 0,
      ...most,
    };
  }

  /**
   * Forecasts every series, in their order. Fails with `temporary` when too many wait already or the signal ends it, and
   * as `forecast` does.
   */
  async run(inputs: readonly ForecastInput[], options: RunOptions): Promise<Forecast[]> {
    return await this.#run(inputs.map((forecast) => ({ forecast })), options) as Forecast[];
  }

  /** Judges every series, in their order. Fails as {@link run} does, and as `judgeCosts` does. */
  async judge(tasks: readonly JudgeTask[], options: RunOptions): Promise<JudgedCosts[]> {
    return await this.#run(tasks.map((judge) => ({ judge })), options) as JudgedCosts[];
  }

  async #run(requests: readonly ThreadRequest[], options: RunOptions): Promise<(Forecast | JudgedCosts)[]> {
    if (requests.length === 0) return [];
    await this.#enter(options);
    const worker = this.#idle.pop() ?? startThread();
    let isFree = false;
    try {
      const answers = await askAll(worker, requests, options);
      isFree = true;
      return answers.map(readAnswer);
    } finally {
      this.#giveBack(worker, isFree);
      this.#leave();
    }
  }

  /** Ends the threads that are kept; those that run still end with their runs. */
  close(): void {
    this.#isClosed = true;
    for (const worker of this.#idle.splice(0)) worker.terminate();
  }

  #giveBack(worker: Worker, isFree: boolean): void {
    if (isFree && !this.#isClosed && this.#idle.length < this.#most.kept) this.#idle.push(worker);
    else worker.terminate();
  }

  async #enter({ signal, organization_id }: RunOptions): Promise<void> {
    if (signal?.aborted) throw stopped();
    if (this.#running < this.#most.at_once) {
      this.#running++;
      return;
    }
    const own = this.#waiting.filter((other) => other.organization_id === organization_id).length;
    if (this.#waiting.length >= this.#most.waiting || own >= this.#most.waiting_organization) {
      throw new CostopsError("temporary", "Cannot work this out now: too many forecasts wait already", {
        retry_after_s: 5,
      });
    }
    const waiting = { organization_id, turn: Promise.withResolvers<void>() };
    this.#waiting.push(waiting);
    const giveUp = () => {
      const at = this.#waiting.indexOf(waiting);
      if (at === -1) return;
      this.#waiting.splice(at, 1);
      waiting.turn.reject(stopped());
    };
    signal?.addEventListener("abort", giveUp);
    try {
      await waiting.turn.promise;
    } finally {
      signal?.removeEventListener("abort", giveUp);
    }
  }

  /** The turn goes to whoever waits longest. */
  #leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#running--;
    else next.turn.resolve();
  }
}

/** Threads that compute beside whoever answers requests; more only make each other slow. */
const MOST_THREADS = 4;

function countThreads(): number {
  return Math.max(1, Math.min(MOST_THREADS, navigator.hardwareConcurrency - 1));
}

function startThread(): Worker {
  return new Worker(new URL("./forecast_thread.ts", import.meta.url), { type: "module" });
}

/** The answers up to the first that is an error. */
async function askAll(
  worker: Worker,
  requests: readonly ThreadRequest[],
  { signal, onProgress }: RunOptions,
): Promise<ThreadAnswer[]> {
  const end = Promise.withResolvers<never>();
  const stop = () => end.reject(stopped());
  signal?.addEventListener("abort", stop);
  try {
    const answers: ThreadAnswer[] = [];
    for (const request of requests) {
      if (signal?.aborted) throw stopped();
      const answer = await Promise.race([ask(worker, request), end.promise]);
      answers.push(answer);
      if ("error" in answer) break;
      onProgress?.(answers.length);
    }
    return answers;
  } finally {
    signal?.removeEventListener("abort", stop);
  }
}

function ask(worker: Worker, request: ThreadRequest): Promise<ThreadAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<ThreadAnswer>();
  worker.onmessage = ({ data }) => resolve(data);
  worker.onerror = (event) => {
    event.preventDefault();
    reject(new Error(`a thread that forecasts failed: ${event.message}`));
  };
  worker.postMessage(request);
  return promise;
}

function readAnswer(answer: ThreadAnswer): Forecast | JudgedCosts {
  if ("result" in answer) return answer.result;
  const { kind, message } = answer.error;
  throw kind === undefined ? new Error(message) : new CostopsError(kind, message);
}

function stopped(): CostopsError {
  return new CostopsError(
    "temporary",
    "Cannot finish this forecast: it was stopped; fewer groups or the fast method take less",
  );
}
