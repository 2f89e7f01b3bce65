import { t } from '@vscode/l10n';
import type { PickGroup, PickItem } from '../window/dialogue.ts';
import { type Attachment, attachmentRow } from './attachment.ts';
import { type PlacedAttachment, usualGoal } from './composeDelegation.ts';
import { openMention, type Mention } from './mentionText.ts';

/** What a row of the box stands for. */
export type BoxRow =
  | { readonly kind: 'send' }
  | { readonly kind: 'attached'; readonly attachment: Attachment }
  | { readonly kind: 'found'; readonly attachment: Attachment; readonly name: string }
  | { readonly kind: 'add'; readonly sign: Mention['sign'] }
  | { readonly kind: 'nothing' };

/** `found` are the rows for the mention at the end of the text; undefined while they are looked for. */
export function boxRows(
  text: string,
  attached: readonly PlacedAttachment[],
  found: readonly PickItem<BoxRow>[] | undefined,
  ready?: string,
): readonly PickGroup<BoxRow>[] {
  const mention = openMention(text);
  const send = sendRow(text, attached, ready);
  if (mention === undefined) {
    return [{ label: '', items: [send] }, contextGroup(attached), { label: t('Add'), items: addRows }];
  }
  if (found === undefined) {
    const searching: PickItem<BoxRow> = {
      icon: 'loading~spin',
      label: t('Searching…'),
      description: '',
      value: { kind: 'nothing' },
    };
    return [{ label: '', items: [searching] }, contextGroup(attached)];
  }
  // Words that only look like a mention, a decorator for example, can still be sent; but not by an Enter that means what was found.
  const what = mention.sign === '@' ? 'file' : 'symbol';
  const asItIs: PickItem<BoxRow> =
    found.length === 0
      ? { ...send, description: t`no ${what} is called like this · ${send.description}` }
      : { ...send, label: t('Delegate without it'), description: t`no ${what} is meant` };
  return [{ label: t`Attach a ${what}`, items: found }, { label: '', items: [asItIs] }, contextGroup(attached)];
}

/** Its label begins with what was typed: the list of the editor puts such rows first. */
function sendRow(text: string, attached: readonly PlacedAttachment[], ready: string | undefined): PickItem<BoxRow> {
  const words = text.trim();
  if (words === '' && attached.length === 0 && ready === undefined) {
    return {
      icon: 'info',
      label: t('Type what the agent should do'),
      description: t('@ attaches a file, # a symbol'),
      value: { kind: 'nothing' },
    };
  }
  const [label = ''] = words === '' ? (ready ?? usualGoal(attached)).split('\n') : [words];
  return { icon: 'rocket', label, description: t('Enter delegates this'), value: { kind: 'send' } };
}

function contextGroup(attached: readonly PlacedAttachment[]): PickGroup<BoxRow> {
  return {
    label: t('Context that goes with it'),
    items: attached.map((each) => {
      const row = attachmentRow<BoxRow>(each, each.file, { kind: 'attached', attachment: each });
      return {
        ...row,
        description: [row.description, t('Enter removes it')].filter(Boolean).join(' · '),
        buttons: [
          { name: 'show', icon: 'eye', tooltip: t('Show') },
          { name: 'remove', icon: 'close', tooltip: t('Remove') },
        ],
      };
    }),
  };
}

const addRows: readonly PickItem<BoxRow>[] = [
  { icon: 'file-add', label: t('Add a File…'), description: '@', value: { kind: 'add', sign: '@' } },
  { icon: 'symbol-method', label: t('Add a Symbol…'), description: '#', value: { kind: 'add', sign: '#' } },
];
