import { type Failure, failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { type Changeset, otherName } from '../changes/changeset.ts';
import { type Hunk, joinHunks, withoutHunks } from '../changes/hunks.ts';
import type { FilePart } from '../changes/planFile.ts';
import type { Checkout } from '../repository/repository.ts';
import { decisionOf } from '../tasks/fileDecision.ts';
import type { Task } from '../tasks/task.ts';
import { undecidedPaths } from '../tasks/taskMoves.ts';

/** A file of a changeset as a person names it. `hunks`: numbers from 1, in the order of the file; absent is all of it. */
export interface WantedFile {
  readonly path: string;
  readonly hunks?: readonly number[] | undefined;
}

/** `of`: hunks that the file has. */
export interface PartToApply extends FilePart {
  readonly of: number;
}

interface Chosen {
  readonly checkout: Checkout;
  readonly task: Task;
  readonly changeset: Changeset;
}

/** What accepting these files means; without names, of everything that is neither decided nor protected. */
export async function partsToApply(
  chosen: Chosen,
  wanted: readonly WantedFile[] | undefined,
  signal: AbortSignal,
): Promise<Result<readonly PartToApply[], Failure>> {
  const { task } = chosen;
  const judged = new Set(task.judgement?.protected.map(({ path }) => path));
  const files =
    wanted?.flatMap((file) => bothNames(chosen, file, judged)) ??
    undecidedPaths(task)
      .filter((path) => !judged.has(path) && !judged.has(otherName(chosen.changeset, path) ?? path))
      .map((path) => ({ path }));
  const parts: PartToApply[] = [];
  for (const file of files) {
    const known = knownFile(chosen, file.path);
    if (!known.ok) {
      return known;
    }
    if (!task.applied.includes(file.path)) {
      const part = await partOf(chosen, file, wanted === undefined, signal);
      if (!part.ok) {
        return part;
      }
      parts.push(part.value);
    }
  }
  return ok(parts);
}

/** A renamed file is taken with its other name, unless that one needs an approval of its own. */
function bothNames({ changeset }: Chosen, file: WantedFile, judged: ReadonlySet<string>): readonly WantedFile[] {
  const other = otherName(changeset, file.path);
  return other === undefined || judged.has(other) ? [file] : [file, { path: other }];
}

/** What a person no longer wants of a file, or wants after all: all that is rejected of it then. */
export async function rejectedParts(
  chosen: Chosen,
  { path, hunks }: WantedFile,
  restore: boolean,
  signal: AbortSignal,
): Promise<Result<{ readonly hunks: readonly Hunk[] | 'whole'; readonly of: number }, Failure>> {
  const known = knownFile(chosen, path);
  if (!known.ok) {
    return known;
  }
  const { task, checkout, changeset } = chosen;
  if (task.applied.includes(path)) {
    return fail(failure('not-allowed', `${path} was accepted; undo the accept first.`));
  }
  const all = await checkout.hunks(changeset, path, signal);
  if (!all.ok) {
    return all;
  }
  if (all.value === undefined || all.value.length === 0) {
    const whole = { hunks: restore ? [] : ('whole' as const), of: 0 };
    return hunks === undefined ? ok(whole) : fail(noParts(path));
  }
  const decision = decisionOf(task.decisions, path);
  const named = numbered(all.value, hunks, path);
  if (!named.ok) {
    return named;
  }
  const before = decision?.rejected ?? [];
  const open = withoutHunks(named.value, decision?.accepted ?? []);
  const rejected = before === 'whole' ? all.value : before;
  const after = restore ? withoutHunks(rejected, open) : joinHunks(rejected, open);
  return ok({ hunks: after, of: all.value.length });
}

async function partOf(
  { checkout, task, changeset }: Chosen,
  { path, hunks }: WantedFile,
  spareRejected: boolean,
  signal: AbortSignal,
): Promise<Result<PartToApply, Failure>> {
  const decision = decisionOf(task.decisions, path);
  if (hunks === undefined && decision === undefined) {
    return ok({ path, of: 0 });
  }
  const all = await checkout.hunks(changeset, path, signal);
  if (!all.ok) {
    return all;
  }
  if (all.value === undefined) {
    return hunks === undefined ? ok({ path, of: 0 }) : fail(noParts(path));
  }
  const named = numbered(all.value, hunks, path);
  if (!named.ok) {
    return named;
  }
  const rejected = decision?.rejected === 'whole' ? [] : (decision?.rejected ?? []);
  const accepted = decision?.accepted ?? [];
  const to = joinHunks(accepted, spareRejected ? withoutHunks(named.value, rejected) : named.value);
  const from = accepted.length === 0 ? {} : { from: accepted };
  return ok({ path, ...from, ...(to.length === all.value.length ? {} : { to }), of: all.value.length });
}

function knownFile({ changeset }: Chosen, path: string): Result<void, Failure> {
  const all = changeset.files.map((file) => file.path);
  return all.includes(path)
    ? ok(undefined)
    : fail(failure('not-in-changeset', `${path} is not changed by this task; its files are: ${all.join(', ')}.`));
}

function numbered(
  all: readonly Hunk[],
  numbers: readonly number[] | undefined,
  path: string,
): Result<readonly Hunk[], Failure> {
  if (numbers === undefined) {
    return ok(all);
  }
  const hunks = numbers.flatMap((number) => all[number - 1] ?? []);
  return hunks.length === numbers.length
    ? ok(hunks)
    : fail(
        failure('no-such-hunk', `${path} has ${all.length === 1 ? '1 hunk' : `${all.length} hunks`}, numbered from 1.`),
      );
}

function noParts(path: string): Failure {
  return failure('no-parts', `${path} is added, deleted or binary: accept or reject it as a whole.`);
}
