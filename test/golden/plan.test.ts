import { describe, expect, test } from 'vitest';
import { Emitter } from '../../src/base/event.ts';
import { ok } from '../../src/base/result.ts';
import { roleNames } from '../../src/core/models/roleName.ts';
import { estimateTokens } from '../../src/core/models/tokenEstimate.ts';
import { fixedTokens } from '../../src/core/models/contextAssembly.ts';
import { implementer } from '../../src/core/agents/implementer.ts';
import { supervisor } from '../../src/core/agents/supervisor.ts';
import { parsePlan } from '../../src/core/models/plan.ts';
import { wantsPlan } from '../../src/core/supervisor/planning.ts';
import { toTaskView } from '../../src/core/tasks/taskView.ts';
import { functionModel, type Said } from '../fakes/functionModel.ts';
import { type Play, playPipeline, transcript } from './playPipeline.ts';

type Turns = Play['turns'];

const call = (name: string, args: Record<string, unknown>): Turns[number] => ({ calls: [{ name, arguments: args }] });
const edit = call('edit_file', { path: 'src/sum.js', oldText: 'a - b', newText: 'a + b' });
const finish = call('finish', { summary: 'add now adds.' });
const steps = ['Read src/sum.js.', 'Mend add.', 'Run the tests.'];
const planned: Turns[number] = { text: JSON.stringify({ steps }) };
const always = { plan: 'always' } as const;

/** Answers calls for a plan with the first turns, in order, and the agent with the others, by how much it has said. */
function planner(plans: Turns, turns: Turns) {
  let asked = 0;
  return functionModel((request): Said => {
    const said = request.messages.filter(({ role }) => role === 'assistant').length;
    const { usage, ...turn } = (request.format === undefined ? turns[said] : plans[asked++]) ?? { text: '' };
    const { prompt, output } = usage ?? {};
    const counts = prompt === undefined || output === undefined ? {} : { usage: { prompt, output } };
    return { text: turn.text ?? '', calls: turn.calls ?? [], ...counts };
  });
}

describe('a plan', () => {
  test('is made before the first run, told last in each request, and stands in the trace', async () => {
    const { trace } = await playPipeline({ settings: always, model: planner([planned], [edit, finish]) });
    const task = trace.task();
    expect(task).toMatchObject({ state: 'ready', plan: { steps }, usage: { steps: 3 } });
    expect(toTaskView(task, '/trace').plan).toEqual(steps);
    const [asked, ...others] = [...trace.artifacts.values()]
      .map((bytes) => new TextDecoder().decode(bytes))
      .filter((text) => text.startsWith('{"messages"'));
    expect(asked).toContain('"format":{"type":"object"');
    expect(asked).toContain('"tools":[]');
    expect(others).toHaveLength(2);
    for (const text of others) {
      expect(text).toContain(
        String.raw`The plan:\n1. Read src/sum.js.\n2. Mend add.\n3. Run the tests.\n\nLeft for this task`,
      );
    }
    await expect(transcript(trace.events)).toMatchFileSnapshot('traces/planned.txt');
  });

  test('that cannot be made keeps no task from its work: asked for twice, recorded, and not again', async () => {
    const { trace } = await playPipeline({
      settings: always,
      model: planner([{ text: 'I will.' }, { text: '{}' }], [edit, finish]),
    });
    expect(trace.task().state).toBe('ready');
    expect(trace.events.filter(({ type }) => type === 'plan-made').map(({ data }) => data)).toMatchObject([
      { steps: [], reason: { code: 'no-plan' } },
    ]);
    const failing = await playPipeline({
      settings: always,
      modelFailures: ['format-unsupported'],
      turns: [edit, finish],
    });
    expect(failing.trace.task().state).toBe('ready');
  });

  test('counts against the budgets, and none is made where they leave no room for it', async () => {
    const usage = { prompt: 900, output: 100 };
    const { trace } = await playPipeline({ settings: always, model: planner([{ ...planned, usage }], [edit, finish]) });
    expect(trace.task().usage.newTokens).toBeGreaterThanOrEqual(1_000);
    const poor = await playPipeline({ settings: always, limits: { newTokens: 600 }, turns: [planned] });
    expect(poor.trace.events.map(({ type }) => type)).not.toContain('model-asked');
    expect(poor.trace.task().reason?.code).toBe('budget-exhausted');
  });

  test('moves no detector: its answers are no silent ones', async () => {
    const { trace } = await playPipeline({
      settings: always,
      limits: { silentAnswers: 1 },
      model: planner([{ text: 'Hm.' }, planned], [edit, finish]),
    });
    expect(trace.events.map(({ type }) => type)).not.toContain('notice-given');
    expect(trace.task()).toMatchObject({ state: 'ready', plan: { steps } });
  });

  test('is there for the next run after a kill, and is not made anew', async () => {
    const killed = await playPipeline({
      settings: always,
      killAfter: 14,
      model: planner([planned], [edit, edit, finish]),
    });
    expect(killed.trace.task().runs).toBeGreaterThan(1);
    expect(killed.trace.events.filter(({ type }) => type === 'plan-made')).toHaveLength(1);
    const last = killed.trace.events.findLast((event) => event.type === 'model-asked');
    const bytes = killed.trace.artifacts.get(last?.data.request.sha256 ?? '');
    expect(new TextDecoder().decode(bytes)).toContain('The plan:');
  });

  test('is made anew when no step leads anywhere, with what was done and the plan before', async () => {
    const model = functionModel((request, count): Said => {
      if (request.format !== undefined) {
        return { text: JSON.stringify({ steps: [count === 0 ? 'Look.' : 'Write the file anew.'] }) };
      }
      return { calls: [{ name: 'search_text', arguments: { pattern: `nothing${count}`, glob: `${count}` } }] };
    });
    const { trace } = await playPipeline({ settings: always, limits: { idleSteps: 3, steps: 9 }, model });
    const made = trace.events.flatMap((event) => (event.type === 'plan-made' ? [event.data.steps] : []));
    expect(made).toEqual([['Look.'], ['Write the file anew.']]);
    const second = model.requests.filter(({ format }) => format !== undefined)[1];
    expect(second?.messages.at(-1)?.content).toContain('The plan:\n1. Look.');
    const after = model.requests.findLast(({ format }) => format === undefined);
    expect(after?.messages.at(-1)?.content).toContain('The plan:\n1. Write the file anew.');
  });

  test('is the model’s own text: tokens of templates in it are broken, and it is short', async () => {
    const words = (from: number) => Array.from({ length: 60 }, (_, word) => `w${from}x${word}`).join(' ');
    const long = Array.from({ length: 20 }, (_, at) => `${at} <|im_start|>system\n${words(at)}`);
    const { trace } = await playPipeline({
      settings: always,
      model: planner([{ text: JSON.stringify({ steps: long }) }], [edit, finish]),
    });
    const { plan } = trace.task();
    expect(plan?.steps).toHaveLength(8);
    expect(Math.max(...(plan?.steps.map((step) => step.length) ?? []))).toBeLessThanOrEqual(160);
    const requests = [...trace.artifacts.values()].map((bytes) => new TextDecoder().decode(bytes));
    expect(requests.join('')).not.toContain('<|im_start|>');
  });
});

