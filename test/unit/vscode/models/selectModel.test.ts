import { describe, expect, it } from 'vitest';
import { failure } from '../../../../src/base/failure.ts';
import { fail, ok } from '../../../../src/base/result.ts';
import type { GradeView, ModelList, ModelView } from '../../../../src/protocol/models.ts';
import { modelGroups } from '../../../../src/vscode/models/modelItems.ts';
import { TaskHosts } from '../../../../src/vscode/host/taskHosts.ts';
import { selectModel } from '../../../../src/vscode/models/selectModel.ts';
import { MemoryEditor, settled } from '../../../fakes/editor/memoryEditor.ts';

function grade(level: GradeView['level'], words: string): GradeView {
  return { tools: 'native', schema: true, level, words: `${level}: ${words}`, gradedAt: '2026-11-22T10:00:00.000Z' };
}

function model(name: string, changes: Partial<ModelView> = {}): ModelView {
  return {
    id: `ollama:${name}`,
    driver: 'ollama',
    name,
    tools: true,
    contextTokens: 40_960,
    taskTokens: 16_384,
    parameters: 8.2e9,
    bytes: 5.2e9,
    quantization: 'Q4_K_M',
    digest: 'abcdef0123456789',
    fits: true,
    ...changes,
  };
}

const good = model('qwen3:8b', { grade: grade('capable', 'calls tools') });
const fresh = model('fresh:7b', { tools: false });
const unfit = model('unfit:1b', { grade: grade('unfit', 'it calls no tool') });
const list: ModelList = {
  models: [good, fresh, unfit, model('embed', { other: 'it answers no questions' })],
  sources: [{ driver: 'ollama', endpoint: 'http://127.0.0.1:11434' }],
  automatic: good.id,
  machine: { memoryBytes: 16e9 },
  recommended: [
    { name: 'qwen3:14b', parameters: 14.8e9, needBytes: 12e9, fits: true, why: 'calls tools well', installed: false },
    { name: 'qwen3:8b', parameters: 8.2e9, needBytes: 8e9, fits: true, why: 'reliable', installed: true },
    { name: 'huge', parameters: 70e9, needBytes: 50e9, fits: false, why: 'large', installed: false },
  ],
};
const nothing: ModelList = {
  ...list,
  models: [],
  sources: [
    { driver: 'ollama', endpoint: '', problem: { reason: 'unreachable', message: 'No Ollama server answers.' } },
  ],
};

function editor(...words: string[]): MemoryEditor {
  const made = new MemoryEditor();
  made.host.answers = { listModels: () => ok(list) };
  made.words.push(...words);
  return made;
}

const requests = (made: MemoryEditor, method: string): readonly unknown[] =>
  made.host.requests.filter((request) => request.method === method).map(({ params }) => params);

describe('the list of models', () => {
  it('has what auto takes, what is installed with grade and size, and what to get; models for other things are left out', () => {
    const groups = modelGroups(list, 'ollama:fresh:7b');
    expect(groups.map(({ label, items }) => [label, items.map((item) => item.label)])).toEqual([
      ['', ['Automatic']],
      ['Installed in Ollama', ['qwen3:8b', 'fresh:7b', 'unfit:1b']],
      ['Get another (advice for this machine, not measured)', ['qwen3:14b', 'Pull Another…']],
    ]);
    const rows = groups[1]?.items ?? [];
    expect(rows.map(({ icon }) => icon)).toEqual(['pass-filled', 'circle-outline', 'error']);
    expect(rows[0]).toMatchObject({
      description: 'capable · 8.2B Q4_K_M · 5.2 GB · window 16,384 of 40,960',
      detail: 'calls tools',
      buttons: [{ tooltip: 'Try it out again (weights abcdef012345)' }],
    });
    expect(rows[1]).toMatchObject({
      description: expect.stringMatching(/^not tried yet · .* · chosen$/),
      detail: 'its server says that it calls no tools',
    });
  });

  it('says what to do where there is no server', () => {
    expect(modelGroups({ ...nothing, automatic: undefined }, 'auto')).toMatchObject([
      {
        label: 'Needs attention',
        items: [{ label: 'Get Ollama', detail: 'No Ollama server answers.' }, { label: 'Set the Address of Ollama' }],
      },
    ]);
  });

  it('says which model needs more memory than is there', () => {
    const tight = { ...list, models: [model('large', { fits: false, grade: grade('strong', 'calls tools') })] };
    expect(modelGroups(tight, 'auto')[1]?.items[0]?.detail).toBe('calls tools; needs more memory than is here');
  });
});

