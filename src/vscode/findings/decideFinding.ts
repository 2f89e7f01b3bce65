import { t } from '@vscode/l10n';
import { plainLine } from '../../base/plainText.ts';
import { longestReason } from '../../protocol/findings.ts';
import type { Command, CommandContext } from '../commands/command.ts';
import { showFailure } from '../tasks/showFailure.ts';
import { allFindings, type FindingReference, findingOf } from './shownFindings.ts';

const reasons = [
  { label: t('False Positive'), description: t('there is nothing wrong'), value: 'false positive' },
  { label: t('Won’t Fix'), description: t('it is so, and may stay so'), value: 'won’t fix' },
  { label: t('Used in Tests'), description: t('it never runs in the product'), value: 'used in tests' },
  { label: t('Other Reason…'), description: t('in your own words'), value: '' },
] as const;

/** Puts a finding aside for a reason, which is kept with it. Answers whether it was. */
export const dismissFinding: Command = async (context, argument) => {
  const reference = (await findingOf(context, argument)) ?? (await choose(context, t('Dismiss Finding'), false));
  if (reference === undefined) {
    return false;
  }
  const chosen = await context.dialogue.choose(t('Why is this finding dismissed?'), reasons);
  const asked =
    chosen === ''
      ? await context.dialogue.ask(t('Dismiss Finding'), 'Why?', t('Who checked it, and what they saw'))
      : chosen;
  const reason = asked?.trim().slice(0, longestReason) ?? '';
  if (reason === '') {
    return false;
  }
  const { root, finding } = reference;
  const params = { id: finding.id, reason };
  const answer = await context.hosts.of(root).request('dismissFinding', params, new AbortController().signal);
  if (!answer.ok) {
    showFailure(context, answer.error);
    return false;
  }
  context.dialogue.mention(t`Dismissed: ${reason}. Restore Finding takes it back.`);
  return true;
};

/** Takes a dismissal back. */
export const restoreFinding: Command = async (context, argument) => {
  const reference = (await findingOf(context, argument)) ?? (await choose(context, t('Restore Finding'), true));
  if (reference === undefined) {
    return false;
  }
  const { root, finding } = reference;
  const answer = await context.hosts
    .of(root)
    .request('restoreFinding', { id: finding.id }, new AbortController().signal);
  if (!answer.ok) {
    showFailure(context, answer.error);
  }
  return answer.ok;
};

async function choose(
  context: CommandContext,
  title: string,
  isDismissed: boolean,
): Promise<FindingReference | undefined> {
  const all = (await allFindings(context)).filter(({ finding }) => (finding.dismissed !== undefined) === isDismissed);
  if (all.length === 0) {
    context.dialogue.mention(isDismissed ? t('No finding was dismissed.') : t('There are no findings.'));
    return undefined;
  }
  const items = all.map((reference) => {
    const { message, path, region, tool, rule, severity, dismissed } = reference.finding;
    const from = [tool, rule].filter(Boolean).join(' ');
    return {
      icon: severity === 'note' ? 'info' : severity,
      label: plainLine(message, 120),
      description: plainLine(`${path}:${region.startLine + 1}`, 120),
      detail: plainLine(dismissed === undefined ? from : `${dismissed} · ${from}`, 200),
      value: reference,
    };
  });
  return (await context.dialogue.pick(title, t('Which one?'), [{ label: '', items }]))?.value;
}
