import { withDeadline } from '../../../base/async.ts';
import { decodeBase64 } from '../../../base/base64.ts';
import { failure } from '../../../base/failure.ts';
import { fail, ok, type Result } from '../../../base/result.ts';
import { maxReadBytes } from '../../../protocol/guestLimits.ts';
import type { Sandbox, SandboxFailure, TreeFile } from '../../sandbox/sandbox.ts';
import { type Redactor, redactJson } from '../../trace/redactor.ts';
import { judgeProof, type ProvedFile } from './judgeProof.ts';
import { type Proof, type TestReport, testReportSchema } from './proof.ts';
import { maxReportBytes } from './reports/reportLimits.ts';
import type { TestCommand } from './testCommand.ts';
import { cannotRunReport, toReport } from './toReport.ts';

/** What a run of the tests needs from outside: boxes and trees. */
export interface TestRun {
  /** Starts a new box of profile `build` for that tree; the run owns it and destroys it. */
  startBox(signal: AbortSignal, tree: string): Promise<Result<Sandbox, SandboxFailure>>;
  /** The files of a tree object of the host-owned store. */
  files(tree: string): AsyncIterable<TreeFile>;
  readonly command: TestCommand;
  /** Reports are compared and kept without secrets: a report from the trace has none, and tests are told apart by their names. */
  readonly redactor: Redactor;
  readonly signal: AbortSignal;
  /** Limit of the command itself, seconds. */
  readonly commandSeconds: number;
}

export interface ProofRequest extends TestRun {
  /** Names the changeset between the two trees. */
  readonly hash: string;
  readonly baseTree: string;
  readonly patchedTree: string;
  /** What the change touches; it says how far the run can be trusted. */
  readonly changed: readonly ProvedFile[];
  /** The run on the base, when this command has been run on that tree before. */
  readonly knownBase?: TestReport;
}

/** Bytes of each output stream that are asked for. */
const maxOutputBytes = 192 * 1024;
/** Milliseconds beyond the command's own limit until the box itself is given up. */
const graceMs = 15_000;
/** Milliseconds for reading the whole report, however many parts it has. */
const readDeadlineMs = 60_000;

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
  const { hash, changed, command } = request;
  return ok(judgeProof({ hash, changed, base: base.value, patched: report, command, runtime }));
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
  const started = await run.startBox(run.signal, tree);
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
    if (!report.ok) {
      return report;
    }
    const redacted = testReportSchema.parse(await redactJson(report.value, run.redactor));
    return ok({ report: redacted, runtime: box.spec.runtime });
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

/**
 * The text of a file below `/tmp`, null where there is none (or something that is no plain file) or one over the report limit.
 * Each part has to be as long as was asked for and the size must not change: a guest could otherwise answer byte by byte.
 */
async function readScratch(
  box: Sandbox,
  file: string,
  signal: AbortSignal,
): Promise<Result<string | null, SandboxFailure>> {
  const read = await withDeadline(readDeadlineMs, signal, 'Reading the test report', (ending) =>
    readParts(box, file.replace(/^\/tmp\//, ''), ending),
  );
  return read.ok ? read.value : read;
}

async function readParts(
  box: Sandbox,
  path: string,
  signal: AbortSignal,
): Promise<Result<string | null, SandboxFailure>> {
  const decoder = new TextDecoder();
  let text = '';
  let size: number | undefined;
  for (let offset = 0; size === undefined || offset < size;) {
    const part = await box.request('read_bytes', { path, from: 'scratch', offset, length: maxReadBytes }, { signal });
    if (!part.ok) {
      return part.error.reason === 'request-refused' ? ok(null) : fail(part.error);
    }
    size ??= part.value.size;
    const bytes = decodeBase64(part.value.bytes);
    if (part.value.size !== size || bytes?.length !== Math.min(maxReadBytes, size - offset)) {
      return fail(failure('protocol-violation', 'The sandbox gave other bytes of the test report than it had said.'));
    }
    if (size > maxReportBytes) {
      return ok(null);
    }
    text += decoder.decode(bytes, { stream: true });
    offset += bytes.length;
  }
  return ok(text + decoder.decode());
}
