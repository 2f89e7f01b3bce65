import { resolve } from 'node:path';
import { fail, ok, type Result } from '../../base/result.ts';
import type { HostClient } from '../../host/client/hostClient.ts';
import {
  defaultEmbeddingBytes,
  defaultEmbeddingModel,
  defaultHub,
  usualOllamaHost,
} from '../../protocol/embeddingModel.ts';
import type { EmbeddingSettings } from '../../protocol/memory.ts';
import { formatBytes } from '../../protocol/storage.ts';
import type { RequestProgress } from '../../protocol/models.ts';
import type { CliIo } from '../cliIo.ts';
import type { CliFailure, Command, Invocation, OptionValues } from '../command.ts';
import { usage, type UsageFailure } from '../commandLine.ts';
import { exitCode } from '../exitCode.ts';
import { brokenIndex, memoryFailure } from '../memoryFailure.ts';
import { ollamaOption } from '../modelOptions.ts';
import { flag, stringOption } from '../optionValues.ts';
import { withHost } from '../withHost.ts';

export const memoryModelCommand: Command = {
  name: 'memory model',
  summary: 'Show which model the memory finds by meaning with, or set one; nothing is downloaded without --fetch',
  operands: [{ name: 'NAME' }],
  options: {
    fetch: {
      type: 'boolean',
      help: `download NAME (default: ${defaultEmbeddingModel}, about ${formatBytes(defaultEmbeddingBytes)}) from ${defaultHub}, or from the address in NIGHTSHIFT_MODEL_HUB; stopped and asked again, it goes on from where it was`,
    },
    import: { type: 'string', value: 'FOLDER', help: 'check and copy a model of this machine' },
    ollama: { type: 'string', value: 'MODEL', help: 'let Ollama embed with a model that it has' },
    ...ollamaOption,
    none: { type: 'boolean', help: 'no model: words, names, history and the graph are searched' },
  },
  json: true,
  run: async (invocation) => {
    const { io, positionals, values } = invocation;
    const wish = readModelWish(values, positionals[0], io);
    return wish.ok
      ? withHost(invocation, { trace: false, start: true }, (client) => follow(client, invocation, wish.value))
      : { ...wish.error, exitCode: exitCode.usage };
  },
};

type ModelWish =
  | { readonly do: 'show' }
  | { readonly do: 'fetch'; readonly name?: string; readonly hub?: string }
  | { readonly do: 'import'; readonly folder: string }
  | { readonly do: 'set'; readonly embedding: EmbeddingSettings };

/** What options and environment ask for. */
export function readModelWish(
  values: OptionValues,
  name: string | undefined,
  { cwd, environment }: Pick<CliIo, 'cwd' | 'environment'>,
): Result<ModelWish, UsageFailure> {
  const folder = stringOption(values, 'import');
  const model = stringOption(values, 'ollama');
  const chosen = [flag(values, 'fetch'), folder !== undefined, model !== undefined, flag(values, 'none')];
  if (chosen.filter(Boolean).length > 1) {
    return fail(usage('Use one of --fetch, --import, --ollama and --none at a time.'));
  }
  if (model === undefined && stringOption(values, 'ollama-host') !== undefined) {
    return fail(usage('--ollama-host is where --ollama MODEL embeds: name the model as well.'));
  }
  if (name !== undefined && !flag(values, 'fetch')) {
    return fail(usage(`To download ${name}, write \`nightshift memory model --fetch ${name}\`.`));
  }
  if (folder?.trim() === '' || model?.trim() === '') {
    return fail(usage('--import takes a folder, and --ollama the name of a model.'));
  }
  if (flag(values, 'fetch')) {
    const hub = environment['NIGHTSHIFT_MODEL_HUB']?.trim() ?? '';
    return ok({ do: 'fetch', ...(name === undefined ? {} : { name }), ...(hub === '' ? {} : { hub }) });
  }
  if (folder !== undefined) {
    return ok({ do: 'import', folder: resolve(cwd, folder) });
  }
  if (model !== undefined) {
    const host = stringOption(values, 'ollama-host') ?? (environment['OLLAMA_HOST'] || usualOllamaHost);
    return ok({ do: 'set', embedding: { by: 'ollama', host, model: model.trim() } });
  }
  return ok(flag(values, 'none') ? { do: 'set', embedding: { by: 'none' } } : { do: 'show' });
}

async function follow(
  client: HostClient,
  { signal, writer }: Invocation,
  wish: ModelWish,
): Promise<number | CliFailure> {
  const embedding = await place(client, wish, signal, (progress) => writer.modelProgress(progress));
  if (!embedding.ok) {
    return memoryFailure(embedding.error);
  }
  if (embedding.value !== undefined) {
    const set = await client.request('setMemory', { embedding: embedding.value }, signal);
    if (!set.ok) {
      return memoryFailure(set.error);
    }
  }
  const status = await client.request('memoryStatus', {}, signal);
  if (!status.ok) {
    return memoryFailure(status.error);
  }
  const broken = brokenIndex(status.value);
  if (broken === undefined) {
    writer.memory(status.value);
  }
  return broken ?? exitCode.done;
}

/** Undefined where nothing is to be set. */
async function place(
  client: HostClient,
  wish: ModelWish,
  signal: AbortSignal,
  report: (progress: RequestProgress) => void,
): Promise<Result<EmbeddingSettings | undefined, CliFailure>> {
  if (wish.do === 'show') {
    return ok(undefined);
  }
  if (wish.do === 'set') {
    return ok(wish.embedding);
  }
  const placed =
    wish.do === 'fetch'
      ? await client.request('fetchEmbedding', { name: wish.name, hub: wish.hub }, signal, report)
      : await client.request('importEmbedding', { folder: wish.folder }, signal);
  return placed.ok ? ok({ by: 'transformers', folder: placed.value.folder, name: placed.value.name }) : placed;
}
