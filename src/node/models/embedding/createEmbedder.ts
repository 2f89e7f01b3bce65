import { ok, type Result } from '../../../base/result.ts';
import type { EmbedFailure, Embedder } from '../../../core/memory/embedder.ts';
import type { EmbeddingSettings } from '../../../protocol/memory.ts';
import { openOllamaEmbedder } from './ollamaEmbedder.ts';
import { openTransformersEmbedder } from './transformersEmbedder.ts';

export interface EmbedderParts {
  /** The program of the thread that models of our own run in: `embeddingThread.cjs` beside the bundle of the indexer. */
  readonly threadScript: string;
}

/** What the settings name; undefined for none. */
export async function createEmbedder(
  settings: EmbeddingSettings,
  { threadScript }: EmbedderParts,
  signal: AbortSignal,
): Promise<Result<Embedder | undefined, EmbedFailure>> {
  switch (settings.by) {
    case 'none':
      return ok(undefined);
    case 'ollama':
      return openOllamaEmbedder({ host: settings.host, model: settings.model }, signal);
    case 'transformers':
      break;
  }
  return openTransformersEmbedder({ folder: settings.folder, name: settings.name, script: threadScript }, signal);
}
