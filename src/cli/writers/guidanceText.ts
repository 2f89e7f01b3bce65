import { plainLine } from '../../base/plainText.ts';
import type { GuidanceView } from '../../protocol/host.ts';
import type { Paint, Style } from './paint.ts';

const states: Readonly<Record<GuidanceView['status'], readonly [Style, string]>> = {
  pinned: ['green', 'pinned'],
  unpinned: ['dim', 'not pinned'],
  changed: ['yellow', 'changed since it was pinned'],
  gone: ['yellow', 'pinned, and no longer there'],
};

/** Digits of a hash that name it. */
const shortHash = 12;

/** One line a file, and how to pin one. */
export function guidanceLines(files: readonly GuidanceView[], paint: Paint): readonly string[] {
  if (files.length === 0) {
    return ['This repository says nothing to agents: there is no AGENTS.md or other file of that kind.'];
  }
  const longest = Math.min(60, Math.max(...files.map(({ path }) => path.length)));
  const lines = files.map(({ path, sha256, bytes, about, status }) => {
    const [style, state] = states[status];
    const size = status === 'gone' ? '' : `${bytes} bytes · for ${plainLine(about, 60)} · `;
    const where = plainLine(path, 200).padEnd(longest);
    return `${where}  ${paint('dim', sha256.slice(0, shortHash))}  ${size}${paint(style, state)}`;
  });
  const hint =
    'What is not pinned is told as data. `nightshift guidance pin PATH` makes it your word, until it changes.';
  return [...lines, paint('dim', hint)];
}
