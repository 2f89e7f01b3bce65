import { setTimeout as sleep } from 'node:timers/promises';
import { parseModelId } from '../../../src/core/models/modelId.ts';
import type { Sandbox } from '../../../src/core/sandbox/sandbox.ts';
import { maxReadBytes } from '../../../src/protocol/guestLimits.ts';
import { createModel } from '../../../src/node/models/createModel.ts';
import { never, treeOf, value } from '../../integration/sandbox/boxes.ts';
import type { ArmRun, EvalLimits } from '../armRun.ts';
import type { EvalBoxes } from '../evalBoxes.ts';
import type { EvalTask, Files } from '../evalTask.ts';
import type { EvalModel } from '../productArm.ts';
import { runBaseline } from './baselineLoop.ts';
import { shellGoal } from './shellPrompt.ts';

/** Bytes of each output stream that are asked for; the model sees less. */
const maxOutputBytes = 64 * 1_024;
/** Milliseconds for the model to say what it is. */
const probeMs = 60_000;
const leftByInterpreters = /(?:^|\/)(?:__pycache__|node_modules)\//;

/** How the tests of a task are run by hand, as its README would say. */
export const testCommands = { javascript: 'node --test', python: 'python3 -m unittest' } as const;

/**
 * The one-tool loop on the same model, in a box of the profile in which the product runs tests. What is judged is what the box holds at
 * the end, however the loop ended.
 */
export async function runOneTool(
  task: EvalTask,
  model: EvalModel,
  limits: EvalLimits,
  boxes: EvalBoxes,
): Promise<ArmRun> {
  const id = value(parseModelId(model.id));
  const opened = value(createModel(id, modelSettings(model)));
  const { tools: hasTools } = value(await opened.probe(AbortSignal.timeout(probeMs)));
  const started = performance.now();
  const box = await boxes.start();
  const record: string[] = [];
  try {
    value(await box.putTree(treeOf(Object.entries(task.repository)), { signal: never }));
    const ports = {
      model: opened,
      hasTools,
      run: (command: string, seconds: number) => runShell(box, command, seconds),
      note: (entry: Readonly<Record<string, unknown>>) => record.push(JSON.stringify(entry)),
      sleep: (milliseconds: number) => sleep(milliseconds),
    };
    const { ended, ...used } = await runBaseline(ports, shellGoal(task.goal, testCommands[task.language]), limits);
    const result = await changedFiles(box, task.repository);
    const seconds = (performance.now() - started) / 1_000;
    const counts = { ...used, seconds, answers: used.steps, edits: 0, failedEdits: 0, rungs: {} };
    return { counts, ended, result, record: record.map((line) => `${line}\n`).join('') };
  } finally {
    await box.destroy();
  }
}

/** The same servers as the product's: its command reads these variables too. */
function modelSettings({ ollamaHost }: EvalModel): Parameters<typeof createModel>[1] {
  const openaiBaseUrl = process.env['NIGHTSHIFT_OPENAI_BASE_URL'] ?? '';
  const key = process.env['NIGHTSHIFT_OPENAI_API_KEY']?.trim() ?? '';
  return {
    ...(ollamaHost === undefined ? {} : { ollamaHost }),
    ...(openaiBaseUrl === '' ? {} : { openaiBaseUrl }),
    ...(key === '' ? {} : { keyOf: () => key }),
  };
}

async function runShell(box: Sandbox, command: string, seconds: number) {
  const timeoutMs = Math.round(seconds * 1_000);
  const params = { argv: ['sh', '-c', command], environment: { NO_COLOR: '1' }, timeoutMs, maxOutputBytes };
  return value(await box.request('run_command', params, { signal: never, deadlineMs: timeoutMs + 15_000 }));
}

async function changedFiles(box: Sandbox, repository: Files): Promise<Files> {
  const files: Record<string, string> = { ...repository };
  const { changes } = value(await box.request('list_changes', {}, { signal: never }));
  for (const change of changes.filter(({ path }) => !leftByInterpreters.test(path))) {
    if (change.op === 'delete') {
      delete files[change.path];
      continue;
    }
    const params = { path: change.path, from: 'repository', offset: 0, length: maxReadBytes } as const;
    const read = await box.request('read_bytes', params, { signal: never });
    if (read.ok) files[change.path] = Buffer.from(read.value.bytes, 'base64').toString('utf8');
  }
  return files;
}
