import { t } from '@vscode/l10n';
import type { Failure } from '../../base/failure.ts';
import { plainLine } from '../../base/plainText.ts';
import type { MemoryStatus, RecallHit, RecallResult } from '../../protocol/memory.ts';
import type { Command, CommandContext } from '../commands/command.ts';
import { fixButtons } from '../tasks/showFailure.ts';
import type { PickItem, SearchAnswer } from '../window/dialogue.ts';
import { entityOf, graphButton, hitItems, pathInside, sideButton } from './hitItems.ts';
import { memoryRoot } from './memoryRoot.ts';
import { linesOf, openHit } from './openHit.ts';
import { parseSearch, searchFilters } from './searchText.ts';

/** What a row of the search stands for. */
type SearchRow =
  | { readonly kind: 'hit'; readonly hit: RecallHit; readonly words: readonly string[] }
  | { readonly kind: 'filter'; readonly text: string }
  | { readonly kind: 'fix'; readonly failure: Failure }
  | { readonly kind: 'nothing' };

const title = t('Search Memory');
const placeholder = t('Words, a question, an error message. Filters: kind: path: lang: since: until:');
/** Rows of one search. */
const shownHits = 50;

/** Asks what to look for and shows what the memory finds while it is typed. Starts the agent host with the first question. */
export const searchMemory: Command = async (context, argument) =>
  search(context, typeof argument === 'string' ? argument : '');

/** Looks for what is selected, an error with its stack for example, else for the problem or the line under the cursor. */
export const searchMemoryForSelection: Command = async (context) => {
  const code = context.window.activeCode();
  if (code === undefined) {
    context.dialogue.mention(t('Open a file and select what to look for.'));
    return undefined;
  }
  const problems = code.problems.map(({ message }) => message).join('\n');
  return search(context, [code.selection, problems, code.lines[0] ?? ''].find((text) => text.trim() !== '') ?? '');
};

async function search(context: CommandContext, text: string): Promise<RecallHit | undefined> {
  const root = await memoryRoot(context);
  if (root === undefined) {
    return undefined;
  }
  // A box has one line. What it shows at first stands for the whole text, lines and all, until something else is typed.
  const first = { shown: text.replace(/\s+/g, ' ').trim().slice(0, 500), whole: text };
  for (let typed = first.shown; ;) {
    const preview = context.window.previewPlaces();
    const picked = await context.dialogue.search<SearchRow>({
      title,
      placeholder,
      text: typed,
      find: (now, signal) => find(context, root, now === first.shown ? first.whole : now, signal),
      onMore: context.hosts.of(root).onDidChangeMemory,
      previews: (row) => {
        const path = row.kind === 'hit' && row.hit.path !== undefined ? pathInside(root, row.hit.path) : undefined;
        if (row.kind === 'hit' && path !== undefined) {
          preview.show({ path, ...linesOf(row.hit, row.words) });
        }
      },
    });
    if (picked === undefined || picked.value.kind !== 'hit') {
      await preview.restore();
    }
    if (picked?.value.kind === 'filter') {
      typed = picked.value.text;
      continue;
    }
    if (picked?.value.kind === 'fix') {
      const [fix] = Object.values(fixButtons(context, picked.value.failure.reason));
      await fix?.();
    }
    if (picked?.value.kind !== 'hit') {
      return undefined;
    }
    const { hit, words } = picked.value;
    const entity = entityOf(hit);
    if (picked.button === graphButton && entity !== undefined) {
      await preview.restore();
      await context.showGraph(root, entity);
    } else {
      await openHit(context, root, hit, words, picked.button === sideButton);
    }
    return hit;
  }
}

async function find(
  { hosts, memorySettings }: CommandContext,
  root: string,
  text: string,
  signal: AbortSignal,
): Promise<SearchAnswer<SearchRow>> {
  const { query, notes } = parseSearch(text, Date.now());
  if (query === undefined) {
    return { items: searchFilters.map(filterItem) };
  }
  const host = hosts.of(root);
  const wasWhole = isWhole(host.memory);
  const answer = await host.request('recall', { ...query, count: shownHits, snippetTokens: 0 }, signal);
  if (!answer.ok) {
    return { items: [failureItem(answer.error)] };
  }
  const { hits, understood } = answer.value;
  const items = hitItems(answer.value).map((item) => ({
    ...item,
    value: { kind: 'hit' as const, hit: item.value, words: understood.terms },
  }));
  // Where the person wants no vectors, that there are none is no news.
  const isWanted = (part: string): boolean => memorySettings().embedding.by !== 'none' || !part.startsWith('vectors:');
  const found = { ...answer.value, missing: answer.value.missing.filter(isWanted) };
  const early = !wasWhole || !isWhole(host.memory);
  const nothing = (): PickItem<SearchRow> => (query.query === '' ? wordsItem : nothingItem(found, early));
  return { title: titleOf(found, notes, early), items: hits.length === 0 ? [nothing()] : items, early };
}

/** Nothing is being read that a search would have found. */
function isWhole(memory: MemoryStatus | undefined): boolean {
  return memory !== undefined && !['starting', 'scanning', 'indexing'].includes(memory.state);
}

function titleOf({ hits, milliseconds, missing }: RecallResult, notes: readonly string[], early: boolean): string {
  const time = `${Math.max(1, Math.round(milliseconds))} ms`;
  const found = hits.length === 0 ? t('nothing found') : t`${hits.length} found in ${time}`;
  const words = [early ? t`${found}, still indexing` : found, ...notes];
  return [title, ...words, ...missing.map((part) => t`not searched: ${plainLine(part, 80)}`)].join(' · ');
}

function filterItem({ sample, what }: (typeof searchFilters)[number]): PickItem<SearchRow> {
  return {
    icon: 'filter',
    label: sample,
    description: what,
    value: { kind: 'filter', text: `${sample} ` },
  };
}

function failureItem(failure: Failure): PickItem<SearchRow> {
  return { icon: 'warning', label: failure.message, description: '', value: { kind: 'fix', failure } };
}

const wordsItem: PickItem<SearchRow> = {
  icon: 'info',
  label: t('Type what to look for'),
  description: t('a filter narrows a search and finds nothing by itself'),
  value: { kind: 'nothing' },
};

function nothingItem({ missing }: RecallResult, early: boolean): PickItem<SearchRow> {
  return {
    icon: 'info',
    label: early ? t('Nothing found yet') : t('Nothing found'),
    description: early
      ? t('files are still being indexed; what comes is shown here')
      : t('with these words and filters'),
    ...(missing.length === 0
      ? {}
      : { detail: t`Not searched: ${missing.map((part) => plainLine(part, 120)).join(' · ')}` }),
    value: { kind: 'nothing' },
  };
}
