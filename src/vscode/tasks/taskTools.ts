import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import * as z from 'zod/mini';
import { plainLine } from '../../base/plainText.ts';
import { patchForModel, taskForModel } from '../../protocol/taskForModel.ts';
import type { CommandContext } from '../commands/command.ts';
import type { TaskReference } from '../host/taskHost.ts';
import { signalOf } from '../window/cancellation.ts';
import { messageText } from '../window/messageText.ts';
import { repositoryFor, startTask } from './startTask.ts';

const delegateSchema = z.object({ goal: z.string().check(z.trim(), z.minLength(1), z.maxLength(20_000)) });
const statusSchema = z.object({ task: z.optional(z.string()) });
const patchSchema = z.object({ task: z.string(), paths: z.optional(z.array(z.string().check(z.maxLength(1_000)))) });

/** Tasks that a status without an id tells of, newest first. */
const toldTasks = 20;

/** Lets the editor's chat and other agents of the window delegate and look at what came of it. None of them accepts anything. */
export function registerTaskTools(context: CommandContext): vscode.Disposable {
  return vscode.Disposable.from(
    vscode.lm.registerTool<unknown>('nightshift_delegate', {
      prepareInvocation: ({ input }) => {
        const checked = delegateSchema.safeParse(input);
        const goal = checked.success ? checked.data.goal : '';
        return {
          invocationMessage: t('Delegating to a background agent'),
          confirmationMessages: {
            title: t('Delegate to a background agent?'),
            message: t`An agent works in a sandbox on a copy; your files do not change until you accept. It is asked: ${messageText(plainLine(goal, 1_000))}`,
          },
        };
      },
      invoke: async ({ input }, token) => {
        const { goal } = checkedInput(delegateSchema, input);
        const place = context.window.activeCode()?.path ?? context.window.folders()[0] ?? '';
        const root = await repositoryFor(context, place);
        const bridge = signalOf(token);
        const started = root.ok ? await startTask(context, root.value, goal, { kind: 'api' }, bridge.signal) : root;
        bridge.dispose();
        if (!started.ok) {
          throw new Error(started.error.message);
        }
        return textResult(taskForModel(started.value.task));
      },
    }),
    vscode.lm.registerTool<unknown>('nightshift_status', {
      invoke: ({ input }) => {
        const { task } = checkedInput(statusSchema, input);
        const found = task === undefined ? context.hosts.tasks().slice(0, toldTasks) : [findTask(context, task)];
        return textResult(
          found.map((each) => taskForModel(each.task)).join('\n\n') || t('No task is known in this window.'),
        );
      },
    }),
    vscode.lm.registerTool<unknown>('nightshift_patch', {
      invoke: async ({ input }, token) => {
        const { task, paths } = checkedInput(patchSchema, input);
        const found = findTask(context, task);
        const bridge = signalOf(token);
        try {
          const asked = { task: found.task.id, ...(paths === undefined ? {} : { paths }) };
          const made = await context.hosts.of(found.root).request('patch', asked, bridge.signal);
          if (!made.ok) {
            throw new Error(made.error.message);
          }
          return textResult(patchForModel(found.task.id, made.value.patch));
        } finally {
          bridge.dispose();
        }
      },
    }),
  );
}

function findTask(context: CommandContext, id: string): TaskReference {
  const found = context.hosts.tasks().find(({ task }) => task.id === id);
  if (found === undefined) {
    throw new Error(`There is no task "${id}" in this window; nightshift_status without a task lists them.`);
  }
  return found;
}

function checkedInput<Schema extends z.ZodMiniType>(schema: Schema, input: unknown): z.infer<Schema> {
  const checked = schema.safeParse(input);
  if (!checked.success) {
    throw new Error(`The input is not as the schema says: ${z.prettifyError(checked.error)}`);
  }
  return checked.data;
}

function textResult(text: string): vscode.LanguageModelToolResult {
  return new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(text)]);
}
