import type { TraceEventData } from '../../core/trace/traceEvent.ts';
import { line } from './othersLine.ts';

/** Where an accept went, beside the files of the checkout. */
export function placeText({
  kind,
  commit,
  directory,
}: NonNullable<TraceEventData<'apply-intended'>['placement']>): string {
  if (commit === undefined) {
    return 'and staged';
  }
  const on = commit.branch === null ? '' : ` on ${line(commit.branch)}`;
  return `as commit ${commit.id.slice(0, 12)}${on}${directory === undefined ? '' : ` in ${line(directory)}`}${kind === 'commit' ? '' : ', a new branch'}`;
}
