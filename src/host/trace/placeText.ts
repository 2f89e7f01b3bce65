import { plainLine } from '../../base/plainText.ts';
import type { TraceEventData } from '../../core/trace/traceEvent.ts';

const longest = 160;

/** Where an accept went, beside the files of the checkout. */
export function placeText({
  kind,
  commit,
  directory,
}: NonNullable<TraceEventData<'apply-intended'>['placement']>): string {
  if (commit === undefined) {
    return 'and staged';
  }
  const on = commit.branch === null ? '' : ` on ${plainLine(commit.branch, longest)}`;
  return `as commit ${commit.id.slice(0, 12)}${on}${directory === undefined ? '' : ` in ${plainLine(directory, longest)}`}${kind === 'commit' ? '' : ', a new branch'}`;
}
