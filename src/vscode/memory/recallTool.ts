import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import * as z from 'zod/mini';
import { plainLine } from '../../base/plainText.ts';
import { longestQuery, memoryKinds } from '../../protocol/memory.ts';
import type { CommandContext } from '../commands/command.ts';
import { signalOf } from '../window/cancellation.ts';
import { messageText } from '../window/messageText.ts';
import { likelyRoot } from './memoryRoot.ts';
import { recallText } from '../../protocol/recallText.ts';

/** As package.json declares it, and as it is given to the editor. */
export const recallToolName = 'nightshift_recall';

const inputSchema = z.object({
  query: z.string().check(z.minLength(1)),
  kinds: z.optional(z.array(z.enum(memoryKinds))),
  paths: z.optional(z.array(z.string().check(z.maxLength(1_000)))),
  count: z.optional(z.int().check(z.gte(1), z.lte(50))),
});

/** Tokens of all snippets where the model tells of no budget; else a share of that. */
const usualTokens = 4_000;
const budgetShare = 0.7;

/** Lets the editor's chat and other agents of the window ask the memory. It only reads; a host that does not run yet is a question. */
export function registerRecallTool(context: CommandContext): vscode.Disposable {
  return vscode.lm.registerTool<unknown>(recallToolName, {
    async prepareInvocation({ input }) {
      const checked = inputSchema.safeParse(input);
      const words = checked.success ? plainLine(checked.data.query, 60) : t('the repository');
      const root = await likelyRoot(context);
      const isAtWork = root.ok && context.hosts.of(root.value).condition.kind === 'connected';
      return {
        invocationMessage: messageText(t`Searching the memory for "${words}"`),
        ...(isAtWork || !root.ok
          ? {}
          : {
              confirmationMessages: {
                title: t('Start the memory of this repository?'),
                message: t`Nightshift starts its agent host, which indexes ${messageText(root.value)} on this machine. What it finds is given to this chat's model, without the secrets that it knows.`,
              },
            }),
      };
    },
    async invoke({ input, tokenizationOptions }, token) {
      const checked = inputSchema.safeParse(input);
      if (!checked.success) {
        throw new Error('The input needs a query, and kinds, paths and count only as the schema says.');
      }
      const root = await likelyRoot(context);
      if (!root.ok) {
        throw new Error(root.error.message);
      }
      const { query, kinds, paths, count = 10 } = checked.data;
      const budget = tokenizationOptions?.tokenBudget;
      const snippetTokens = Math.floor(Math.min(usualTokens, (budget ?? Number.POSITIVE_INFINITY) * budgetShare));
      const bridge = signalOf(token);
      try {
        const answer = await context.hosts.of(root.value).request(
          'recall',
          {
            query: query.slice(0, longestQuery),
            count,
            snippetTokens: Math.max(0, snippetTokens),
            reader: 'model',
            ...(kinds === undefined ? {} : { kinds }),
            ...(paths === undefined ? {} : { paths }),
          },
          bridge.signal,
        );
        if (!answer.ok) {
          throw new Error(answer.error.message);
        }
        return new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(recallText(answer.value))]);
      } finally {
        bridge.dispose();
      }
    },
  });
}
