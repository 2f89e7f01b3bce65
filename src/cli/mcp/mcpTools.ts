import type { CallToolResult, McpServer, ServerContext } from '@modelcontextprotocol/server';
import * as z from 'zod';
import { errorText, failure, type Failure } from '../../base/failure.ts';
import { plainText } from '../../base/plainText.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { HostClient } from '../../host/client/hostClient.ts';
import type { TaskSettings } from '../../protocol/host.ts';
import { longestQuery, memoryKinds } from '../../protocol/memory.ts';
import { recallText } from '../../protocol/recallText.ts';
import { patchForModel, taskForModel } from '../../protocol/taskForModel.ts';
import { findTask } from '../findTask.ts';
import { followTask, isResting } from '../followTask.ts';

/** What the tools need of a client of the host; a `HostClient` has it. */
export type McpHost = Pick<HostClient, 'state' | 'request' | 'onDidChangeState' | 'onDidClose'>;

export interface McpToolOptions {
  /** The host of the repository, started where it has to be. */
  readonly host: () => Promise<Result<McpHost, Failure>>;
  readonly model: string;
  readonly settings: TaskSettings;
  /** Takes a line about what went wrong beside the calls; the client is not told by this. */
  readonly note: (line: string) => void;
}

const text = (most: number) => z.string().trim().min(1).max(most);
const path = z.string().min(1).max(1_000);
const taskId = text(100).describe('The id of a task, for example task-0123456789, or its beginning.');

const delegateSchema = z.strictObject({
  goal: text(20_000).describe('What the agent should do, with everything it needs to know.'),
  file: path.optional().describe('The file that it is about, from the root of the repository.'),
  startLine: z.int().min(1).optional(),
  endLine: z.int().min(1).optional(),
});
const statusSchema = z.strictObject({
  task: taskId.optional(),
  waitSeconds: z.int().min(0).max(600).optional().describe('How long to wait at most; 0 when absent.'),
});
const patchSchema = z.strictObject({
  task: taskId,
  paths: z.array(path).max(1_000).optional().describe('Only these files; all when absent.'),
});
const recallSchema = z.strictObject({
  query: text(longestQuery),
  kinds: z.array(z.enum(memoryKinds)).optional(),
  paths: z.array(path).optional(),
  count: z.int().min(1).max(50).optional(),
});

const readOnly = { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false };

/** Tasks that a status without an id lists, newest first. */
const listedTasks = 20;

/** Gives a server the tools that agents have. None of them changes the checkout: what an agent made is accepted by a person, elsewhere. */
export function addMcpTools(server: McpServer, { host, model, settings, note }: McpToolOptions): void {
  /** Only a client that gave a token wants to know. */
  const tellProgress = ({ mcpReq }: ServerContext, progress: number, message: string): void => {
    const progressToken = mcpReq._meta?.progressToken;
    if (progressToken !== undefined && !mcpReq.signal.aborted) {
      mcpReq
        .notify({ method: 'notifications/progress', params: { progressToken, progress, message } })
        .catch((error: unknown) => note(errorText(error)));
    }
  };
  const answered = async (use: (client: McpHost) => Promise<Result<string, Failure>>): Promise<CallToolResult> => {
    const client = await host();
    const answer = client.ok ? await use(client.value) : client;
    const told = plainText(answer.ok ? answer.value : answer.error.message);
    return { content: [{ type: 'text', text: told }], isError: !answer.ok };
  };

  server.registerTool(
    'delegate',
    {
      title: 'Delegate to Background Agent',
      description:
        'Starts an agent in a sandbox on a copy of this git repository and answers at once with its task id. The checkout does not change: the result is a patch with test runs before and after, which a person reviews. Ask `status` for how it goes.',
      inputSchema: delegateSchema,
      annotations: { ...readOnly, readOnlyHint: false, idempotentHint: false },
    },
    ({ goal, file, startLine, endLine }) =>
      answered(async (client) => {
        const same = client.state.tasks.find((task) => task.goal === goal && !isResting(task));
        if (same !== undefined) {
          return fail(failure('already-delegated', `An agent is at this already: task ${same.id}.`));
        }
        const origin = {
          kind: 'api' as const,
          ...(file === undefined ? {} : { file }),
          ...(startLine === undefined ? {} : { startLine }),
          ...(endLine === undefined ? {} : { endLine }),
        };
        const created = await client.request('createTask', { goal, origin, model, settings });
        return created.ok ? ok(taskForModel(created.value.task)) : created;
      }),
  );

  server.registerTool(
    'status',
    {
      title: 'Status of Tasks',
      description:
        'How a task stands: state, proof, changed files, votes. Without `task` the newest tasks. With `waitSeconds` it waits until the task needs nobody but a person, and tells of its progress. Cancelling ends the wait, not the task.',
      inputSchema: statusSchema,
      annotations: readOnly,
    },
    ({ task: given, waitSeconds = 0 }, context) =>
      answered(async (client) => {
        const { tasks } = client.state;
        if (given === undefined) {
          const newest = tasks.toSorted((a, b) => b.createdAt.localeCompare(a.createdAt)).slice(0, listedTasks);
          return ok(newest.map(taskForModel).join('\n\n') || 'There are no tasks in this repository.');
        }
        const found = findTask(tasks, given);
        if (!found.ok || waitSeconds === 0) {
          return found.ok ? ok(taskForModel(found.value)) : found;
        }
        const { id } = found.value;
        const { signal } = context.mcpReq;
        const waited = await followTask({
          client,
          task: id,
          onLine: ({ seq, type }) => tellProgress(context, seq + 1, type),
          signal: AbortSignal.any([signal, AbortSignal.timeout(waitSeconds * 1_000)]),
        });
        const now = client.state.tasks.find((task) => task.id === id) ?? found.value;
        return waited.ok || waited.error.reason === 'aborted' ? ok(taskForModel(now)) : waited;
      }),
  );

  server.registerTool(
    'patch',
    {
      title: 'Patch of a Task',
      description: 'The unified diff that a task made, all of it or of some paths. It applies nothing.',
      inputSchema: patchSchema,
      annotations: readOnly,
    },
    ({ task, paths }, { mcpReq }) =>
      answered(async (client) => {
        const found = findTask(client.state.tasks, task);
        if (!found.ok) {
          return found;
        }
        const { id } = found.value;
        const asked = { task: id, ...(paths === undefined ? {} : { paths }) };
        const made = await client.request('patch', asked, mcpReq.signal);
        return made.ok ? ok(patchForModel(id, made.value.patch)) : made;
      }),
  );

  server.registerTool(
    'recall',
    {
      title: 'Search Memory',
      description:
        'Searches the local index of this git repository: code and tests by symbol, documents, decisions, commits, and tasks that agents solved before. Takes words, a question, or an error message with its stack trace.',
      inputSchema: recallSchema,
      annotations: readOnly,
    },
    ({ query, count = 10, kinds, paths }, { mcpReq }) =>
      answered(async (client) => {
        const narrow = { ...(kinds === undefined ? {} : { kinds }), ...(paths === undefined ? {} : { paths }) };
        const asked = { query, count, snippetTokens: 4_000, reader: 'model' as const, ...narrow };
        const answer = await client.request('recall', asked, mcpReq.signal);
        return answer.ok ? ok(recallText(answer.value)) : answer;
      }),
  );
}
