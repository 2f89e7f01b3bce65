import { t } from '@vscode/l10n';
import { plainLine } from '../../base/plainText.ts';
import type { MemoryKind, RecallHit, RecallResult } from '../../protocol/memory.ts';
import { outcomeWords } from '../../protocol/memoryWords.ts';
import type { PickItem } from '../window/dialogue.ts';

/** Names of the editor's icons. */
export const kindIcons: Readonly<Record<MemoryKind, string>> = {
  code: 'symbol-method',
  test: 'beaker',
  document: 'book',
  decision: 'law',
  guideline: 'note',
  configuration: 'settings-gear',
  data: 'json',
  commit: 'git-commit',
  episode: 'history',
};

export const sideButton = 'side';
export const graphButton = 'graph';

/** Rows of a search, best first: what it is, where it stands, and why it was found. Others wrote all of it. */
export function hitItems({ hits }: Pick<RecallResult, 'hits'>): readonly PickItem<RecallHit>[] {
  return hits.map((hit) => ({
    icon: kindIcons[hit.kind],
    label: plainLine(nameOf(hit), 120),
    description: describe(hit),
    detail: plainLine(hit.reasons.map(({ text }) => text).join(' · '), 300),
    value: hit,
    buttons: [
      ...(hit.path === undefined
        ? []
        : [{ name: sideButton, icon: 'split-horizontal', tooltip: t('Open to the Side') }]),
      { name: graphButton, icon: 'type-hierarchy', tooltip: t('Show in Graph') },
    ],
  }));
}

/** What it is called without its path, which stands beside it. */
function nameOf({ title, path }: RecallHit): string {
  if (path === undefined) {
    return title;
  }
  return title.startsWith(`${path} · `)
    ? title.slice(path.length + 3)
    : title === path
      ? path.replace(/^.*\//, '')
      : title;
}

function describe(hit: RecallHit): string {
  const { path, line, startLine, commit, episode } = hit;
  const place =
    path === undefined ? [] : [`${path}${startLine === undefined || startLine === 0 ? '' : `:${line ?? startLine}`}`];
  const made =
    commit === undefined
      ? []
      : [`${commit.id.slice(0, 8)} ${commit.author.replace(/(?<=\S)\s*<[^>]*>$/, '')}, ${commit.time.slice(0, 10)}`];
  const solved =
    episode === undefined
      ? []
      : [`${outcomeWords[episode.outcome]}${episode.stale ? t(', its code changed since') : ''}`];
  return plainLine([...place, ...made, ...solved].join(' · '), 200);
}

/** What the graph knows a hit as. */
export function entityOf(hit: RecallHit): string | undefined {
  if (hit.episode !== undefined) {
    return `task:${hit.episode.task}`;
  }
  if (hit.kind === 'commit' && hit.commit !== undefined) {
    return `commit:${hit.commit.id}`;
  }
  if (hit.path === undefined) {
    return undefined;
  }
  // A piece of several symbols names all of them, and is none.
  return hit.symbol === undefined || hit.symbol.includes(', ')
    ? `file:${hit.path}`
    : `symbol:${hit.path}#${hit.symbol}`;
}

/**
 * The absolute path of a place in a repository; undefined for one outside of it. The index is data that lies on a disk, so a path in
 * it is believed no more than any other.
 */
export function pathInside(root: string, path: string): string | undefined {
  const parts = path.split(/[\\/]/);
  const isBad = parts.some((part) => part === '' || part === '.' || part === '..' || part.includes('\0'));
  return isBad || /^[A-Za-z]:/.test(path) ? undefined : `${root}/${path}`;
}
