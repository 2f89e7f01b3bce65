import { t } from '@vscode/l10n';
import { plainLine } from '../../base/plainText.ts';
import type { Command } from '../commands/command.ts';
import { showFailure } from '../tasks/showFailure.ts';
import { missingForTasks } from '../tasks/startTask.ts';
import { patiently } from '../window/patiently.ts';
import { isImported, toolOf, withRules } from './importedRules.ts';
import { guidanceRoot } from './pinInstructions.ts';

/**
 * Shows the rules that a repository has for other agents, and puts the chosen ones into AGENTS.md as sections that name their source.
 * The file is left unsaved; answers how many were put there.
 */
export const importRules: Command = async (context) => {
  const missing = missingForTasks(context.window);
  if (missing !== undefined) {
    showFailure(context, missing);
    return undefined;
  }
  const root = await guidanceRoot(context);
  if (root === undefined) {
    return undefined;
  }
  const shown = await patiently(context.dialogue, t('Looking for instructions'), (signal) =>
    context.hosts.of(root).request('guidance', { texts: true }, signal),
  );
  if (!shown.ok) {
    showFailure(context, shown.error);
    return undefined;
  }
  const files = shown.value.files.filter(({ status }) => status !== 'gone');
  const agents = files.find(({ path }) => path === 'AGENTS.md')?.text ?? '';
  const rules = files.flatMap(({ path, about, text }) => {
    const tool = toolOf(path);
    return tool === undefined || text === undefined ? [] : [{ path, tool, about, text }];
  });
  const fresh = rules.filter((rule) => !isImported(agents, rule));
  if (fresh.length === 0) {
    context.dialogue.mention(
      rules.length === 0
        ? t('This repository has no rules of Cline, Roo, Continue, Kilo, Copilot or Cursor.')
        : t('All rules of this repository are in AGENTS.md already.'),
    );
    return 0;
  }
  const chosen = await context.dialogue.check(
    t('Rules to put into AGENTS.md, which you look at before it is saved'),
    fresh.map((rule) => ({
      label: plainLine(rule.path, 200),
      description: `${rule.tool} · ${plainLine(rule.about, 60)}`,
      value: rule,
      checked: true,
    })),
    ({ path }) => void context.window.showFile(`${root}/${path}`),
  );
  if (chosen === undefined || chosen.length === 0) {
    return undefined;
  }
  await context.window.editUnsaved(`${root}/AGENTS.md`, (text) => withRules(text, chosen));
  context.dialogue.mention(t('Look at AGENTS.md and save it. The files that it came from stay as they are.'));
  return chosen.length;
};