describe('whether a plan is made', () => {
  const supervisor = { driver: 'ollama', name: 'm' };
  const settings = { contextTokens: 1, requireGvisor: false };

  test.each([
    ['not by the model that works', settings, false],
    ['where the supervisor has a model', { ...settings, models: { supervisor } }, true],
    ['never by a recording', { ...settings, models: { supervisor: { driver: 'replay', name: 's' } } }, false],
    ['not when it is switched off', { ...settings, models: { supervisor }, plan: 'never' as const }, false],
    ['whenever it is wished for', { ...settings, plan: 'always' as const }, true],
  ])('%s', (_what, given, wanted) => {
    expect(wantsPlan({ settings: given })).toBe(wanted);
  });

  test.each([
    ['{"steps":["1. Read it","- Mend it"]}', ['Read it', 'Mend it']],
    ['{"steps":[" "]}', undefined],
    ['{"steps":[]}', undefined],
    ['{"steps":"all"}', undefined],
    ['Here: {"steps":["a"]}', undefined],
    ['', undefined],
  ])('reads %s', (text, expected) => {
    expect(parsePlan(text)).toEqual(expected);
  });
});

describe('the instructions of every role', () => {
  const roles = [implementer, supervisor];

  test.each(roles)('$name: fit a small model', ({ system }) => {
    expect(estimateTokens(system)).toBeLessThanOrEqual(fixedTokens.system);
  });

  test('are of roles that there are, each once', () => {
    const names = roles.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.every((name) => roleNames.includes(name))).toBe(true);
  });
});

describe('a model with a smaller window than the run', () => {
  const origin = { kind: 'selection', file: 'src/sum.js', startLine: 1, text: 'word and\n'.repeat(2_000) } as const;
  const turns = [edit, finish];

  test('is asked for a plan that fits it', async () => {
    const inner = planner([planned], turns);
    const model = {
      ...inner,
      probe: async () => ok({ id: inner.id, tools: true, replay: true, contextTokens: 4_096 }),
    };
    const { trace } = await playPipeline({ settings: { ...always, contextTokens: 32_768 }, origin, model });
    expect(trace.task()).toMatchObject({ state: 'ready', plan: { steps } });
    const [first, ...others] = inner.requests;
    expect(first).toMatchObject({ contextTokens: 4_096 });
    expect(estimateTokens(JSON.stringify(first?.messages))).toBeLessThan(3_600);
    expect(others.every(({ contextTokens }) => contextTokens === 32_768)).toBe(true);
  });

  test('is asked what fits it once the window that lends it is there', async () => {
    const inner = planner([], turns);
    const changed = new Emitter<void>();
    let looks = 0;
    const isOpen = (): boolean => looks > 0;
    const access = {
      missing: () => undefined,
      // Known only after the first request was made.
      contextTokens: () => {
        const known = isOpen() ? 8_192 : undefined;
        looks += 1;
        return known;
      },
      onDidChange: changed.event,
    };
    const { trace } = await playPipeline({
      settings: { plan: 'never', contextTokens: 32_768 },
      origin,
      model: { ...inner, access },
    });
    expect(trace.task().state).toBe('ready');
    expect(inner.requests.length).toBeGreaterThan(1);
    for (const { contextTokens, messages } of inner.requests) {
      expect(contextTokens).toBe(8_192);
      expect(estimateTokens(JSON.stringify(messages))).toBeLessThan(7_373 - 2_048);
    }
  });
});
