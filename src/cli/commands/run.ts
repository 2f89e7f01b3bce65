import { resolve } from 'node:path';
import * as z from 'zod/mini';
import { fail, ok, type Result } from '../../base/result.ts';
import type { HostClient } from '../../host/client/hostClient.ts';
import { largestLimits, type TaskSettings, type TraceLine, usualLimits } from '../../protocol/host.ts';
import type { TaskView } from '../../protocol/taskView.ts';
import type { CliFailure, Command, Invocation, OptionValues } from '../command.ts';
import { usage, type UsageFailure } from '../commandLine.ts';
import { exitCode, runExitCode } from '../exitCode.ts';
import { followTask } from '../followTask.ts';
import { flag, stringOption } from '../optionValues.ts';
import { withHost } from '../withHost.ts';

/** Milliseconds for a cancelled task to come to rest. */
const cancelMs = 15_000;
/** As the protocol has it. */
const maxGoalLength = 20_000;

export const runCommand: Command = {
  name: 'run',
  summary: 'Delegate a goal to an agent and wait for the patch and its proof',
  operands: [
    {
      name: '"GOAL"',
      missing: 'What is to be done? Give the goal, for example: nightshift run "fix the failing test".',
    },
  ],
  options: {
    model: {
      type: 'string',
      value: 'driver:name',
      help: 'the model (default: NIGHTSHIFT_MODEL, else an installed Ollama model with tools)',
    },
    'ollama-host': { type: 'string', value: 'URL', help: 'address of Ollama (default: OLLAMA_HOST)' },
    'test-command': {
      type: 'string',
      value: 'ARGV',
      help: `how to run the tests, a JSON list, for example '["npm","test"]'`,
    },
    'allow-setup': {
      type: 'boolean',
      help: 'agree to the environment that the repository asks for now (`nightshift environment` shows it)',
    },
    detach: { type: 'boolean', help: 'do not wait; the task goes on in the background' },
    'require-gvisor': { type: 'boolean', help: 'refuse to run on a shared kernel' },
    'max-tokens': { type: 'string', value: 'N', help: `the most new tokens (default: ${usualLimits.newTokens})` },
    'max-steps': { type: 'string', value: 'N', help: `the most steps (default: ${usualLimits.steps})` },
    'max-minutes': {
      type: 'string',
      value: 'N',
      help: `the most minutes of work (default: ${usualLimits.seconds / 60})`,
    },
  },
  json: true,
  ownInterrupts: true,
  run: async (invocation) => {
    const { io, values, positionals } = invocation;
    const goal = (positionals[0] ?? '').trim();
    if (goal.length > maxGoalLength) {
      return usage(
        `The goal has ${goal.length} characters, ${maxGoalLength} are allowed. Put details into a file of the repository.`,
      );
    }
    const settings = taskSettings(values, io.environment);
    if (!settings.ok) {
      return settings.error;
    }
    const model = absoluteScript(
      stringOption(values, 'model') ?? (io.environment['NIGHTSHIFT_MODEL'] || 'auto'),
      io.cwd,
    );
    const interrupts = new AbortController();
    const listening = io.onInterrupt(() => interrupts.abort());
    try {
      const scoped = { ...invocation, signal: interrupts.signal };
      return await withHost(scoped, { trace: true, start: true }, async (client) => {
        const created = await client.request('createTask', {
          goal,
          origin: { kind: 'cli' },
          model,
          settings: settings.value,
        });
        return created.ok ? work(scoped, client, created.value.task) : created.error;
      });
    } finally {
      listening.dispose();
    }
  },
};

