import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { judgeRepository, type Report } from '../../eval/recall/judgeRepository.ts';
import { reportTable } from '../../eval/recall/reportTable.ts';
import { type FakeOllama, startFakeOllama } from '../../fakes/ollama/fakeOllama.ts';
import { TemporaryRepository } from '../repository/temporaryRepository.ts';
import { TinyEmbedders } from './embedding/tinyEmbedder.ts';

const parts = ['cart', 'parcel', 'invoice', 'shelf', 'voucher', 'refund'];

/** Of models that never learnt anything: the figures show that all is wired, and say nothing of quality. */
describe('the evaluation of recall', () => {
  const repository = new TemporaryRepository();
  const tiny = new TinyEmbedders();
  let fake: FakeOllama;

  beforeAll(async () => {
    const files = parts.map((part) => [`src/${part}.ts`, `export function open${part}() {\n  return '${part}';\n}\n`]);
    repository.commit(Object.fromEntries(files));
    for (let round = 0; round < 24; round += 1) {
      const part = parts[round % parts.length] ?? '';
      repository.write(`src/${part}.ts`, `export function open${part}() {\n  return '${part} ${round}';\n}\n`);
      repository.git('commit', '-qam', `Open each ${part} more slowly than before`);
    }
    fake = await startFakeOllama({
      script: [],
      models: [{ name: 'embedder:latest', embedding: { dimensions: 32 } }],
    });
  });
  afterAll(async () => {
    await Promise.all([fake.close(), tiny.close()]);
    repository.remove();
  });

  const judge = (options: Partial<Parameters<typeof judgeRepository>[0]> = {}): Promise<Report> =>
    judgeRepository({ root: repository.root, count: 6, embedding: { by: 'none' }, madeVectors: false, ...options });

  const row = ({ rows }: Report, name: string) => rows.find((each) => each.name === name);

  it('finds what commits changed, and says that there is no model', async () => {
    const report = await judge();
    expect(report).toMatchObject({ cases: 6, files: parts.length, model: undefined });
    expect(row(report, 'fused')).toMatchObject({ recall5: 1, recall10: 1 });
    expect(report.rows.map(({ name }) => name)).toEqual([
      'lexical',
      'history',
      'lexical + history',
      'fused',
      'peer: term grep',
      'peer: MiniSearch',
      'peer: FTS5 alone',
    ]);
    expect(reportTable(report)).toMatch(/\nhistory .*\nvector +no model\n/);
  });

  it('ranks by the vectors of a model of its own, and of a server', async () => {
    const folder = await tiny.folder({ groups: parts.map((part) => [part, `open${part}`]), maxTokens: 256 });
    const own = await judge({ embedding: { by: 'transformers', folder, name: 'tiny/model' } });
    expect(own.model).toBe(`transformers:tiny/model, ${own.chunks} of ${own.chunks} chunks`);
    const served = await judge({ embedding: { by: 'ollama', host: fake.url, model: 'embedder' } });
    expect(served.model).toMatch(/^ollama:embedder/);
    for (const report of [own, served]) {
      // All six files are among ten, if the vectors find any.
      expect(row(report, 'vector')).toMatchObject({ recall10: 1 });
      expect(row(report, 'all but vectors')?.recall10).toBe(1);
      expect(reportTable(report)).not.toContain('no model');
    }
    expect(fake.requests.filter(({ path }) => path === '/api/embed').length).toBeGreaterThan(6);
  });

  it('says why there are no vectors', async () => {
    await expect(judge({ embedding: { by: 'ollama', host: fake.url, model: 'absent' } })).rejects.toThrow(/absent/);
  });

  it('ranks with lists that no model made', async () => {
    const report = await judge({ madeVectors: true });
    expect(row(report, 'made: good alone')?.recall10).toBe(1);
    expect(row(report, 'made: fused, chance')).toBeDefined();
  });
});
