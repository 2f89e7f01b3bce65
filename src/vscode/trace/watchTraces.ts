import { t } from '@vscode/l10n';
import { errorText } from '../../base/failure.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import type { TraceHead } from '../../protocol/host.ts';
import type { TaskView } from '../../protocol/taskView.ts';
import type { CommandContext } from '../commands/command.ts';
import { note } from '../tasks/showFailure.ts';
import { isActive } from '../tasks/taskText.ts';

/**
 * Remembers how far the trace of each task at rest had come, and says once when a trace has since been put back or its end was
 * written anew. What a move left is on disk before it is shown, so even a power cut takes nothing of it back.
 */
export function watchTraces(context: CommandContext): Disposable {
  const looked = new Map<string, string>();
  return context.hosts.onDidChange(({ root, tasks }) => {
    for (const task of tasks) {
      const head = headOf(task);
      const name = `${root}\n${task.id}`;
      if (head === undefined || isActive(task) || looked.get(name) === `${head.seq} ${head.hash}`) {
        continue;
      }
      looked.set(name, `${head.seq} ${head.hash}`);
      look(context, root, task, head).catch((error: unknown) => context.log.error(errorText(error)));
    }
  });
}

function headOf({ trace: { events, head } }: TaskView): TraceHead | undefined {
  return head === undefined || events === 0 ? undefined : { seq: events - 1, hash: head };
}

async function look(context: CommandContext, root: string, task: TaskView, head: TraceHead): Promise<void> {
  const known = await context.anchors.head(root, task.id);
  const wrong = known === undefined ? undefined : contradiction(known, head);
  if (wrong === undefined) {
    await context.anchors.rememberHead(root, task.id, head);
    return;
  }
  context.log.error(`The trace of ${task.id} ${wrong}.`);
  note(context, 'error', t`The trace of "${task.goal.slice(0, 60)}" ${wrong}. Do not rely on this task's record.`);
}

function contradiction(known: TraceHead, head: TraceHead): string | undefined {
  if (head.seq < known.seq) {
    return t`was put back: it has ${head.seq + 1} events, and had ${known.seq + 1} when this editor saw it last`;
  }
  return head.seq === known.seq && head.hash !== known.hash
    ? t('was written anew since this editor saw it last')
    : undefined;
}
