import { t } from '@vscode/l10n';
import { usualOllamaHost } from '../../protocol/embeddingModel.ts';
import type { EmbeddingSettings } from '../../protocol/memory.ts';
import type { ReadSetting } from './userSettings.ts';

/** What the person set about the memory. */
export interface MemorySettings {
  readonly enabled: boolean;
  readonly embedding: EmbeddingSettings;
  /** Globs of what is not indexed, beside what git ignores. */
  readonly exclude: readonly string[];
  /** What is missing of the embedding that was asked for: there are no vectors then. One line with the way out. */
  readonly problem?: string;
}

/** A small model for vectors that Ollama's own library has. */
const usualOllamaModel = 'nomic-embed-text';

/** Values of the wrong type count as not set; Ollama's own variable says where it is when the setting does not. */
export function readMemorySettings(
  read: ReadSetting,
  environment: Readonly<Record<string, string | undefined>> = {},
): MemorySettings {
  const by = read('memory.embedding');
  const folder = text(read('memory.modelFolder'));
  const host = text(read('ollama.host')) ?? text(environment['OLLAMA_HOST']) ?? usualOllamaHost;
  const model = text(read('memory.ollamaModel')) ?? usualOllamaModel;
  const exclude = read('memory.exclude');
  const common = {
    enabled: read('memory.enabled') !== false,
    exclude: Array.isArray(exclude) ? exclude.filter((glob) => typeof glob === 'string' && glob.trim() !== '') : [],
  };
  if (by === 'ollama') {
    return { ...common, embedding: { by, host, model } };
  }
  if (by === 'transformers' && folder !== undefined) {
    return { ...common, embedding: { by, folder, name: nameOf(folder) } };
  }
  return {
    ...common,
    embedding: { by: 'none' },
    ...(by === 'transformers'
      ? { problem: t('No folder of a model is set: set `nightshift.memory.modelFolder`.') }
      : {}),
  };
}

/** Last part of the folder's path. */
function nameOf(folder: string): string {
  return folder.replace(/[\\/]+$/, '').replace(/^.*[\\/]/, '');
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}
