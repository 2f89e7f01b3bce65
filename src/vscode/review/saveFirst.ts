import { t } from '@vscode/l10n';
import type { ChangedFileView } from '../../protocol/taskView.ts';
import type { CommandContext } from '../commands/command.ts';
import { note } from '../tasks/showFailure.ts';

export interface SaveWords {
  readonly question: string;
  /** Of the button. */
  readonly agree: string;
  /** What does not happen where a file cannot be saved: "accepted". */
  readonly past: string;
}

/** What the person has not saved of these files is saved, once they agree. Answers false where something is not saved. */
export async function saveFirst(
  context: CommandContext,
  root: string,
  files: readonly ChangedFileView[],
  { question, agree, past }: SaveWords,
): Promise<boolean> {
  const { window, dialogue } = context;
  const unsaved = window.unsaved(files.map((file) => absolutePath(root, file.path)));
  const names = unsaved.map((path) => path.slice(root.length + 1)).join(', ');
  if (unsaved.length === 0) {
    return true;
  }
  const agreed = await dialogue.confirm(
    question,
    t`You have changes that are not saved in ${names}. They are saved first and merged with the agent's; nothing of yours is lost.`,
    agree,
  );
  if (!agreed) {
    return false;
  }
  if (await window.save(unsaved)) {
    return true;
  }
  note(context, 'error', t`Not ${past}, since not every file could be saved: ${names}.`);
  return false;
}

/** The path as the editor names it on this platform. */
function absolutePath(root: string, path: string): string {
  return root.includes('\\') ? `${root}\\${path.replaceAll('/', '\\')}` : `${root}/${path}`;
}