async function work(invocation: Invocation, client: HostClient, task: TaskView): Promise<number | CliFailure> {
  const { writer, values, signal } = invocation;
  if (flag(values, 'detach')) {
    writer.detached(task);
    return exitCode.done;
  }
  writer.started(task);
  let from = 0;
  const onLine = (line: TraceLine): void => {
    from = line.seq + 1;
    writer.progress(task.id, line);
  };
  const follow = (until: AbortSignal) => followTask({ client, task: task.id, from, onLine, signal: until });
  const outcome = await follow(signal);
  if (signal.aborted) {
    return cancel(invocation, client, task, follow);
  }
  if (!outcome.ok) {
    return outcome.error;
  }
  const patch = outcome.value.changeset === undefined ? undefined : await client.request('patch', { task: task.id });
  writer.task(outcome.value, patch?.ok === true ? patch.value.patch : undefined);
  return runExitCode(outcome.value);
}

/** The first interrupt cancels the task and waits for it to rest; the next one ends the process. */
async function cancel(
  { writer }: Invocation,
  client: HostClient,
  task: TaskView,
  follow: (until: AbortSignal) => ReturnType<typeof followTask>,
): Promise<number> {
  writer.note('Cancelling the task. Interrupt again to leave at once.');
  const cancelled = await client.request('cancelTask', { task: task.id });
  const rested = cancelled.ok ? await follow(AbortSignal.timeout(cancelMs)) : cancelled;
  if (rested.ok) {
    const view = client.state.tasks.find((each) => each.id === task.id);
    writer.task(view ?? task);
  } else {
    writer.note(rested.error.message);
  }
  return exitCode.interrupted;
}

function taskSettings(
  values: OptionValues,
  environment: Invocation['io']['environment'],
): Result<TaskSettings, UsageFailure> {
  const testCommand = argv(values);
  const tokens = limit(values, 'max-tokens', largestLimits.newTokens);
  const steps = limit(values, 'max-steps', largestLimits.steps);
  const minutes = limit(values, 'max-minutes', largestLimits.seconds / 60);
  for (const part of [testCommand, tokens, steps, minutes]) {
    if (!part.ok) {
      return part;
    }
  }
  const ollamaHost = stringOption(values, 'ollama-host') ?? (environment['OLLAMA_HOST'] || undefined);
  const limits = {
    ...(tokens.ok && tokens.value !== undefined ? { newTokens: tokens.value } : {}),
    ...(steps.ok && steps.value !== undefined ? { steps: steps.value } : {}),
    ...(minutes.ok && minutes.value !== undefined ? { seconds: minutes.value * 60 } : {}),
  };
  return ok({
    ...(ollamaHost === undefined ? {} : { ollamaHost }),
    ...(testCommand.ok && testCommand.value !== undefined ? { testCommand: testCommand.value } : {}),
    ...(flag(values, 'allow-setup') ? { allowSetup: true } : {}),
    ...(flag(values, 'require-gvisor') ? { requireGvisor: true } : {}),
    ...(Object.keys(limits).length === 0 ? {} : { limits }),
  });
}

/** An option is the user's own word: it raises a limit as well as it lowers it. */
function limit(values: OptionValues, name: string, ceiling: number): Result<number | undefined, UsageFailure> {
  const text = stringOption(values, name);
  if (text === undefined) {
    return ok(undefined);
  }
  return /^[1-9]\d*$/.test(text) && Number(text) <= ceiling
    ? ok(Number(text))
    : fail(usage(`--${name} takes a whole number from 1 to ${ceiling}, not "${text}".`));
}

function argv(values: OptionValues): Result<string[] | undefined, UsageFailure> {
  const text = stringOption(values, 'test-command');
  if (text === undefined) {
    return ok(undefined);
  }
  const parsed = z
    .array(z.string().check(z.minLength(1)))
    .check(z.minLength(1))
    .safeParse(parseJson(text));
  return parsed.success
    ? ok(parsed.data)
    : fail(usage(`--test-command takes a JSON list of words, for example '["npm","test"]'.`));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The host works in another folder: the path of a recording is made independent of it. */
function absoluteScript(model: string, cwd: string): string {
  const script = /^replay:(.+)$/s.exec(model)?.[1];
  return script === undefined ? model : `replay:${resolve(cwd, script)}`;
}
