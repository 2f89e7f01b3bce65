import { t } from '@vscode/l10n';
import { plainLine } from '../../base/plainText.ts';
import type { Entity, EntityKind, GraphQuery, GraphResult } from '../../protocol/memory.ts';
import type { PickGroup, PickItem } from '../window/dialogue.ts';
import { graphButton } from './hitItems.ts';

export type RelatedQuestion = GraphQuery['question'];

/** The questions about one thing, in the order in which their answers are shown, by the words that stand above them. */
export const relatedQuestions: readonly { readonly question: RelatedQuestion; readonly label: string }[] = [
  { question: 'called-by', label: 'callers' },
  { question: 'calls', label: 'calls' },
  { question: 'tested-by', label: 'tests' },
  { question: 'imported-by', label: t('imported by') },
  { question: 'changed-with', label: t('changed together with') },
  { question: 'decided-in', label: t('decisions and documents') },
  { question: 'history', label: 'history' },
];

/** Names of the editor's icons. */
export const entityIcons: Readonly<Record<EntityKind, string>> = {
  file: 'file-code',
  symbol: 'symbol-method',
  commit: 'git-commit',
  author: 'person',
  test: 'beaker',
  document: 'book',
  decision: 'law',
  task: 'history',
};

/** Answers by question as groups of rows; a thing is shown once in a group, the strongest tie first, and never itself. */
export function relatedGroups(
  answers: readonly { readonly label: string; readonly result: GraphResult }[],
): readonly PickGroup<Entity>[] {
  const groups = answers.map(({ label, result }) => ({ label, items: relatedItems(result) }));
  const others = new Map(answers.flatMap(({ result }) => result.others).map((entity) => [entity.id, entity]));
  return [
    ...groups,
    { label: t('of the same name'), items: [...others.values()].map((entity) => entityItem(entity)) },
  ].filter(({ items }) => items.length > 0);
}

function relatedItems({ center, entities, edges }: GraphResult): readonly PickItem<Entity>[] {
  const weights = new Map<string, number>();
  for (const { from, to, weight } of edges) {
    for (const id of [from, to]) {
      weights.set(id, Math.max(weights.get(id) ?? 0, weight));
    }
  }
  const unique = new Map(entities.filter(({ id }) => id !== center?.id).map((entity) => [entity.id, entity]));
  return [...unique.values()]
    .toSorted((a, b) => (weights.get(b.id) ?? 0) - (weights.get(a.id) ?? 0))
    .map((entity) => entityItem(entity));
}

function entityItem(entity: Entity): PickItem<Entity> {
  const { label, kind, path, startLine } = entity;
  const place = path === undefined || path === label ? '' : path;
  const line = startLine === undefined || startLine === 0 || path === undefined ? '' : `:${startLine}`;
  return {
    icon: entityIcons[kind],
    label: plainLine(label, 120),
    description: plainLine(`${place}${line}`, 200),
    value: entity,
    buttons: [{ name: graphButton, icon: 'type-hierarchy', tooltip: t('Show in Graph') }],
  };
}
