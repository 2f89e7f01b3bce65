import { plainLine } from '../../base/plainText.ts';
import type { OriginView } from '../../protocol/host.ts';
import { type Attachment, placeOf } from './attachment.ts';

/** A piece with its path relative to the repository, with `/`; absent for what is in no file. */
export interface PlacedAttachment extends Attachment {
  readonly file?: string;
}

/** Of the protocol's origin. */
const longestText = 20_000;
const longestWish = 15_000;
const longestPlaces = 4_000;
const mostPlaces = 20;
const longestLine = 300;

/** Goal and origin of a task. An empty wish stands for `ready`, else for what is usually wanted of such pieces. */
export function composeDelegation(
  wish: string,
  attachments: readonly PlacedAttachment[],
  ready = usualGoal(attachments),
): { readonly goal: string; readonly origin: OriginView } {
  const words = wish.trim().slice(0, longestWish);
  const about = attachments.length === 0 ? '' : `\nThis is about ${placesOf(attachments)}.`;
  return { goal: words === '' ? ready : `${words}${about}`, origin: originOf(attachments) };
}

/** What is wanted of pieces where the person says nothing: the first line stands for the task in lists. */
export function usualGoal(attachments: readonly PlacedAttachment[]): string {
  const places = placesOf(attachments);
  if (attachments.every(({ kind }) => kind === 'change')) {
    return `Finish the changes in ${places}\nThey are not committed: look for what is unfinished or wrong in them, mend it, and leave the rest of the repository as it is.`;
  }
  if (attachments.every(({ kind }) => kind === 'commit')) {
    return `Finish ${places}\nLook for what is unfinished or wrong in what was changed there, mend it, and leave the rest of the repository as it is.`;
  }
  const [first] = attachments;
  if (first?.kind === 'terminal' && attachments.length === 1) {
    return `Fix what the terminal shows: ${firstLine(first.text ?? '')}\nFind out why it comes, and mend the cause in this repository.`;
  }
  return `Work on ${places}\nFinish what is unfinished, fix what is wrong, and leave the rest of the repository as it is.`;
}

function placesOf(attachments: readonly PlacedAttachment[]): string {
  const shown = attachments.slice(0, mostPlaces).map((each) => placeOf(each, each.file));
  const more = attachments.length - shown.length;
  return plainLine([...shown, ...(more === 0 ? [] : [`and ${more} more`])].join('; '), longestPlaces);
}

function originOf(attachments: readonly PlacedAttachment[]): OriginView {
  const [first] = attachments;
  const placed = attachments.find(({ file = '' }) => file !== '');
  const text = textOf(attachments);
  const { file, startLine, endLine = startLine } = placed ?? {};
  return {
    kind: first === undefined ? 'command' : kindOf(first),
    ...(file === undefined ? {} : { file }),
    ...(startLine === undefined || endLine === undefined ? {} : { startLine, endLine }),
    ...(text === '' ? {} : { text }),
  };
}

function kindOf({ kind }: Attachment): OriginView['kind'] {
  return kind === 'problem' ? 'diagnostic' : kind === 'symbol' ? 'selection' : isOrigin(kind) ? kind : 'command';
}

function isOrigin(kind: Attachment['kind']): kind is Attachment['kind'] & OriginView['kind'] {
  return kind === 'terminal' || kind === 'selection' || kind === 'todo' || kind === 'test';
}

/** The text of one piece as it is; of several each with its place above, where long ones leave room for the others. */
function textOf(attachments: readonly PlacedAttachment[]): string {
  const [first] = attachments;
  if (attachments.length < 2) {
    return shorten(first?.text ?? '', longestText, first?.kind === 'terminal');
  }
  const share = Math.floor(longestText / attachments.length) - 2;
  const parts = attachments.map((each) => {
    const head = plainLine(placeOf(each, each.file), longestLine);
    const text = each.text ?? '';
    return text === ''
      ? head.slice(0, share)
      : `${head}:\n${shorten(text, Math.max(share - head.length - 2, 0), each.kind === 'terminal')}`.slice(0, share);
  });
  return parts.join('\n\n');
}

/** Of a terminal the end counts. */
function shorten(text: string, longest: number, isEnd: boolean): string {
  return text.length <= longest ? text : isEnd ? text.slice(text.length - longest) : text.slice(0, longest);
}

function firstLine(text: string): string {
  return plainLine(text.split('\n').find((line) => line.trim() !== '') ?? '', longestLine);
}
