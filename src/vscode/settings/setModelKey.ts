import { t } from '@vscode/l10n';
import { parseOpenaiBase } from '../../protocol/openaiBase.ts';
import type { Command } from '../commands/command.ts';
import { showFailure } from '../tasks/showFailure.ts';

/** Asks for the key of the model server that is set, keeps it in the secret storage, and gives it to the hosts that run. */
export const setModelKey: Command = async (context) => {
  const { openaiBaseUrl } = context.settings().settings;
  const base = parseOpenaiBase(openaiBaseUrl);
  if (!base.ok) {
    showFailure(context, base.error, 'warning');
    return undefined;
  }
  const { origin } = new URL(base.value);
  const given = await context.dialogue.askSecret(
    t('Set Model Server Key'),
    t`The key for ${origin}. It is kept in the editor's secret storage and sent to that server only. Leave it empty to remove it.`,
  );
  if (given === undefined) {
    return undefined;
  }
  const key = given.trim();
  await context.modelKeys.set(base.value, key);
  for (const host of context.hosts.all().filter(({ condition }) => condition.kind === 'connected')) {
    const told = await host.request('setModelKey', { baseUrl: base.value, key }, new AbortController().signal);
    if (!told.ok) {
      showFailure(context, told.error);
      return undefined;
    }
  }
  context.dialogue.mention(key === '' ? t`No key is kept for ${origin} any more.` : t`The key for ${origin} is kept.`);
  return origin;
};
