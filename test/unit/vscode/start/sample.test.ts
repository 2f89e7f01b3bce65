import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ok } from '../../../../src/base/result.ts';
import type { DoctorCheck } from '../../../../src/protocol/doctorCheck.ts';
import { delegateSample } from '../../../../src/vscode/start/delegateSample.ts';
import { makeSample, sampleGoal, sampleSeen, sampleState, sampleTest } from '../../../../src/vscode/start/sample.ts';
import { trySample } from '../../../../src/vscode/start/trySample.ts';
import { MemoryEditor } from '../../../fakes/editor/memoryEditor.ts';
import { MemoryTaskHost } from '../../../fakes/editor/memoryTaskHost.ts';
import { root } from '../manifestFile.ts';

const project = join(root, 'media', 'demo', 'project');
let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'ns-sample-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

describe('the sample', () => {
  it('is a clean repository with one commit, whatever the person set for Git', async () => {
    const folder = join(home, 'a sample');
    writeFileSync(join(home, 'config'), '[commit]\n\tgpgSign = true\n[core]\n\tautocrlf = true\n');
    const before = process.env['GIT_DIR'];
    process.env['GIT_DIR'] = join(home, 'elsewhere');
    try {
      await makeSample(project, folder);
    } finally {
      if (before === undefined) delete process.env['GIT_DIR'];
      else process.env['GIT_DIR'] = before;
    }
    const git = (...words: readonly string[]): string =>
      execFileSync('git', words, { cwd: folder, encoding: 'utf8' }).trim();
    expect(git('status', '--porcelain')).toBe('');
    expect(git('rev-list', '--count', 'HEAD')).toBe('1');
    expect(readFileSync(join(folder, sampleTest), 'utf8')).toContain('only once');
    expect(await sampleState(folder)).toBe('new');
    await sampleSeen(folder);
    expect(await sampleState(folder)).toBe('known');
    expect(await sampleState(home)).toBeUndefined();
  });

  it('has one failing test, which the recording mends', async () => {
    const folder = join(home, 'sample');
    await makeSample(project, folder);
    const run = (): string => {
      try {
        return execFileSync(process.execPath, ['--test'], { cwd: folder, encoding: 'utf8', env: { PATH: '' } });
      } catch (error) {
        return String(error instanceof Error && 'stdout' in error ? error.stdout : error);
      }
    };
    expect(run()).toMatch(/fail 1$/m);
    const { turns } = JSON.parse(readFileSync(join(root, 'media', 'demo', 'replay.json'), 'utf8')) as {
      readonly turns: readonly {
        readonly calls?: readonly { readonly name: string; readonly arguments: Record<string, string> }[];
      }[];
    };
    const edit = turns.flatMap(({ calls = [] }) => calls).find(({ name }) => name === 'edit_file')?.arguments;
    const path = join(folder, edit?.['path'] ?? '');
    writeFileSync(path, readFileSync(path, 'utf8').replace(edit?.['oldText'] ?? '?', edit?.['newText'] ?? ''));
    expect(run()).toMatch(/fail 0$/m);
  });
});

describe('Try on a Sample', () => {
  function editor(...words: string[]): MemoryEditor {
    const made = new MemoryEditor();
    Object.assign(made.sample, { project, home });
    made.words.push(...words);
    return made;
  }

  it('takes an empty window, and leaves one with work in it alone unless told otherwise', async () => {
    const busy = editor();
    await trySample(busy.context, undefined);
    expect(busy.picks).toEqual([[['', ['Open in New Window', 'Open in This Window', 'Choose a Folder…']]]]);
    const empty = editor('Open in This Window');
    empty.folders = [];
    expect(await trySample(empty.context, undefined)).toBe(join(home, 'nightshift-sample'));
    expect(empty.opened).toEqual([[join(home, 'nightshift-sample'), false]]);
  });

  it('makes another one beside the first, in the folder that was chosen', async () => {
    mkdirSync(join(home, 'nightshift-sample'));
    const made = editor('Choose a Folder…', home);
    expect(await trySample(made.context, undefined)).toBe(join(home, 'nightshift-sample-2'));
    expect(made.opened).toEqual([[join(home, 'nightshift-sample-2'), true]]);
  });

  it('says why it cannot be made', async () => {
    writeFileSync(join(home, 'file'), '');
    const made = editor('Choose a Folder…', join(home, 'file'));
    expect(await trySample(made.context, undefined)).toBeUndefined();
    expect(made.notes).toMatchObject([{ kind: 'error', message: expect.stringContaining('could not be made') }]);
    expect(made.opened).toEqual([]);
  });
});

describe('delegating the sample', () => {
  const model: DoctorCheck = { name: 'model', status: 'ok', detail: '1 to work with: qwen3:8b (capable)' };
  const none: DoctorCheck = { name: 'model', status: 'fail', detail: 'Ollama has no model', fix: 'Get one.' };

  async function editor(found: DoctorCheck, ...words: string[]): Promise<MemoryEditor> {
    const folder = join(home, 'sample');
    await makeSample(project, folder);
    const made = new MemoryEditor(new MemoryTaskHost(folder));
    made.folders = [folder];
    made.repositories = [folder];
    made.checkUps.push(ok([found]));
    made.words.push(...words);
    return made;
  }
  const created = (made: MemoryEditor): unknown =>
    made.host.requests.find(({ method }) => method === 'createTask')?.params;

  it('asks nothing where a model is there, and takes the person’s own', async () => {
    const made = await editor(model);
    await delegateSample(made.context, undefined);
    expect(created(made)).toMatchObject({ goal: sampleGoal, model: 'auto', settings: { limits: { steps: 7 } } });
  });

  it('without a model plays a recording only after a yes', async () => {
    const away = await editor(none);
    expect(await delegateSample(away.context, undefined)).toBeUndefined();
    expect(created(away)).toBeUndefined();
    rmSync(join(home, 'sample'), { recursive: true });
    const made = await editor(none, 'Play a Recording');
    made.settings = { model: 'auto', settings: { models: { implementer: 'ollama:mine' } } };
    await delegateSample(made.context, undefined);
    expect(created(made)).toEqual({
      goal: sampleGoal,
      origin: { kind: 'command' },
      model: 'replay:/ext/media/demo/replay.json',
      settings: { plan: 'never' },
    });
  });

  it('or leads to the models', async () => {
    const made = await editor(none, 'Select Model…');
    await delegateSample(made.context, undefined);
    expect(made.ran).toEqual([['nightshift.selectModel']]);
    expect(created(made)).toBeUndefined();
  });

  it('says so where no folder is the sample', async () => {
    const made = new MemoryEditor();
    await delegateSample(made.context, undefined);
    expect(made.notes).toMatchObject([{ kind: 'warning', message: expect.stringContaining('sample') }]);
  });
});
