/**
 * From totals with parts inside to disjoint buckets: the arithmetic that every inclusive source shares.
 */

import { addUnit, flag, keepExtra, type OpenDraft, sumTokens } from "./draft.ts";

/** The tokens that are not text, by modality. */
export interface ModalTokens {
  readonly audio: number;
  readonly image: number;
  readonly video: number;
}

/** An input total and what the source says is inside it; the modal counts include their cached parts. */
export interface InputBreakdown {
  readonly total: number;
  /** Read from the cache, of every modality. */
  readonly cached: number;
  /** Written to the cache; priced as 5 minutes where the source knows no other. */
  readonly written: number;
  readonly modal?: ModalTokens;
  /** What of `cached` is not text; the rest of it is taken as text. */
  readonly cached_modal?: ModalTokens;
}

/** An output total and what is inside it. */
export interface OutputBreakdown {
  readonly total: number;
  readonly reasoning: number;
  readonly modal?: ModalTokens;
}

/**
 * Adds an inclusive input to the buckets. No bucket becomes negative: parts that add up to more than the total are
 * kept and flagged. Cached tokens that the text has no room for are taken from the other modalities, and flagged.
 */
export function addInput(draft: OpenDraft, input: InputBreakdown): void {
  draft.cache_write_5m_tokens += input.written;
  if (input.modal === undefined && input.cached_modal === undefined) {
    const rest = input.total - input.cached - input.written;
    draft.cache_read_tokens += input.cached;
    if (rest >= 0) draft.input_tokens += rest;
    else flag(draft, "breakdown_exceeds_total");
    return;
  }
  addModalInput(draft, input);
}

/** Adds an inclusive output to the buckets: reasoning stays inside the text; kept and flagged as {@link addInput} does. */
export function addOutput(draft: OpenDraft, output: OutputBreakdown): void {
  let text = output.total;
  if (output.modal !== undefined) {
    const { audio, image, video } = output.modal;
    addUnit(draft, "audio_output_tokens", audio);
    addUnit(draft, "image_output_tokens", image);
    addUnit(draft, "video_output_tokens", video);
    text -= audio + image + video;
  }
  if (text < 0) {
    flag(draft, "breakdown_exceeds_total");
    text = 0;
  }
  draft.output_tokens += text;
  setReasoning(draft, output.reasoning);
}

/** Sets the reasoning inside the output; what is more than the output is cut to it and flagged. */
export function setReasoning(draft: OpenDraft, reasoning: number): void {
  if (reasoning <= draft.output_tokens) draft.reasoning_tokens = reasoning;
  else {
    draft.reasoning_tokens = draft.output_tokens;
    flag(draft, "breakdown_exceeds_total");
  }
}

/** A total of tokens written to the cache, with its parts by time to live as far as the source tells them. */
export interface CacheWrite {
  readonly total?: number;
  readonly written_5m?: number;
  readonly written_1h?: number;
}

/**
 * Adds cache writes. A total larger than its parts: the remainder is priced as 5 minutes, flagged, and said in
 * `extra.cache_write_unsplit_tokens` when only a part of the writes is meant. Parts larger than the total: kept, flagged.
 */
export function addCacheWrite(draft: OpenDraft, write: CacheWrite): void {
  const written_5m = write.written_5m ?? 0;
  const written_1h = write.written_1h ?? 0;
  const unsplit = (write.total ?? written_5m + written_1h) - written_5m - written_1h;
  draft.cache_write_5m_tokens += written_5m + Math.max(unsplit, 0);
  draft.cache_write_1h_tokens += written_1h;
  if (unsplit < 0) flag(draft, "breakdown_exceeds_total");
  if (unsplit <= 0) return;
  flag(draft, "cache_write_unsplit");
  if (written_5m + written_1h > 0) keepExtra(draft, "cache_write_unsplit_tokens", unsplit);
}

/** Whether the source's own total differs from the buckets; flagged when it does. */
export function isTotalOff(draft: OpenDraft, total: number | undefined): boolean {
  if (total === undefined || total === sumTokens(draft)) return false;
  flag(draft, "total_mismatch");
  return true;
}

const MODALITIES = ["audio", "image", "video"] as const;
const NO_MODAL_TOKENS: ModalTokens = { audio: 0, image: 0, video: 0 };

function addModalInput(draft: OpenDraft, input: InputBreakdown): void {
  const modal = input.modal ?? NO_MODAL_TOKENS;
  const fresh = { ...modal };
  const cached = { ...(input.cached_modal ?? NO_MODAL_TOKENS) };
  let text = input.total;
  let cached_text = input.cached;
  let isExceeded = false;
  for (const modality of MODALITIES) {
    text -= modal[modality];
    cached_text -= cached[modality];
    fresh[modality] -= cached[modality];
    if (fresh[modality] < 0) {
      // The source counts cached tokens of a modality that its prompt details leave out: they come out of the text.
      text += fresh[modality];
      fresh[modality] = 0;
      isExceeded = true;
    }
  }
  if (cached_text < 0) {
    cached_text = 0;
    isExceeded = true;
  }
  let lacking = cached_text + input.written - text;
  if (lacking > 0) isExceeded = true;
  for (const modality of MODALITIES) {
    if (lacking <= 0) break;
    const taken = Math.min(lacking, fresh[modality]);
    const moved = Math.min(taken, cached_text);
    fresh[modality] -= taken;
    cached[modality] += moved;
    cached_text -= moved;
    lacking -= taken;
  }
  draft.input_tokens += Math.max(0, text - cached_text - input.written);
  draft.cache_read_tokens += cached_text;
  for (const modality of MODALITIES) {
    addUnit(draft, `${modality}_input_tokens`, fresh[modality]);
    addUnit(draft, `cache_${modality}_read_tokens`, cached[modality]);
  }
  if (isExceeded) flag(draft, "breakdown_exceeds_total");
}
