/**
 * A thread that forecasts and judges: it answers the series that it is sent, one after another.
 */

import { CostopsError } from "../../core/error.ts";
import { judgeCosts } from "../../core/anomaly/judge.ts";
import { forecast } from "../../core/forecast/forecast.ts";
import type { ThreadAnswer, ThreadRequest } from "./forecast_threads.ts";

const scope = self as unknown as {
  onmessage: (event: MessageEvent<ThreadRequest>) => void;
  postMessage(answer: ThreadAnswer): void;
};

scope.onmessage = ({ data }) => scope.postMessage(answer(data));

function answer(request: ThreadRequest): ThreadAnswer {
  try {
    if ("forecast" in request) return { result: forecast(request.forecast) };
    return { result: judgeCosts(request.judge.series, request.judge.options) };
  } catch (error) {
    if (error instanceof CostopsError) return { error: { kind: error.kind, message: error.message } };
    return { error: { message: error instanceof Error ? error.message : String(error) } };
  }
}
