import { t } from '@vscode/l10n';
import { defaultEmbeddingBytes, defaultEmbeddingModel, defaultHub } from '../../protocol/embeddingModel.ts';
import type { EmbeddingSettings } from '../../protocol/memory.ts';
import type { ModelList } from '../../protocol/models.ts';
import { formatBytes } from '../../protocol/storage.ts';
import type { PickGroup, PickItem } from '../window/dialogue.ts';

/** What a person can do about search by meaning. */
export type MeaningWish =
  | { readonly kind: 'ollama'; readonly model: string }
  | { readonly kind: 'fetch' }
  | { readonly kind: 'folder' }
  | { readonly kind: 'none' };

/** The rows of the choice: what Ollama has that only embeds, then a model of our own, then none. */
export function meaningGroups(list: ModelList | undefined, now: EmbeddingSettings): readonly PickGroup<MeaningWish>[] {
  const mark = (isNow: boolean, words: string): string => (isNow ? `${words} · chosen` : words);
  const models = (list?.models ?? []).filter(({ driver, embeds }) => driver === 'ollama' && embeds === true);
  const items = models.map(({ name, bytes }): PickItem<MeaningWish> => {
    return {
      icon: 'server',
      label: name,
      description: mark(now.by === 'ollama' && now.model === name, bytes === undefined ? '' : formatBytes(bytes)),
      detail: t('The text of your files is sent to the Ollama server of your settings.'),
      value: { kind: 'ollama', model: name },
    };
  });
  const own: readonly PickItem<MeaningWish>[] = [
    {
      icon: 'cloud-download',
      label: t`Download ${defaultEmbeddingModel}`,
      description: t`about ${formatBytes(defaultEmbeddingBytes)} from ${defaultHub.replace('https://', '')}`,
      detail: t('It runs on this machine; nothing of your files leaves it. For English and code.'),
      value: { kind: 'fetch' },
    },
    {
      icon: 'folder',
      label: t('Use a Folder…'),
      description: mark(now.by === 'transformers', t('a model on this machine, exported for transformers.js')),
      detail: t('It is checked and copied to the other models. Nothing is downloaded.'),
      value: { kind: 'folder' },
    },
  ];
  const none: PickItem<MeaningWish> = {
    icon: 'circle-slash',
    label: t('None'),
    description: mark(now.by === 'none', t('words, names, history and the graph are searched')),
    value: { kind: 'none' },
  };
  return [
    { label: t('Installed in Ollama'), items },
    { label: t('Inside Nightshift'), items: own },
    { label: '', items: [none] },
  ].filter((group) => group.items.length > 0);
}
