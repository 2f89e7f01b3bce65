import { fail, ok, type Result } from '../../../base/result.ts';
import { maxReadBytes } from '../../../protocol/guest.ts';
import type { Sandbox, SandboxFailure, TreeFile } from '../../sandbox/sandbox.ts';
import { judgeProof } from './judgeProof.ts';
import type { Proof, TestReport } from './proof.ts';
import { maxReportBytes } from './reports/reportLimits.ts';
import type { TestCommand } from './testCommand.ts';
import { cannotRunReport, toReport } from './toReport.ts';

/** What a run of the tests needs from outside: boxes and trees. */
export interface TestRun {
  /** Starts a new box of profile `build`; the run owns it and destroys it. */
  startBox(signal: AbortSignal): Promise<Result<Sandbox, SandboxFailure>>;
  /** The files of a tree object of the host-owned store. */
  files(tree: string): AsyncIterable<TreeFile>;
  readonly command: TestCommand;
  readonly signal: AbortSignal;
  /** Limit of the command itself, seconds. */
  readonly commandSeconds: number;
}

export interface ProofRequest extends TestRun {
  /** Names the changeset between the two trees. */
  readonly hash: string;
  readonly baseTree: string;
  readonly patchedTree: string;
  /** The run on the base, when this command has been run on that tree before. */
  readonly knownBase?: TestReport;
}

/** Bytes of each output stream that are asked for. */
const maxOutputBytes = 192 * 1024;
/** Milliseconds beyond the command's own limit until the box itself is given up. */
const graceMs = 15_000;

/**
 * Runs the tests on the base and on the change, each in a fresh box, one after the other, and judges. Fails only when no
 * verdict is possible, for example because a box died; everything the tests do ends in the verdict.
 */
export async function prove(request: ProofRequest): Promise<Result<Proof, SandboxFailure>> {
  const base = request.knownBase === undefined ? await runTestsOn(request.baseTree, request) : ok(request.knownBase);
  if (!base.ok) {
    return base;
  }
  const patched = await runOnce(request.patchedTree, request);
  if (!patched.ok) {
    return patched;
  }
  const { report, runtime } = patched.value;
  return ok(judgeProof({ hash: request.hash, base: base.value, patched: report, command: request.command, runtime }));
}

/** Runs the tests once on one tree, in a box that is destroyed whatever happens. */
export async function runTestsOn(tree: string, run: TestRun): Promise<Result<TestReport, SandboxFailure>> {
  const outcome = await runOnce(tree, run);
  return outcome.ok ? ok(outcome.value.report) : outcome;
}

interface RunOutcome {
  readonly report: TestReport;
  readonly runtime: string;
}

async function runOnce(tree: string, run: TestRun): Promise<Result<RunOutcome, SandboxFailure>> {
  const started = await run.startBox(run.signal);
  if (!started.ok) {
    return started;
  }
  const box = started.value;
  try {
    const put = await box.putTree(run.files(tree), { signal: run.signal });
    if (!put.ok) {
      return put;
    }
    const report = await runCommand(box, run);
    return report.ok ? ok({ report: report.value, runtime: box.spec.runtime }) : report;
  } finally {
    await box.destroy();
  }
}

async function runCommand(box: Sandbox, run: TestRun): Promise<Result<TestReport, SandboxFailure>> {
  const { argv, environment, report } = run.command;
  const timeoutMs = run.commandSeconds * 1000;
  const result = await box.request(
    'run_command',
    { argv: [...argv], environment: { ...environment }, timeoutMs, maxOutputBytes },
    { signal: run.signal, deadlineMs: timeoutMs + graceMs },
  );
  if (!result.ok) {
    return isMissingProgram(result.error) ? ok(cannotRunReport(result.error.message)) : result;
  }
  const file = report.format === 'none' ? undefined : report.file;
  const text = file === undefined ? ok(null) : await readScratch(box, file, run.signal);
  return text.ok ? ok(toReport(result.value, text.value, run.command)) : text;
}

function isMissingProgram(error: SandboxFailure): boolean {
  return error.reason === 'request-refused' && (error.detail === 'not-found' || error.detail === 'not-executable');
}

/** The text of a file below `/tmp`, null where there is none (or something that is no plain file); bounded by the report limit. */
async function readScratch(
  box: Sandbox,
  file: string,
  signal: AbortSignal,
): Promise<Result<string | null, SandboxFailure>> {
  const path = file.replace(/^\/tmp\//, '');
  const decoder = new TextDecoder();
  let text = '';
  for (let offset = 0; offset < maxReportBytes;) {
    const length = Math.min(maxReadBytes, maxReportBytes - offset);
    const part = await box.request('read_bytes', { path, from: 'scratch', offset, length }, { signal });
    if (!part.ok) {
      return part.error.reason === 'request-refused' ? ok(null) : fail(part.error);
    }
    const bytes = Uint8Array.from(atob(part.value.bytes), (character) => character.codePointAt(0) ?? 0);
    text += decoder.decode(bytes, { stream: true });
    offset += bytes.length;
    if (bytes.length === 0 || offset >= part.value.size) {
      return ok(text + decoder.decode());
    }
  }
  return ok(null);
}
