import { t } from '@vscode/l10n';
import type { Failure } from '../../base/failure.ts';
import type { Result } from '../../base/result.ts';
import { defaultEmbeddingBytes, defaultEmbeddingModel, defaultHub } from '../../protocol/embeddingModel.ts';
import type { HostResult } from '../../protocol/host.ts';
import { progressWords } from '../../protocol/modelText.ts';
import { formatBytes } from '../../protocol/storage.ts';
import type { Command, CommandContext } from '../commands/command.ts';
import type { TaskHost } from '../host/taskHost.ts';
import { showFailure } from '../tasks/showFailure.ts';
import { type MeaningWish, meaningGroups } from './meaningItems.ts';
import { memoryRoot } from './memoryRoot.ts';
import { rootOf } from './memoryRow.ts';

type Placed = Result<HostResult<'fetchEmbedding'>, Failure>;

/**
 * Lets the person choose the model that the memory finds by meaning with, and keeps it in their own settings; a window tells its hosts
 * of those. Nothing is downloaded before a question was answered. Answers what was chosen.
 */
export const setUpMeaning: Command = async (context, argument) => {
  const root = rootOf(argument) ?? (await memoryRoot(context));
  if (root === undefined) {
    return undefined;
  }
  // Models belong to the person and not to a repository: any host can be asked.
  const host = context.hosts.of(root);
  const { settings } = context.settings();
  const listed = await context.dialogue.withProgress(t('Nightshift looks for embedding models'), (signal) =>
    host.request('listModels', { settings }, signal),
  );
  if (!listed.ok) {
    context.log.warn(`Models: ${listed.error.message}`);
  }
  const groups = meaningGroups(listed.ok ? listed.value : undefined, context.memorySettings().embedding);
  const picked = await context.dialogue.pick(
    t('Set Up Search by Meaning'),
    t('The model that the memory compares texts with; without one it searches words, names and history'),
    groups,
  );
  return picked === undefined ? undefined : follow(context, host, picked.value);
};

async function follow(context: CommandContext, host: TaskHost, wish: MeaningWish): Promise<string | undefined> {
  switch (wish.kind) {
    case 'none':
      await context.saveSetting('memory.embedding', undefined);
      context.dialogue.mention(t('The memory searches words, names, history and the graph.'));
      return 'none';
    case 'ollama':
      await context.saveSetting('memory.ollamaModel', wish.model);
      await context.saveSetting('memory.embedding', 'ollama');
      return told(context, wish.model);
    case 'folder': {
      const folder = await context.dialogue.askFolder(t('Folder of an Embedding Model'));
      return folder === undefined ? undefined : keep(context, await bring(context, host, folder));
    }
    case 'fetch':
      break;
  }
  return (await isAgreed(context)) ? keep(context, await fetch(context, host)) : undefined;
}

function isAgreed({ dialogue }: CommandContext): Promise<boolean> {
  const what = t`About ${formatBytes(defaultEmbeddingBytes)} from ${defaultHub}, or from the address in NIGHTSHIFT_MODEL_HUB.`;
  const then = t(
    'It then runs on this machine, and nothing of your files leaves it. A download that is stopped goes on later.',
  );
  return dialogue.confirm(t`Download ${defaultEmbeddingModel}?`, `${what} ${then}`, t('Download'));
}

function bring({ dialogue }: CommandContext, host: TaskHost, folder: string): Promise<Placed> {
  return dialogue.withProgress(t('Nightshift checks and copies the model'), (signal) =>
    host.request('importEmbedding', { folder }, signal),
  );
}

function fetch({ dialogue }: CommandContext, host: TaskHost): Promise<Placed> {
  return dialogue.withProgress(t`Downloading ${defaultEmbeddingModel}`, (signal, report) =>
    host.request('fetchEmbedding', {}, signal, (progress) => {
      const { completed, total } = progress;
      const share = completed === undefined || total === undefined || total === 0 ? undefined : completed / total;
      report(progressWords(progress), share);
    }),
  );
}

async function keep(context: CommandContext, placed: Placed): Promise<string | undefined> {
  if (!placed.ok) {
    showFailure(context, placed.error);
    return undefined;
  }
  await context.saveSetting('memory.modelFolder', placed.value.folder);
  await context.saveSetting('memory.embedding', 'transformers');
  return told(context, placed.value.name);
}

function told({ dialogue }: CommandContext, model: string): string {
  dialogue.mention(t`The memory makes vectors with ${model} in the background.`);
  return model;
}
