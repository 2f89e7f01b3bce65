import { type Failure, failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { Changeset } from '../changes/changeset.ts';
import type { FilePart } from '../changes/planFile.ts';
import { type AcceptPlace, isElsewhere, type Placement } from '../repository/history.ts';
import type { ApplyConflict, ApplyPlan, Checkout } from '../repository/repository.ts';
import { commitMessage } from '../tasks/commitMessage.ts';
import type { Task, TaskPlacement } from '../tasks/task.ts';

interface Placing {
  readonly checkout: Checkout;
  readonly task: Task;
  readonly changeset: Changeset;
}

export interface PlannedAccept {
  readonly plan: ApplyPlan;
  /** Absent for an accept into the working tree alone. */
  readonly placement?: Placement;
}

/** Plans an accept into the working tree, beside it, or both; the conflicts of the plan are those of both. Touches nothing. */
export async function planAccept(
  { checkout, task, changeset }: Placing,
  parts: readonly FilePart[],
  place: AcceptPlace | undefined,
  signal: AbortSignal,
): Promise<Result<PlannedAccept, Failure>> {
  if (place === undefined) {
    const plan = await checkout.planApply(changeset, parts, signal);
    return plan.ok ? ok({ plan: plan.value }) : plan;
  }
  if (parts.length === 0) {
    return fail(failure('nothing-to-accept', 'Nothing is left here that would be accepted without being named.'));
  }
  const { history } = checkout;
  if (history === undefined) {
    return fail(failure('no-history', 'There is no index and no branch here; accept into the working tree.'));
  }
  const plan: Result<ApplyPlan, Failure> = isElsewhere(place)
    ? ok({ parts, writes: [], conflicts: [], unchanged: parts.map(({ path }) => path) })
    : await checkout.planApply(changeset, parts, signal);
  if (!plan.ok || plan.value.conflicts.length > 0) {
    return plan.ok ? ok({ plan: plan.value }) : plan;
  }
  const planned = await history.plan(changeset, parts, { place, message: commitMessage(task) }, signal);
  if (!planned.ok) {
    return planned;
  }
  const { placement, conflicts } = planned.value;
  return ok({ plan: { ...plan.value, conflicts }, placement });
}

/** A placement as an event holds it. */
export function recorded({ kind, paths, index, commit, directory }: Placement): TaskPlacement {
  return {
    kind,
    paths: [...paths],
    index: index.map((edit) => ({ ...edit })),
    ...(commit === undefined ? {} : { commit: { ...commit } }),
    ...(directory === undefined ? {} : { directory }),
  };
}

/** What a person is told where files stand in the working tree, and are neither staged nor committed as was asked. */
export function notPlaced({ kind, paths }: Pick<Placement, 'kind' | 'paths'>, why: string): ApplyConflict {
  const [path = ''] = paths;
  const message = `The accepted files are in the working tree, but could not be ${kind === 'staged' ? 'staged' : 'committed'}: ${why} \`git add\` and \`git commit\` do the rest.`;
  return { path, reason: 'not-placed', message };
}

/** Accepts that stand in a commit are history: only the person can take them back. */
export function committedPaths(task: Task): ReadonlyMap<string, ApplyConflict> {
  const found = new Map<string, ApplyConflict>();
  for (const { commit, paths, kind, directory } of task.placements) {
    if (commit !== undefined) {
      const short = commit.id.slice(0, 12);
      const where = commit.branch === null ? '' : ` on ${commit.branch}`;
      const way =
        kind === 'commit'
          ? `\`git revert ${short}\` takes it back`
          : kind === 'branch'
            ? `\`git branch -D ${commit.branch ?? ''}\` removes it`
            : `\`git worktree remove ${directory ?? ''}\` and \`git branch -D ${commit.branch ?? ''}\` remove it`;
      for (const path of paths) {
        const message = `${path} was accepted as commit ${short}${where}; ${way}.`;
        found.set(path, { path, reason: 'committed', message });
      }
    }
  }
  return found;
}