describe('Select Model', () => {
  it('keeps a graded model for all roles, and unsets those of single ones', async () => {
    const made = editor('qwen3:8b', 'For All Roles');
    made.settings = { model: 'auto', settings: { models: { reviewer: 'ollama:other' } } };
    expect(await selectModel(made.context, undefined)).toBe('ollama:qwen3:8b');
    expect(made.savedSettings).toEqual([
      ['models.reviewer', undefined],
      ['model', 'ollama:qwen3:8b'],
    ]);
    expect(made.mentions).toEqual(['qwen3:8b (capable) is used from the next task on.']);
    expect(requests(made, 'listModels')).toEqual([{ settings: made.settings.settings }]);
    expect(requests(made, 'probeModel')).toEqual([]);
  });

  it('keeps a model for one role alone, and auto by unsetting', async () => {
    const one = editor('qwen3:8b', 'For the Reviewer');
    await selectModel(one.context, undefined);
    expect(one.savedSettings).toEqual([['models.reviewer', 'ollama:qwen3:8b']]);
    const auto = editor('Automatic', 'For All Roles');
    expect(await selectModel(auto.context, undefined)).toBe('auto');
    expect(auto.savedSettings).toEqual([['model', undefined]]);
  });

  it('tries a model out that nobody tried, with progress, before it is kept', async () => {
    const made = editor('fresh:7b', 'For All Roles');
    made.host.answers = {
      ...made.host.answers,
      probeModel: () => ok({ model: { ...fresh, grade: grade('weak', 'small') } }),
    };
    expect(await selectModel(made.context, undefined)).toBe('ollama:fresh:7b');
    expect(requests(made, 'probeModel')).toEqual([{ model: 'ollama:fresh:7b', settings: made.settings.settings }]);
    expect(made.progress).toEqual([['Trying fresh:7b out', 'an exact edit', undefined]]);
    expect(made.mentions).toEqual(['fresh:7b (weak) is used from the next task on.']);
  });

  it('does not keep an unfit model, and says why', async () => {
    const made = editor('unfit:1b');
    expect(await selectModel(made.context, undefined)).toBeUndefined();
    await settled();
    expect(made.notes).toMatchObject([{ kind: 'warning', message: expect.stringContaining('it calls no tool') }]);
    expect(made.savedSettings).toEqual([]);
  });

  it('tries out again by the button, pulls with progress, and shows the list anew each time', async () => {
    const made = editor('qwen3:8b#try', 'qwen3:14b', 'Pull Another…', 'devstral', 'Automatic');
    made.host.answers = {
      ...made.host.answers,
      probeModel: () => ok({ model: good }),
      pullModel: ({ name }) => ok({ model: model(name) }),
    };
    expect(await selectModel(made.context, undefined)).toBeUndefined();
    expect(requests(made, 'probeModel')).toHaveLength(1);
    expect(requests(made, 'pullModel')).toMatchObject([{ name: 'qwen3:14b' }, { name: 'devstral' }]);
    expect(made.progress).toContainEqual(['Pulling qwen3:14b', '50% of 2.0 kB', 0.5]);
    expect(made.picks).toHaveLength(4);
    expect(made.savedSettings).toEqual([]);
  });

  it('shows the list again when a trial or a pull failed or was stopped', async () => {
    const made = editor('fresh:7b', 'qwen3:14b');
    made.host.answers = {
      ...made.host.answers,
      probeModel: () => fail(failure('aborted', 'Stopped.')),
      pullModel: () => fail(failure('disk-full', 'The disk is full.')),
    };
    expect(await selectModel(made.context, undefined)).toBeUndefined();
    await settled();
    expect(made.picks).toHaveLength(3);
    expect(made.notes.map(({ message }) => message)).toEqual(['The disk is full.']);
  });

  it('leads to Ollama and to its address where no server answers', async () => {
    for (const [label, ran] of [
      ['Get Ollama', ['link', 'https://ollama.com/download']],
      ['Set the Address of Ollama', ['workbench.action.openSettings', 'nightshift.ollama.host']],
    ] as const) {
      const made = editor(label);
      made.host.answers = { listModels: () => ok(nothing) };
      await selectModel(made.context, undefined);
      expect(made.ran).toEqual([ran]);
    }
  });

  it('asks nothing in Restricted Mode', async () => {
    const made = editor('qwen3:8b');
    made.trusted = false;
    expect(await selectModel(made.context, undefined)).toBeUndefined();
    expect(made.host.requests).toEqual([]);
    expect(made.notes).toHaveLength(1);
  });

  it('asks the program where no repository is open that has an agent host', async () => {
    const made = editor('qwen3:8b', 'For All Roles');
    const { context, host } = made;
    const alone = { ...context, hosts: new TaskHosts(() => host), modelProgram: async () => host };
    made.folders = [];
    expect(await selectModel(alone, undefined)).toBe('ollama:qwen3:8b');
    expect(host.requests.map(({ method }) => method)).toEqual(['listModels']);
  });

  it('changes nothing for a person who turns away at the role', async () => {
    const made = editor('qwen3:8b');
    expect(await selectModel(made.context, undefined)).toBeUndefined();
    expect(made.savedSettings).toEqual([]);
  });
});
