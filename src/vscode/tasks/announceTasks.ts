import type { Disposable } from '../../base/lifecycle.ts';
import { acceptTask } from '../review/acceptTask.ts';
import { showReview } from '../review/reviewTask.ts';
import type { CommandContext } from '../commands/command.ts';
import { answerButtons } from './answerQuestion.ts';
import { AttentionWatch } from './attention.ts';
import { isResumedByButton } from './failureFix.ts';
import { resume, resumeLabel } from './resumeTask.ts';
import { fixButtons, note } from './showFailure.ts';
import { showTasks } from './showTasks.ts';

/** One quiet note when a task is ready or needs a person; never a second one for the same change. */
export function announceTasks(context: CommandContext): Disposable {
  const watch = new AttentionWatch((task, root, attention) => {
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
  });
  return context.hosts.onDidChange((host) => watch.update(host.root, host.tasks));
}
