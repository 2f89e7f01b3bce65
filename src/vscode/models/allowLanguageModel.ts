import { t } from '@vscode/l10n';
import { errorText, type Failure, failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { Command, CommandContext } from '../commands/command.ts';
import { namedTask } from '../tasks/chosenTask.ts';
import { showFailure } from '../tasks/showFailure.ts';
import { type EditorModel, modelName } from './editorModel.ts';
import { modelFailure } from './modelFailure.ts';

/** The driver of a model's full name whose rest names a model of the editor. */
const prefix = 'vscode:';

/**
 * Lets background tasks use a language model of this editor, or takes that back. The only place where a person is asked for it, and
 * always in answer to their own click: so is the editor's own question, where it has one, as the first request is made here.
 */
export const allowLanguageModel: Command = async (context, argument) => {
  if (!context.window.trusted()) {
    showFailure(context, failure('restricted-mode', t('Language models are lent to tasks in trusted folders only.')));
    return undefined;
  }
  const { models, consent } = await context.lending();
  const all = await models.select();
  const chosen = await chooseModel(context, all, wantedName(context, argument), (model) => consent.has(model));
  if (!chosen.ok) {
    showFailure(context, chosen.error, 'warning');
    return undefined;
  }
  const model = chosen.value;
  if (model === undefined) {
    return undefined;
  }
  const name = modelName(model);
  if (consent.has(model) && model.permitted) {
    return (await withdraw(context, model)) ? name : undefined;
  }
  const agreed = await context.dialogue.confirm(
    t`Let background tasks use ${model.name}?`,
    whatItMeans(model),
    t('Allow'),
  );
  if (!agreed) {
    return undefined;
  }
  const tried = await context.dialogue.withProgress(t`Asking ${model.name} for a first answer`, (signal) =>
    tryModel(model, signal),
  );
  if (!tried.ok) {
    showFailure(context, tried.error);
    return undefined;
  }
  await consent.set(model, true);
  context.dialogue.mention(t`Background tasks may use ${name} now.`);
  return name;
};

function whatItMeans(model: EditorModel): string {
  return (
    t`Tasks that you delegate with vscode:${modelName(model)} send their prompts to its provider "${model.vendor}" through VS Code, ` +
    t(
      'also while you do something else: your goal, parts of the code of this and other workspaces that you delegate in, and what ',
    ) +
    t('tests print. They count against your quota there. A first request without any code is made now. ') +
    t('Call this command again to take it back.')
  );
}

async function withdraw(context: CommandContext, model: EditorModel): Promise<boolean> {
  const detail = t('Tasks that use it wait until you allow it again.');
  if (!(await context.dialogue.confirm(t`No longer let background tasks use ${model.name}?`, detail, t('Take Back')))) {
    return false;
  }
  await (await context.lending()).consent.set(model, false);
  context.dialogue.mention(t`Background tasks may not use ${modelName(model)} any more.`);
  return true;
}

/** Some words with nothing of the person's in them; the first piece of an answer is enough. */
async function tryModel(model: EditorModel, signal: AbortSignal): Promise<Result<void, Failure>> {
  const enough = new AbortController();
  const words = { role: 'user', parts: [{ type: 'text', text: 'Answer with the word OK.' }] } as const;
  try {
    for await (const _part of model.send([words], [], AbortSignal.any([signal, enough.signal]))) {
      break;
    }
    return signal.aborted ? fail(failure('aborted', t('It was not allowed.'))) : ok(undefined);
  } catch (error) {
    const { reason, message } = modelFailure(modelName(model), error);
    return fail(failure(signal.aborted ? 'aborted' : `model-${reason}`, message || errorText(error)));
  } finally {
    enough.abort();
  }
}

/** What a task waits for: the task of the clicked row or button, else the only one. */
function wantedName(context: CommandContext, argument: unknown): string | undefined {
  const named = namedTask(argument);
  const waiting = context.hosts.tasks().filter(({ task }) => task.awaits?.model.startsWith(prefix) === true);
  const names = waiting
    .filter(({ root, task }) => named === undefined || (named.root === root && named.task === task.id))
    .map(({ task }) => (task.awaits?.model ?? '').slice(prefix.length));
  const [first, ...others] = new Set(names);
  return others.length === 0 ? first : undefined;
}

async function chooseModel(
  context: CommandContext,
  all: readonly EditorModel[],
  wanted: string | undefined,
  isAllowed: (model: EditorModel) => boolean,
): Promise<Result<EditorModel | undefined, Failure>> {
  if (all.length === 0) {
    const message = t('No extension of this VS Code provides a language model that others may use: install one first.');
    return fail(failure('no-language-models', message));
  }
  const fitting = all.filter((model) => wanted === modelName(model));
  const [only] = fitting.length > 0 ? fitting : all.filter(({ vendor, family }) => wanted === `${vendor}/${family}`);
  if (only !== undefined && !(isAllowed(only) && only.permitted)) {
    return ok(only);
  }
  const choices = all.map((model) => ({
    label: model.name,
    description: `${modelName(model)}${isAllowed(model) ? ' · allowed' : ''}`,
    value: model,
  }));
  return ok(await context.dialogue.choose(t('Which model may background tasks use?'), choices));
}
