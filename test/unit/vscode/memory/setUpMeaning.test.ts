import { describe, expect, test } from 'vitest';
import { failure } from '../../../../src/base/failure.ts';
import { fail, ok } from '../../../../src/base/result.ts';
import type { ModelList } from '../../../../src/protocol/models.ts';
import { meaningGroups } from '../../../../src/vscode/memory/meaningItems.ts';
import { setUpMeaning } from '../../../../src/vscode/memory/setUpMeaning.ts';
import { MemoryEditor, settled } from '../../../fakes/editor/memoryEditor.ts';

const model = (name: string, changes: Partial<ModelList['models'][number]> = {}): ModelList['models'][number] => {
  return { id: `ollama:${name}`, driver: 'ollama', name, tools: false, taskTokens: 2_048, ...changes };
};
const list: ModelList = {
  models: [model('qwen3:8b'), model('embed:latest', { embeds: true, bytes: 274e6 })],
  sources: [],
  machine: { memoryBytes: 16e9 },
  recommended: [],
};
const download = 'Download Xenova/bge-small-en-v1.5';
const placed = { folder: '/state/models/Xenova/bge-small-en-v1.5', name: 'bge-small-en-v1.5', bytes: 34e6 };

function editor(...words: string[]): MemoryEditor {
  const made = new MemoryEditor();
  made.host.answers = {
    listModels: () => ok(list),
    fetchEmbedding: () => ok(placed),
    importEmbedding: () => ok(placed),
  };
  made.host.told = { fetchEmbedding: [{ text: 'onnx/model.onnx', completed: 17e6, total: 34e6 }] };
  made.words.push(...words);
  return made;
}

const methods = (made: MemoryEditor): readonly string[] => made.host.requests.map(({ method }) => method);

describe('the choice of a model for search by meaning', () => {
  test('has the models of Ollama that embed, the download with its size and origin, a folder, and none', () => {
    const groups = meaningGroups(list, { by: 'ollama', host: '', model: 'embed:latest' });
    expect(groups.map(({ label, items }) => [label, items.map((item) => item.label)])).toEqual([
      ['Installed in Ollama', ['embed:latest']],
      ['Inside Nightshift', [download, 'Use a Folder…']],
      ['', ['None']],
    ]);
    const rows = groups.flatMap(({ items }) => items);
    expect(rows[0]?.description).toMatch(/ · chosen$/);
    expect(rows[1]?.description).toMatch(/^about \d+(\.\d)? M(i)?B from \S+$/);
  });

  test('is there without Ollama too', async () => {
    const made = editor('None');
    made.host.answers = { listModels: () => fail(failure('unreachable', 'No Ollama server answers.')) };
    expect(await setUpMeaning(made.context, undefined)).toBe('none');
    expect(made.picks).toEqual([
      [
        ['Inside Nightshift', [download, 'Use a Folder…']],
        ['', ['None']],
      ],
    ]);
    expect(made.savedSettings).toEqual([['memory.embedding', undefined]]);
  });

  test('downloads after a question only, tells how far it is, and keeps the folder before it says to use it', async () => {
    const refused = editor(download);
    expect(await setUpMeaning(refused.context, undefined)).toBeUndefined();
    expect(methods(refused)).toEqual(['listModels']);
    expect(refused.savedSettings).toEqual([]);

    const agreed = editor(download);
    agreed.agreements.push(true);
    expect(await setUpMeaning(agreed.context, undefined)).toBe(placed.name);
    expect(agreed.details[0]).toContain('NIGHTSHIFT_MODEL_HUB');
    expect(agreed.progress.at(-1)).toEqual([
      'Downloading Xenova/bge-small-en-v1.5',
      expect.stringMatching(/^50% of /),
      0.5,
    ]);
    expect(agreed.savedSettings).toEqual([
      ['memory.modelFolder', placed.folder],
      ['memory.embedding', 'transformers'],
    ]);
  });

  test('keeps a model of Ollama, and a folder that was checked', async () => {
    const ollama = editor('embed:latest');
    await setUpMeaning(ollama.context, { root: ollama.host.root });
    expect(ollama.savedSettings).toEqual([
      ['memory.ollamaModel', 'embed:latest'],
      ['memory.embedding', 'ollama'],
    ]);
    const folder = editor('Use a Folder…', '/home/me/small');
    await setUpMeaning(folder.context, undefined);
    expect(folder.host.requests.at(-1)).toEqual({ method: 'importEmbedding', params: { folder: '/home/me/small' } });
    expect(folder.savedSettings.at(-1)).toEqual(['memory.embedding', 'transformers']);
  });

  test('changes nothing where the model cannot be had, and says why', async () => {
    const made = editor('Use a Folder…', '/home/me/small');
    made.host.answers = {
      ...made.host.answers,
      importEmbedding: () => fail(failure('unusable', 'The model is not complete.')),
    };
    expect(await setUpMeaning(made.context, undefined)).toBeUndefined();
    await settled();
    expect(made.notes).toMatchObject([{ kind: 'error', message: 'The model is not complete.' }]);
    expect(made.savedSettings).toEqual([]);
  });
});
