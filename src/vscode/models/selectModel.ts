import { t } from '@vscode/l10n';
import type { Failure } from '../../base/failure.ts';
import type { Result } from '../../base/result.ts';
import type { HostResult } from '../../protocol/host.ts';
import { levelText, progressWords } from '../../protocol/modelText.ts';
import type { ModelView, RequestProgress } from '../../protocol/models.ts';
import type { Command, CommandContext } from '../commands/command.ts';
import type { ModelAsker } from './modelProgram.ts';
import { connectFolders } from '../tasks/refreshTasks.ts';
import { note, showFailure } from '../tasks/showFailure.ts';
import { missingForTasks } from '../tasks/startTask.ts';
import { modelGroups, type ModelWish, tryButton } from './modelItems.ts';

/**
 * Shows which models there are and what they can do; tries one out, fetches one, and keeps the choice for all roles or for one in the
 * person's own settings. Answers what was chosen. Starts the agent host, which asks the servers.
 */
export const selectModel: Command = async (context) => {
  const missing = missingForTasks(context.window);
  if (missing?.reason === 'restricted-mode') {
    showFailure(context, missing, 'warning');
    return undefined;
  }
  const host = await modelAsker(context);
  for (;;) {
    const { model: current, settings } = context.settings();
    const listed = await context.dialogue.withProgress(t('Nightshift looks for models'), (signal) =>
      host.request('listModels', { settings }, signal),
    );
    if (!listed.ok) {
      showFailure(context, listed.error);
      return undefined;
    }
    const groups = modelGroups(listed.value, current);
    const picked = await context.dialogue.pick(t('Select Model'), t('The model that agents work with'), groups);
    if (picked === undefined) {
      return undefined;
    }
    const chosen = await follow(context, host, picked.value, picked.button === tryButton);
    if (chosen !== 'again') {
      return chosen;
    }
  }
};

/** Models belong to the person and not to a repository: any host can be asked. */
export async function modelAsker(context: CommandContext): Promise<ModelAsker> {
  await connectFolders(context);
  return context.hosts.all()[0] ?? context.modelProgram();
}

/** `again`: something is different now, and the list is shown anew. */
async function follow(
  context: CommandContext,
  host: ModelAsker,
  wish: ModelWish,
  isTry: boolean,
): Promise<string | undefined> {
  switch (wish.kind) {
    case 'get-server':
      await context.window.openLink('https://ollama.com/download');
      return undefined;
    case 'set-address':
      await context.window.run(
        'workbench.action.openSettings',
        wish.driver === 'openai' ? 'nightshift.openai.baseUrl' : 'nightshift.ollama.host',
      );
      return undefined;
    case 'name': {
      const name = await context.dialogue.ask(t('Pull a Model'), t('Its name in the library of Ollama.'), 'qwen3:8b');
      return name === undefined || name.trim() === '' ? 'again' : pull(context, host, name.trim());
    }
    case 'pull':
      return pull(context, host, wish.name);
    case 'automatic':
      return keep(context, 'auto', t('The best graded model'));
    case 'use':
      break;
  }
  return isTry ? tryOnly(context, host, wish.model) : use(context, host, wish.model);
}

async function pull(context: CommandContext, host: ModelAsker, name: string): Promise<'again'> {
  const { settings } = context.settings();
  const pulled = await long(context, t`Pulling ${name}`, (signal, report) =>
    host.request('pullModel', { name, settings }, signal, report),
  );
  if (!pulled.ok) {
    showFailure(context, pulled.error);
  }
  return 'again';
}

async function tryOnly(context: CommandContext, host: ModelAsker, model: ModelView): Promise<'again'> {
  await tried(context, host, model);
  return 'again';
}

/** A model that nobody tried is tried first, so that the first task does not have to; an unfit one is not kept. */
async function use(context: CommandContext, host: ModelAsker, model: ModelView): Promise<string | undefined> {
  const known = model.grade === undefined && model.driver === 'ollama' ? await tried(context, host, model) : model;
  if (known === undefined) {
    return 'again';
  }
  if (known.grade?.level === 'unfit') {
    note(context, 'warning', t`${model.name} is ${known.grade.words}. Select another model, or try it out again.`, {
      'Select Another': () => context.window.run('nightshift.selectModel'),
    });
    return undefined;
  }
  return keep(context, model.id, `${model.name} (${levelText(known)})`);
}

async function tried(context: CommandContext, host: ModelAsker, model: ModelView): Promise<ModelView | undefined> {
  const { settings } = context.settings();
  const answer = await long(context, t`Trying ${model.name} out`, (signal, report) =>
    host.request('probeModel', { model: model.id, settings }, signal, report),
  );
  if (!answer.ok) {
    showFailure(context, answer.error);
    return undefined;
  }
  return answer.value.model;
}

/** Long work in a notification, with how far it is and a way to stop it. */
function long(
  { dialogue }: CommandContext,
  title: string,
  ask: (
    signal: AbortSignal,
    report: (progress: RequestProgress) => void,
  ) => Promise<Result<HostResult<'probeModel' | 'pullModel'>, Failure>>,
): Promise<Result<HostResult<'probeModel' | 'pullModel'>, Failure>> {
  return dialogue.withProgress(title, (signal, report) =>
    ask(signal, (progress) => {
      const { completed, total } = progress;
      const share = completed === undefined || total === undefined || total === 0 ? undefined : completed / total;
      report(progressWords(progress), share);
    }),
  );
}

/** Roles that can have a model of their own, in the words of the settings. */
const roles = [
  ['implementer', t('Implementer'), t('changes the files')],
  ['reviewer', t('Reviewer'), t('looks at the changes; not used yet')],
  ['supervisor', t('Supervisor'), t('plans and decides who works')],
] as const;

async function keep(context: CommandContext, model: string, words: string): Promise<string | undefined> {
  const own = context.settings().settings.models ?? {};
  const role = await context.dialogue.choose(t`${words}: for which role?`, [
    { label: t('For All Roles'), description: t('also those with a model of their own now'), value: 'all' },
    ...roles.map(([name, label, what]) => ({
      label: t`For the ${label}`,
      description: own[name] === undefined ? what : t`${what}; ${own[name]} now`,
      value: name,
    })),
  ]);
  if (role === undefined) {
    return undefined;
  }
  if (role === 'all') {
    for (const [name] of roles) {
      if (own[name] !== undefined) {
        await context.saveSetting(`models.${name}`, undefined);
      }
    }
    await context.saveSetting('model', model === 'auto' ? undefined : model);
  } else {
    await context.saveSetting(`models.${role}`, model);
  }
  context.dialogue.mention(t`${words} is used from the next task on.`);
  return model;
}
