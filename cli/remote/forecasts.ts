/**
 * Forecasts of a server.
 */

import { readJsonReport } from "../../core/report/formats/read_json.ts";
import type { Report } from "../../core/report/report.ts";
import type { CostForecastInput, UsageForecastInput } from "../../server/operations/forecasts.ts";
import type { AnyBinding, Binding } from "./binding.ts";

const forecastCost: Binding<CostForecastInput, Report> = {
  method: "post",
  path: "/forecast/cost",
  toRequest: ({ signal: _signal, onProgress: _progress, ...body }) => ({ body }),
  fromAnswer: ({ text }) => readJsonReport(text),
};

const forecastUsage: Binding<UsageForecastInput, Report> = {
  method: "post",
  path: "/forecast/usage",
  toRequest: ({ signal: _signal, onProgress: _progress, ...body }) => ({ body }),
  fromAnswer: ({ text }) => readJsonReport(text),
};

/** Bindings of forecasts, by operation. */
export const FORECAST_BINDINGS: Readonly<Record<string, AnyBinding>> = { forecastCost, forecastUsage };
