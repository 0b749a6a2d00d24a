/**
 * The table of least amounts that a request is billed for.
 */

/** One published minimum. */
export interface MinimumRow {
  readonly provider: string;
  /** The catalogue's model ids. */
  readonly models: readonly string[];
  readonly audio_ms: number;
  /** The page, and where it was read. */
  readonly source: string;
}

/** Every published minimum that costops knows. */
export const MINIMUM_ROWS: readonly MinimumRow[] = [
  {
    provider: "groq",
    models: ["whisper-large-v3", "whisper-large-v3-turbo"],
    audio_ms: 10_000,
    source: "https://groq.com/pricing (a minimum of 10 seconds for each request), as in genai-prices 0.1.8",
  },
];

/** The least audio that a request to a catalogue model is billed for, in milliseconds; null when there is none. */
export function findMinimumAudio(provider: string, model: string): number | null {
  return MINIMUM_ROWS.find((row) => row.provider === provider && row.models.includes(model))?.audio_ms ?? null;
}
