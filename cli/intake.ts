/**
 * Takes one or more inputs in and tells the operator what became of every record.
 */

import { toWireOutcome } from "../server/wire/outcome.ts";
import { type IngestedItem, ingestUsage } from "../server/operations/ingest.ts";
import { CostopsError } from "../core/error.ts";
import { LIMITS } from "../core/limits.ts";
import { formatUsd, type Usd } from "../core/money.ts";
import type { Format } from "../core/usage/format.ts";
import type { IntakeDefaults } from "../core/usage/intake.ts";
import { readInput, type ReadOptions } from "../core/usage/reader.ts";
import {
  addOutcomes,
  EMPTY_SUMMARY,
  type IngestSummary,
  type RecordOutcome,
  writeSummary,
} from "../core/usage/summary.ts";
import { type IntakeOptions, readDefaults, readFormat } from "./intake_options.ts";
import { Interruption } from "./interruption.ts";
import { IntakeNotes } from "./intake_notes.ts";
import { openRejects, type RejectsFile } from "./rejects.ts";
import type { Shell } from "./run.ts";
import { keptFiles, type Session } from "./session.ts";
import { ClosedPipe, showControls } from "./terminal.ts";
import { type KeptFile, STDIN } from "./write_target.ts";

/** One input: its name for messages, and how it is opened; undefined when there is nothing new in it. */
export interface Source {
  readonly name: string;
  readonly kind: "stdin" | "file";
  readonly open: (signal: AbortSignal) => Promise<OpenedSource | undefined>;
}

/** An input that is being read. */
export interface OpenedSource extends ReadOptions {
  readonly bytes: AsyncIterable<Uint8Array>;
  /** Told when it was taken in to its end. */
  readonly onTaken?: (taken: TakenSource) => Promise<void>;
}

/** What is known of an input that was taken in. */
export interface TakenSource {
  /** Nothing was refused, and taking it in again would change nothing. */
  readonly is_settled: boolean;
  /** Every value would have been taken in alike without what stands before it. */
  readonly stands_alone: boolean;
}

/** Told after every batch, for progress. */
export type OnBatch = (summary: IngestSummary) => void;

interface TakeIn {
  readonly session: Session;
  readonly shell: Shell;
  /** Says a line on stderr, past whatever else is drawn there. */
  readonly note?: (text: string) => void;
  readonly options: IntakeOptions;
  readonly onBatch?: OnBatch;
  /** All sources at once, each opened again when it ends, until a signal comes. */
  readonly is_followed?: true;
}

/**
 * Takes sources in one after another, and sets the exit code: 1 when a source could not be read, 7 when records were
 * refused, 8 when new ones have no price and that was asked for, 130 or 143 when a signal came. Fails when the database fails; the summary is said first.
 */
export async function takeIn(
  sources: readonly Source[],
  { session, shell, options, note = shell.terminal.note, onBatch, is_followed }: TakeIn,
): Promise<void> {
  const defaults = await readDefaults(options);
  const format = await readFormat(options.format);
  const rejects = await openRejects(options.rejects, [...keptFiles(options), ...keepSources(sources)]);
  const interruption = new Interruption();
  const run = new Intake(session, { shell, options, note, rejects, defaults, format, interruption, onBatch });
  try {
    session.onWait(options.quiet ? () => {} : note, interruption.signal);
    run.begin();
    if (is_followed) await Promise.all(sources.map((source) => run.follow(source)));
    else for (const source of sources) if (interruption.exitCode === undefined) await run.take(source);
  } finally {
    interruption.ignore();
    run.finish();
  }
}

/** How an intake works, as its flags say. */
interface IntakeSettings {
  readonly shell: Shell;
  readonly note: (text: string) => void;
  readonly options: IntakeOptions;
  readonly rejects: RejectsFile | undefined;
  readonly defaults: IntakeDefaults;
  readonly format: Format | undefined;
  readonly interruption: Interruption;
  readonly onBatch: OnBatch | undefined;
}

class Intake {
  #summary = EMPTY_SUMMARY;
  #problems = 0;
  #failures = 0;
  #results = 0;
  #unchanged = 0;
  #cost = 0n;
  #isReaderGone = false;
  readonly #notes = new IntakeNotes();

  constructor(readonly session: Session, readonly to: IntakeSettings) {}

  begin(): void {
    if (this.to.options.json) this.#write('{"results":[');
  }

  /** Takes one source in; whether it could be read. */
  async take(source: Source): Promise<boolean> {
    try {
      const opened = await source.open(this.to.interruption.signal);
      if (opened === undefined) this.#unchanged++;
      else await this.#takeOpened(source, opened);
      return true;
    } catch (error) {
      const reason = explainUnreadable(error);
      if (reason === undefined) throw error;
      this.#failures++;
      this.to.note(`costops: Cannot read "${showControls(source.name)}": ${showControls(reason)}`);
      return false;
    }
  }

  /** Takes one source in again and again, until a signal comes, the intake fails or the source cannot be read. */
  async follow(source: Source): Promise<void> {
    while (!this.to.interruption.signal.aborted) if (!await this.take(source)) return;
  }

