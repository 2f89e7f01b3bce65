import type { TraceEventData } from '../trace/traceEvent.ts';
import { withAccepted } from './fileDecision.ts';
import type { Task } from './task.ts';

/** The task after an accept; one that is not the open one changes nothing. */
export function applied(task: Task, data: TraceEventData<'apply-ended'>): Task {
  if (task.openApply?.key !== data.key) {
    return task;
  }
  const { openApply, ...rest } = task;
  const parts = openApply.parts?.filter(({ path }) => data.applied.includes(path)) ?? [];
  const whole = data.applied.filter((path) => !parts.some((part) => part.path === path));
  const { placement } = openApply;
  return {
    ...rest,
    ...(placement === undefined || data.placed !== true ? {} : { placements: [...task.placements, placement] }),
    applied: [...new Set([...task.applied, ...whole])],
    accepts: [...task.accepts, ...openApply.writes.filter(({ path }) => data.applied.includes(path))],
    decisions: parts.reduce(
      withAccepted,
      task.decisions.filter(({ path }) => !whole.includes(path)),
    ),
  };
}

/** The task after an undo; what was rejected of a file stays rejected. */
export function undone(task: Task, { key, undone: paths }: TraceEventData<'undo-ended'>): Task {
  if (task.openUndo?.key !== key) {
    return task;
  }
  const { openUndo: _ended, ...rest } = task;
  const stands = ({ path }: { readonly path: string }): boolean => !paths.includes(path);
  const rejected = task.decisions.filter((decision) => !stands(decision) && decision.rejected.length > 0);
  return {
    ...rest,
    applied: task.applied.filter((path) => stands({ path })),
    accepts: task.accepts.filter(stands),
    placements: task.placements.flatMap((placement) => {
      const left = placement.paths.filter((path) => stands({ path }));
      return left.length === 0 ? [] : [{ ...placement, paths: left, index: placement.index.filter(stands) }];
    }),
    decisions: [...task.decisions.filter(stands), ...rejected.map((decision) => ({ ...decision, accepted: [] }))],
  };
}
