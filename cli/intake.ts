/**
 * Takes one or more inputs in and tells the operator what became of every record.
 */

import { perform } from "../server/operations/operation.ts";
import { type IngestedItem, ingestUsage } from "../server/operations/ingest.ts";
import { CostopsError } from "../core/error.ts";
import { LIMITS } from "../core/limits.ts";
import { formatUsd, type Usd } from "../core/money.ts";
import type { Format } from "../core/usage/format.ts";
import type { IntakeDefaults } from "../core/usage/intake.ts";
import { readInput } from "../core/usage/reader.ts";
import {
  addOutcomes,
  EMPTY_SUMMARY,
  type IngestSummary,
  type RecordOutcome,
  writeSummary,
} from "../core/usage/summary.ts";
import { type IntakeOptions, readDefaults, readFormat } from "./intake_options.ts";
import { Interruption } from "./interruption.ts";
import { openRejects, type RejectsFile } from "./rejects.ts";
import type { Shell } from "./run.ts";
import type { Session } from "./session.ts";
import { ClosedPipe, showControls } from "./terminal.ts";

/** One input: its name for messages, and its bytes. */
export interface Source {
  readonly name: string;
  readonly kind: "stdin" | "file";
  readonly open: () => Promise<AsyncIterable<Uint8Array>>;
}

/** Told after every batch, for progress. */
export type OnBatch = (summary: IngestSummary) => void;

/**
 * Takes sources in one after another, and sets the exit code: 1 when a source could not be read, 7 when records were
 * refused, 8 when new ones have no price and that was asked for, 130 or 143 when a signal came. Fails when the database fails; the summary is said first.
 */
export async function takeIn(
  sources: Iterable<Source> | AsyncIterable<Source>,
  { session, shell, options, onBatch }: { session: Session; shell: Shell; options: IntakeOptions; onBatch?: OnBatch },
): Promise<void> {
  const defaults = await readDefaults(options);
  const format = await readFormat(options.format);
  const rejects = await openRejects(options.rejects);
  const interruption = new Interruption();
  const run = new Intake(session, { shell, options, rejects, defaults, format, interruption });
  try {
    run.begin();
    for await (const source of sources) {
      if (interruption.exitCode !== undefined) break;
      await run.take(source, onBatch);
    }
  } finally {
    interruption.ignore();
    run.finish();
  }
}

/** How an intake works, as its flags say. */
interface IntakeSettings {
  readonly shell: Shell;
  readonly options: IntakeOptions;
  readonly rejects: RejectsFile | undefined;
  readonly defaults: IntakeDefaults;
  readonly format: Format | undefined;
  readonly interruption: Interruption;
}

class Intake {
  #summary = EMPTY_SUMMARY;
  #problems = 0;
  #failures = 0;
  #results = 0;
  #cost = 0n;
  #isReaderGone = false;

  constructor(readonly session: Session, readonly to: IntakeSettings) {}

  begin(): void {
    if (this.to.options.json) this.#write('{"results":[');
  }

  async take(source: Source, onBatch: OnBatch | undefined): Promise<void> {
    try {
      const batches = await perform(ingestUsage, this.session, {
        items: this.to.interruption.passOn(readInput(await source.open())),
        source: source.kind,
        format: this.to.format,
        defaults: this.to.defaults,
        is_dry_run: this.to.options.dryRun === true,
      });
      for await (const batch of batches) {
        this.#tell(batch, source);
        onBatch?.(this.#summary);
      }
    } catch (error) {
      const reason = explainUnreadable(error);
      if (reason === undefined) throw error;
      this.#failures++;
      this.to.shell.terminal.note(`costops: Cannot read "${showControls(source.name)}": ${showControls(reason)}`);
    }
  }

  /** Says the summary, also after a failure: what it counts is stored. */
  finish(): void {
    const { shell, options, rejects, interruption } = this.to;
    rejects?.close();
    if (options.json) this.#write(`],"summary":${JSON.stringify(this.#summary)}}\n`);
    const hidden = this.#problems - LIMITS.issues;
    if (hidden > 0) shell.terminal.note(`… and ${hidden} more (--rejects FILE keeps them all)`);
    if (!options.quiet) shell.terminal.note(this.#writeEnd());
    if (interruption.exitCode !== undefined) {
      shell.terminal.note("costops: Stopped: what is counted is stored, and the same command again takes in the rest");
      shell.exit_code = interruption.exitCode;
    } else if (this.#failures > 0) shell.exit_code = 1;
    else if (this.#summary.rejected + this.#summary.conflict + this.#summary.deleted > 0) shell.exit_code = 7;
    else if (options.failOnUnpriced && this.#summary.unpriced > 0) shell.exit_code = 8;
  }

  #writeEnd(): string {
    const line = writeSummary(this.#summary);
    if (!this.to.options.dryRun) return line;
    return `${line}\nDry run: nothing was stored; new records would cost $${formatUsd(this.#cost as Usd)}`;
  }

  #tell(batch: readonly IngestedItem[], source: Source): void {
    this.#summary = addOutcomes(this.#summary, batch.map(({ outcome }) => outcome));
    for (const ingested of batch) {
      const { outcome } = ingested;
      if (outcome.outcome === "inserted" || outcome.outcome === "updated") this.#cost += outcome.cost ?? 0n;
      if (isProblem(outcome)) this.#tellProblem(ingested, source);
      if (this.to.options.json) this.#writeResult(outcome);
    }
  }

  #tellProblem({ outcome, item }: IngestedItem, source: Source): void {
    this.to.rejects?.keep(item);
    if (++this.#problems > LIMITS.issues) return;
    const text = `${source.name}:${outcome.line}: ${outcome.outcome} ${outcome.code}: ${outcome.detail}`;
    this.to.shell.terminal.note(showControls(text));
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
    this.#write(`${this.#results++ === 0 ? "" : ","}\n${JSON.stringify(toWire(outcome))}`);
  }
}

function isProblem({ outcome }: RecordOutcome): boolean {
  return outcome === "rejected" || outcome === "conflict" || outcome === "deleted";
}

/** An outcome as the wire contract writes it. */
function toWire({ line: _line, cost, ...rest }: RecordOutcome): Record<string, unknown> {
  return cost === undefined ? rest : { ...rest, cost_usd: cost === null ? null : formatUsd(cost) };
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
