import { plainLine } from '../../../base/plainText.ts';
import type { Task } from '../../tasks/task.ts';

/** Characters of each part, and of a plan's step. */
const longestPart = 1_000;
const longestStep = 160;

/** What was done, in a few lines: the plan, what the agent said at its end, why it ended where it did not finish, the tools. */
export function approachOf(task: Task, tools: ReadonlyMap<string, number>): string {
  const { plan, summary, reason, state } = task;
  const steps = (plan?.steps ?? []).map((step, at) => `${at + 1}. ${plainLine(step, longestStep)}`);
  const used = [...tools].map(([tool, times]) => `${plainLine(tool, 64)}${times === 1 ? '' : ` ×${times}`}`);
  const ended = state === 'failed' || state === 'cancelled' ? reason?.message : undefined;
  const parts = [
    steps.length === 0 ? '' : `Plan: ${steps.join(' ')}`,
    summary ?? '',
    ended === undefined || summary?.includes(ended) === true ? '' : `Ended: ${ended}`,
    used.length === 0 ? '' : `Tools: ${used.join(', ')}`,
  ];
  return parts
    .map((part) => cut(part.trim()))
    .filter((part) => part !== '')
    .join('\n');
}

/** What tests said of exactly its changeset, in a line. */
export function proofLine({ proof, changeset, unfinished }: Task): string {
  if (changeset === undefined) {
    return 'no change';
  }
  if (proof === undefined || proof.hash !== changeset.hash) {
    return unfinished ? 'not proved: unfinished' : 'not proved';
  }
  const { patched, base, verdict, reason } = proof;
  const tests = patched.total === 0 ? '' : `; ${patched.passed} of ${patched.total} pass, ${base.passed} before`;
  return plainLine(`${verdict}: ${reason.replace(/[.\s]+$/, '')}${tests}`, 400);
}

function cut(text: string): string {
  return text.length <= longestPart ? text : `${text.slice(0, longestPart - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