  async #takeOpened(source: Source, { bytes, onTaken, ...reading }: OpenedSource): Promise<void> {
    const { options, format, defaults, interruption, onBatch } = this.to;
    let is_settled = true;
    let stands_alone = true;
    const batches = await this.session.perform(ingestUsage, {
      items: interruption.passOn(readInput(bytes, reading)),
      source: source.kind,
      format,
      defaults,
      is_dry_run: options.dryRun === true,
    });
    for await (const batch of batches) {
      this.#tell(batch, source);
      is_settled &&= batch.every(({ outcome }) => !isProblem(outcome) && outcome.retry_safe !== false);
      stands_alone &&= batch.every((ingested) => ingested.stands_alone);
      onBatch?.(this.#summary);
    }
    if (interruption.exitCode === undefined) await onTaken?.({ is_settled, stands_alone });
  }

  /** Says the summary, also after a failure: what it counts is stored. */
  finish(): void {
    const { shell, options, note, rejects, interruption } = this.to;
    rejects?.close();
    if (options.json) this.#write(`],"summary":${JSON.stringify(this.#summary)}}\n`);
    const hidden = options.verbose ? 0 : this.#problems - LIMITS.issues;
    if (hidden > 0) note(`… and ${hidden} more (--rejects FILE keeps them all)`);
    if (!options.quiet) {
      note([...this.#notes.write().map((text) => `note: ${showControls(text)}`), this.#writeEnd()].join("\n"));
    }
    if (interruption.exitCode !== undefined) {
      note("costops: Stopped: what is counted is stored, and the same command again takes in the rest");
      shell.exit_code = interruption.exitCode;
    } else if (this.#failures > 0) shell.exit_code = 1;
    else if (this.#summary.rejected + this.#summary.conflict + this.#summary.deleted > 0) shell.exit_code = 7;
    else if (options.failOnUnpriced && this.#summary.unpriced > 0) shell.exit_code = 8;
  }

  #writeEnd(): string {
    const line = this.#writeUnchanged() + writeSummary(this.#summary);
    if (!this.to.options.dryRun) return line;
    return `${line}\nDry run: nothing was stored; ${this.#writeDryCost()}`;
  }

  /** What has no price is never said as 0. */
  #writeDryCost(): string {
    const { inserted, updated, unpriced } = this.#summary;
    const cost = `new records would cost $${formatUsd(this.#cost as Usd)}`;
    if (unpriced === 0) return cost;
    return unpriced === inserted + updated ? "no new record has a price" : `${cost}, and ${unpriced} have no price`;
  }

  #writeUnchanged(): string {
    if (this.#unchanged === 0) return "";
    return `${this.#unchanged} ${
      this.#unchanged === 1 ? "file" : "files"
    } unchanged since the last import (--reread reads all)\n`;
  }

  #tell(batch: readonly IngestedItem[], source: Source): void {
    this.#summary = addOutcomes(this.#summary, batch.map(({ outcome }) => outcome));
    for (const ingested of batch) {
      const { outcome } = ingested;
      if (outcome.outcome === "inserted" || outcome.outcome === "updated") this.#cost += outcome.cost ?? 0n;
      this.#notes.add(ingested);
      if (isProblem(outcome)) this.#tellProblem(ingested, source);
      if (this.to.options.json) this.#writeResult(outcome);
    }
  }

  #tellProblem({ outcome, item }: IngestedItem, source: Source): void {
    this.to.rejects?.keep(item);
    if (++this.#problems > LIMITS.issues && !this.to.options.verbose) return;
    const what = outcome.code === outcome.outcome ? outcome.outcome : `${outcome.outcome} ${outcome.code}`;
    const text = `${source.name}:${outcome.line}: ${what}: ${outcome.detail}`;
    this.to.note(showControls(text));
  }

  /** Nobody reading the outcomes any more is no reason to leave records out. */
  #write(text: string): void {
    if (this.#isReaderGone) return;
    try {
      this.to.shell.terminal.out(text);
    } catch (error) {
      if (!(error instanceof ClosedPipe)) throw error;
      this.#isReaderGone = true;
    }
  }

  #writeResult(outcome: RecordOutcome): void {
    this.#write(`${this.#results++ === 0 ? "" : ","}\n${JSON.stringify(toWireOutcome(outcome))}`);
  }
}

/** An input must not be written over while it is read. */
function keepSources(sources: readonly Source[]): KeptFile[] {
  return sources.map(({ name, kind }) => ({ path: kind === "stdin" ? STDIN : name, what: "what is read" }));
}

function isProblem({ outcome }: RecordOutcome): boolean {
  return outcome === "rejected" || outcome === "conflict" || outcome === "deleted";
}

/** Why a source cannot be read, undefined when the trouble is elsewhere and stops everything. */
function explainUnreadable(error: unknown): string | undefined {
  if (error instanceof CostopsError && error.kind === "unreadable") return error.message;
  if (error instanceof Deno.errors.NotFound) return "there is no such file";
  if (error instanceof Deno.errors.PermissionDenied) return "no permission";
  if (error instanceof Deno.errors.IsADirectory || isDirectoryError(error)) return "it is a folder";
  return undefined;
}

function isDirectoryError(error: unknown): boolean {
  return error instanceof Error && /os error 21\b/.test(error.message);
}
