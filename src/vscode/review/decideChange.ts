import { t } from '@vscode/l10n';
import { Serializer } from '../../base/async.ts';
import type { HostResult } from '../../protocol/host.ts';
import type { ChangedFileView } from '../../protocol/taskView.ts';
import type { Command, CommandContext } from '../commands/command.ts';
import type { TaskReference } from '../host/taskHost.ts';
import { showFailure } from '../tasks/showFailure.ts';
import { applyFiles, type FileToApply } from './applyFiles.ts';
import { changedRange, type LineRange, nextLine, openHunks, touchedHunks } from './offeredLines.ts';
import { parseAddress } from './reviewTitle.ts';

/** Accepts the changes of a file at a place: in the gutter's peek, or under the cursor of the review. */
export const acceptChange: Command = (context, address, changes, index) =>
  decide(context, pointed(address, changes, index), async (reference, file, hunks, goOn) => {
    if (file.protected !== undefined) {
      const agreed = await context.dialogue.confirm(
        t`Accept a change of the protected file ${file.path}?`,
        file.protected,
        t('Accept Change'),
      );
      if (!agreed) {
        return;
      }
    }
    const wanted: FileToApply = { path: file.path, hunks };
    const applied = await applyFiles(context, reference, [file], [wanted]);
    if (applied !== undefined && applied.length > 0) {
      goOn();
    }
  });

/** Leaves them out. Nothing is written to the checkout. */
export const rejectChange: Command = (context, address, changes, index) =>
  decide(context, pointed(address, changes, index), async ({ root, task, address }, { path }, hunks, goOn) => {
    // The lines of what is rejected go, and the cursor then moves with the text.
    goOn();
    const shown = context.window.reviewChanged(address);
    const params = { task: task.id, file: { path, hunks }, restore: false };
    const answer = await context.hosts.of(root).request('rejectChanges', params, new AbortController().signal);
    if (!answer.ok) {
      showFailure(context, answer.error);
      return;
    }
    await shown;
  });

/** One decision after the other: where the next one stands is told by the text as the one before left it. */
const decisions = new Serializer();

interface Pointed {
  readonly address: string;
  readonly range: LineRange;
}

function pointed(address: unknown, changes: unknown, index: unknown): Pointed | undefined {
  const range = changedRange(changes, index);
  return range === undefined ? undefined : { address: String(address), range };
}

interface Place extends TaskReference {
  readonly address: string;
}

type Act = (place: Place, file: ChangedFileView, hunks: number[], goOn: () => void) => Promise<void>;

function decide(context: CommandContext, given: Pointed | undefined, act: Act): Promise<void> {
  return decisions.run(() => decideNow(context, given, act));
}

async function decideNow(context: CommandContext, given: Pointed | undefined, act: Act): Promise<void> {
  const at = given ?? context.window.reviewCursor();
  const side = at === undefined ? undefined : parseAddress(at.address);
  const reference = side === undefined ? undefined : context.hosts.find(side.root, side.task);
  const file = reference?.task.changeset?.files.find(({ path }) => path === side?.path);
  if (at === undefined || reference?.task.state !== 'ready' || file === undefined) {
    context.dialogue.mention(t('Put the cursor into a change of a result that waits for you.'));
    return;
  }
  const hunks = await hunksOf(context, reference, file.path);
  if (hunks === undefined) {
    return;
  }
  if (hunks === null) {
    context.dialogue.mention(t`${file.path} is added, deleted or binary: accept or reject it as a whole.`);
    return;
  }
  const open = openHunks(hunks);
  const touched = touchedHunks(open, at.range);
  if (touched.length === 0) {
    context.dialogue.mention(open.length === 0 ? t('Every change of this file is decided.') : t('No change is here.'));
    return;
  }
  const line = given === undefined ? nextLine(open, touched) : undefined;
  const numbers = touched.map(({ number }) => number);
  await act({ ...reference, address: at.address }, file, numbers, () => {
    if (line !== undefined) {
      context.window.moveInReview(at.address, line);
    }
  });
}

async function hunksOf(
  context: CommandContext,
  { root, task }: TaskReference,
  path: string,
): Promise<HostResult<'hunks'>['hunks'] | undefined> {
  const answer = await context.hosts.of(root).request('hunks', { task: task.id, path }, new AbortController().signal);
  if (answer.ok) {
    return answer.value.hunks;
  }
  showFailure(context, answer.error);
  return undefined;
}
