import { t } from '@vscode/l10n';
import { type Disposable, DisposableStore } from '../../base/lifecycle.ts';
import { acceptTask } from '../review/acceptTask.ts';
import { showReview } from '../review/reviewTask.ts';
import type { CommandContext } from '../commands/command.ts';
import { answerButtons } from './answerQuestion.ts';
import { type Attention, AttentionWatch } from './attention.ts';
import { GatheredNotes } from './gatheredNotes.ts';
import type { TaskReference } from '../host/taskHost.ts';
import { taskTitle } from './taskText.ts';
import { isResumedByButton } from './failureFix.ts';
import { resume, resumeLabel } from './resumeTask.ts';
import { fixButtons, note } from './showFailure.ts';
import { showTasks } from './showTasks.ts';

/** Names that a note of many tasks has room for. */
const namedTasks = 3;
/** Characters of each. */
const gatheredTitle = 40;

/** One quiet note when a task is ready or needs a person; never a second one for the same change, and one for many at once. */
export function announceTasks(context: CommandContext): Disposable {
  const owned = new DisposableStore();
  const notes = owned.add(
    new GatheredNotes((titles) => {
      const named = titles.slice(0, namedTasks).join('; ');
      const more = titles.length > namedTasks ? t`; and ${titles.length - namedTasks} more` : '';
      note(context, 'information', t`${titles.length} tasks have news: ${named}${more}`, {
        'Show Tasks': () => showTasks(context, undefined),
      });
    }),
  );
  const watch = new AttentionWatch((task, root, attention) =>
    notes.tell({ title: taskTitle(task, gatheredTitle), show: () => tell(context, { root, task }, attention) }),
  );
  owned.add(context.hosts.onDidChange((host) => watch.update(host.root, host.tasks)));
  return owned;
}

function tell(context: CommandContext, { root, task }: TaskReference, attention: Attention): void {
  if (attention.kind === 'ready') {
    note(context, 'information', attention.message, {
      Review: () => showReview(context, { root, task }),
      'Accept All': () => acceptTask(context, { root, task: task.id }),
    });
    return;
  }
  if (attention.kind === 'asks') {
    note(context, 'information', attention.message, answerButtons(context, { root, task }));
    return;
  }
  note(context, 'warning', attention.message, {
    ...fixButtons(context, attention.code),
    ...(isResumedByButton(attention.code) ? { [resumeLabel(task)]: () => resume(context, { root, task }) } : {}),
    'Show Tasks': () => showTasks(context, undefined),
  });
}
