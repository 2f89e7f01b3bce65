import type { Sha256 } from '../../base/hash.ts';
import { protectedByName } from '../policy/protectedPaths.ts';
import type { Task } from '../tasks/task.ts';
import type { Finding } from './finding.ts';

/** What the agent of a task reported, as it is kept; nothing of a task that was discarded. */
export function findingsOfTask({ id, state, findings }: Task, sha256: Sha256): readonly Finding[] {
  return (state === 'discarded' ? [] : findings).map(({ fix, ...said }, index) => ({
    ...said,
    id: `finding-${sha256(`${id} ${index}`).slice(0, 12)}`,
    tool: 'Nightshift',
    rule: '',
    task: id,
    // A patch of an agent for a file that only a person changes goes through its review.
    ...(fix === undefined || protectedByName(said.path) !== undefined ? {} : { fix: [{ ...fix, path: said.path }] }),
  }));
}
