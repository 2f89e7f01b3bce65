import type { OriginView } from '../../protocol/host.ts';
import { isBelow, relativePath } from '../tasks/startTask.ts';
import type { ChatPlace } from './chatPage.ts';

/** Of the protocol's origin. */
const longestText = 20_000;
const longestGoal = 15_000;
const namedPlaces = 20;

/** Goal and origin of a task from a person's words and what they attached. What is not in the repository is left out, and named. */
export function chatDelegation(
  words: string,
  root: string,
  places: readonly ChatPlace[],
): {
  readonly goal: string;
  readonly origin: OriginView;
  readonly used: readonly ChatPlace[];
  readonly outside: number;
} {
  const used = places.filter(({ path }) => isBelow(root, path));
  const [first] = used;
  const about = used.slice(0, namedPlaces).map((place) => placeText(root, place));
  const text = used
    .filter((place) => (place.text ?? '') !== '')
    .map((place) => (used.length === 1 ? (place.text ?? '') : `${placeText(root, place)}:\n${place.text ?? ''}`))
    .join('\n\n')
    .slice(0, longestText);
  const goal = words.trim().slice(0, longestGoal);
  const { startLine, endLine = startLine } = first ?? {};
  return {
    goal: about.length === 0 ? goal : `${goal}\nThis is about ${about.join('; ')}.`,
    origin: {
      kind: 'command',
      ...(first === undefined ? {} : { file: relativePath(root, first.path) }),
      ...(startLine === undefined || endLine === undefined ? {} : { startLine, endLine }),
      ...(text === '' ? {} : { text }),
    },
    used,
    outside: places.length - used.length,
  };
}

/** `src/a.js, lines 3-5`. */
export function placeText(root: string, { path, startLine, endLine = startLine }: ChatPlace): string {
  const file = relativePath(root, path);
  if (startLine === undefined) {
    return file;
  }
  return startLine === endLine ? `${file}, line ${startLine}` : `${file}, lines ${startLine}-${endLine}`;
}
