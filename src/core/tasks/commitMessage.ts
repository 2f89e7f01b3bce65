import type { Task } from './task.ts';

/** Git's own advice for the first line is 50; 72 is what its log shows without a break. */
const longestSubject = 72;

/** The message of a commit with what a task did: its goal, what its agent said of the work, and its id as a trailer. */
export function commitMessage({ id, goal, summary }: Pick<Task, 'id' | 'goal' | 'summary'>): string {
  const [first = '', ...rest] = goal
    .split('\n')
    .map(plain)
    .filter((line) => line !== '');
  const subject = first === '' ? 'Take over the changes of a background task' : cut(first);
  const more = subject === first ? rest : [first, ...rest];
  const said = (summary ?? '').split('\n').map(plain).join('\n').trim();
  const paragraphs = [subject, more.join('\n'), said, `Nightshift-Task: ${id}`];
  return `${paragraphs.filter((text) => text !== '').join('\n\n')}\n`;
}

function cut(line: string): string {
  if (line.length <= longestSubject) {
    return line;
  }
  const room = line.slice(0, longestSubject - 1);
  const end = room.lastIndexOf(' ');
  return `${room.slice(0, end < longestSubject / 2 ? undefined : end).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** Control characters are no part of a message; Git would take a NUL for its end. */
function plain(line: string): string {
  return line.replace(/\p{Cc}/gu, ' ').trim();
}
