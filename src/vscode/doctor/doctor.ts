import { t } from '@vscode/l10n';
import type { DoctorCheck } from '../../protocol/doctorCheck.ts';
import type { Command, CommandContext } from '../commands/command.ts';
import { applyFix, showFailure } from '../tasks/showFailure.ts';
import { doctorGroups, doctorSummary, doctorText } from './doctorItems.ts';

/**
 * Shows what the machine has and lacks, with a way out for each check, and checks again after one was taken. Answers what was
 * found last. Works without a repository, without an agent host, and in Restricted Mode, where no folder is looked into.
 */
export const doctor: Command = async (context) => {
  for (;;) {
    const found = await context.dialogue.withProgress(t('Nightshift looks at this machine'), (signal) =>
      context.checkUp(context.window.trusted() ? context.window.folders()[0] : undefined, signal),
    );
    if (!found.ok) {
      showFailure(context, found.error);
      return undefined;
    }
    const hasFolder = context.window.folders().length > 0;
    const checks = [...found.value, ...editorChecks(context)];
    const groups = doctorGroups(checks, hasFolder);
    const picked = await context.dialogue.pick(
      t`Doctor: ${doctorSummary(checks)}`,
      t('Choose a check to mend it'),
      groups,
    );
    if (picked === undefined) {
      return checks;
    }
    const { value: wish } = picked;
    if (wish.kind === 'copy') {
      await context.window.copy(doctorText(checks));
      context.dialogue.mention(t('Copied what the doctor found.'));
      return checks;
    }
    if (wish.kind === 'fix' && wish.fix !== undefined) {
      if ('typed' in wish.fix) {
        context.window.typeInTerminal(wish.fix.typed);
        return checks;
      }
      await applyFix(context, wish.fix);
      // What opens in the browser or as settings takes its time: a list in front of it would be in the way.
      if ('link' in wish.fix || /^(?:workbench|vscode)\./.test(wish.fix.command)) {
        return checks;
      }
    }
  }
};

/** What only the editor knows. */
function editorChecks({ window, memorySettings }: CommandContext): readonly DoctorCheck[] {
  const trust: readonly DoctorCheck[] =
    window.folders().length === 0 || window.trusted()
      ? []
      : [
          {
            name: 'trust',
            status: 'fail',
            detail: t('This folder is in Restricted Mode'),
            fix: t('No task runs until you trust it.'),
          },
        ];
  const memory: DoctorCheck = memorySettings().enabled
    ? { name: 'memory', status: 'ok', detail: t('on, made when it is first asked') }
    : {
        name: 'memory',
        status: 'warn',
        detail: t('turned off'),
        fix: t('Agents and you search by words of files alone.'),
      };
  return [...trust, memory];
}
