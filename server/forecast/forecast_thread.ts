/**
 * A thread that forecasts: it answers the series that it is sent, one after another.
 */

import { CostopsError } from "../../core/error.ts";
import { forecast, type ForecastInput } from "../../core/forecast/forecast.ts";
import type { ThreadAnswer } from "./forecast_threads.ts";

const scope = self as unknown as {
  onmessage: (event: MessageEvent<ForecastInput>) => void;
  postMessage(answer: ThreadAnswer): void;
};

scope.onmessage = ({ data }) => scope.postMessage(answer(data));

function answer(input: ForecastInput): ThreadAnswer {
  try {
    return { forecast: forecast(input) };
  } catch (error) {
    if (error instanceof CostopsError) return { error: { kind: error.kind, message: error.message } };
    return { error: { message: error instanceof Error ? error.message : String(error) } };
  }
}
