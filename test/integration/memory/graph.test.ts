import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { episodeWorth } from '../../../src/core/memory/episodes/outcomeWorth.ts';
import { readStackTrace } from '../../../src/core/memory/recall/stackTrace.ts';
import { traceEvidence } from '../../../src/core/memory/recall/traceEvidence.ts';
import { type Episode, type GraphQuery, outcomes } from '../../../src/protocol/memory.ts';
import type { ShortFacts } from '../../fakes/graphFacts.ts';
import { must } from '../repository/temporaryRepository.ts';
import { type GraphFixture, openGraph } from './graphFixture.ts';

let graph: GraphFixture;

beforeEach(async () => {
  graph = await openGraph();
});

afterEach(() => {
  graph.close();
});

const ask = (entity: string, question: GraphQuery['question'], count = 40) =>
  graph.reader.ask({ entity, question, count });
const ids = (entity: string, question: GraphQuery['question']): readonly string[] =>
  ask(entity, question).entities.map(({ id }) => id);

function putShop(): void {
  graph.put('src/cart.ts', {
    symbols: [['class', 'Cart'], ['method', 'Cart.add'], 'total'],
    imports: [['./tax', 'rate']],
    calls: [['total', 'rate']],
  });
  graph.put('src/tax.ts', { symbols: ['rate'] });
  graph.put('src/page.ts', { symbols: ['show'], imports: [['./cart.js', 'total']], calls: [['show', 'total']] });
  graph.put('test/cart.test.ts', { kind: 'test', imports: [['../src/cart.ts', 'total']], calls: ['total'] });
  graph.put('docs/adr/0001-cart.md', {
    kind: 'decision',
    language: 'markdown',
    title: 'Carts are kept whole',
    text: 'The file `src/cart.ts` keeps it, `Cart.add` adds.',
  });
  graph.settle();
}

function commit(id: string, time: number, ...files: string[]): void {
  graph.database.write(() =>
    graph.commits.addCommits([{ id, author: 'Ada <ada@example.com>', time, subject: `Change ${id}`, body: '', files }]),
  );
}

const episode: Episode = {
  id: 'e1',
  task: 't1',
  goal: 'Fix the total',
  time: '2026-01-01T00:00:00Z',
  outcome: 'accepted',
  files: ['src/cart.ts'],
  approach: '',
  signature: [],
  proof: '',
  stale: false,
  changedSince: [],
};

describe('the entity graph', () => {
  it('leads from files to what they import, call, test and decide on', () => {
    putShop();
    expect(graph.edges()).toEqual([
      'docs/adr/0001-cart.md -mention-> src/cart.ts',
      'docs/adr/0001-cart.md -mention-> src/cart.ts#Cart.add 0.80',
      'src/cart.ts -import-> src/tax.ts',
      'src/cart.ts#total -call-> src/tax.ts#rate 0.95',
      'src/page.ts -import-> src/cart.ts',
      'src/page.ts#show -call-> src/cart.ts#total 0.95',
      'test/cart.test.ts -call-> src/cart.ts#total 0.95',
      'test/cart.test.ts -import-> src/cart.ts',
      'test/cart.test.ts -pair-> src/cart.ts',
    ]);
  });

  it('answers who calls, what is called, what tests, what imports, what was decided', () => {
    putShop();
    expect(ids('total', 'called-by')).toEqual(['file:test/cart.test.ts', 'symbol:src/page.ts#show']);
    expect(ids('total', 'calls')).toEqual(['symbol:src/tax.ts#rate']);
    expect(ids('src/cart.ts', 'tested-by')).toEqual(['file:test/cart.test.ts']);
    expect(ids('src/cart.ts', 'imported-by')).toEqual(['file:test/cart.test.ts', 'file:src/page.ts'].toSorted());
    expect(ask('src/cart.ts', 'decided-in').entities).toEqual([
      {
        id: 'file:docs/adr/0001-cart.md',
        kind: 'decision',
        label: 'Carts are kept whole',
        path: 'docs/adr/0001-cart.md',
      },
    ]);
    expect(ids('Cart.add', 'decided-in')).toEqual(['file:docs/adr/0001-cart.md']);
  });

  it('points edges the way they are said, and keeps the best of each kind around a file', () => {
    putShop();
    commit('aaaaaaaa1', 1, 'src/cart.ts', 'src/tax.ts');
    const { edges, entities, center } = ask('src/cart.ts', 'around');
    expect(center?.id).toBe('file:src/cart.ts');
    const said = edges.map(({ from, kind, to }) => `${from} ${kind} ${to}`);
    expect(said).toEqual(
      expect.arrayContaining([
        'file:src/cart.ts defines symbol:src/cart.ts#total',
        'file:src/cart.ts imports file:src/tax.ts',
        'file:src/page.ts imports file:src/cart.ts',
        'file:test/cart.test.ts tests file:src/cart.ts',
        'file:docs/adr/0001-cart.md decides file:src/cart.ts',
        'commit:aaaaaaaa1 touches file:src/cart.ts',
        'author:Ada <ada@example.com> wrote commit:aaaaaaaa1',
        'file:src/cart.ts changed-with file:src/tax.ts',
        'file:src/cart.ts calls symbol:src/tax.ts#rate',
      ]),
    );
    expect(new Set(entities.map(({ id }) => id)).size).toBe(entities.length);
    expect(ask('src/cart.ts', 'around', 2).entities).toHaveLength(2);
  });

  it('looks things up by id, path, end of a path, place, name, qualified name, commit, author and task', () => {
    putShop();
    graph.put('lib/cart.ts', { symbols: ['total', 'rebate'] });
    graph.settle();
    commit('abcdef1234567', 1, 'src/cart.ts');
    graph.database.write(() => graph.store.setEpisodes([episode]));
    const center = (text: string): string | undefined => ask(text, 'around').center?.id;
    expect(center('file:src/tax.ts')).toBe('file:src/tax.ts');
    expect(center('symbol:src/cart.ts#Cart.add')).toBe('symbol:src/cart.ts#Cart.add');
    expect(center('tax.ts')).toBe('file:src/tax.ts');
    expect(center('./src/tax.ts')).toBe('file:src/tax.ts');
    expect(center('src/cart.ts:15')).toBe('symbol:src/cart.ts#Cart.add');
    expect(center('src/cart.ts#total')).toBe('symbol:src/cart.ts#total');
    expect(center('Cart::add')).toBe('symbol:src/cart.ts#Cart.add');
    expect(center('add()')).toBe('symbol:src/cart.ts#Cart.add');
    expect(center('CART')).toBe('symbol:src/cart.ts#Cart');
    expect(center('abcdef1')).toBe('commit:abcdef1234567');
    expect(center('ada@example')).toBe('author:Ada <ada@example.com>');
    expect(center('task:e1')).toBe('task:e1');
    expect(center('nothing of this name')).toBeUndefined();
    const total = ask('total', 'around');
    // More is known of the one that is called.
    expect(total.center?.id).toBe('symbol:src/cart.ts#total');
    expect(total.others.map(({ id }) => id)).toContain('symbol:lib/cart.ts#total');
  });

  it('follows a new file that an import waited for, a renamed symbol and a removed file', () => {
    graph.put('src/page.ts', { symbols: ['show'], imports: [['./cart', 'total']], calls: [['show', 'total']] });
    graph.settle();
    expect(graph.edges()).toEqual([]);
    graph.put('src/cart.ts', { symbols: ['total'] });
    graph.settle();
    const found = ['src/page.ts -import-> src/cart.ts', 'src/page.ts#show -call-> src/cart.ts#total 0.95'];
    expect(graph.edges()).toEqual(found);
    graph.put('src/cart.ts', { symbols: ['sum'] });
    graph.settle();
    expect(graph.edges()).toEqual(found.slice(0, 1));
    graph.put('src/cart.ts', { symbols: ['total'] });
    graph.settle();
    expect(graph.edges()).toEqual(found);
    graph.remove('src/cart.ts');
    graph.settle();
    expect(graph.edges()).toEqual([]);
  });

  it('follows a manifest that came after the files it rules', () => {
    graph.put('packages/shop/src/cart.ts', { symbols: ['total'] });
    graph.put('packages/page/src/page.ts', { imports: ['@acme/shop', '~/tax'] });
    graph.put('packages/page/src/tax.ts', {});
    graph.settle();
    expect(graph.edges()).toEqual([]);
    const configuration: ShortFacts = { kind: 'configuration', language: 'json' };
    graph.put('packages/shop/package.json', configuration, '{"name":"@acme/shop","exports":{".":"./dist/cart.js"}}');
    graph.put(
      'packages/page/tsconfig.json',
      configuration,
      '{"compilerOptions":{/* ours */"paths":{"~/*":["./src/*"],}}}',
    );
    graph.settle();
    expect(graph.edges()).toEqual([
      'packages/page/src/page.ts -import-> packages/page/src/tax.ts',
      'packages/page/src/page.ts -import-> packages/shop/src/cart.ts',
    ]);
    graph.remove('packages/shop/package.json');
    graph.settle();
    expect(graph.edges()).toHaveLength(1);
  });

  it('weighs files that change together by the size of the commits, and leaves sweeping ones out', () => {
    for (const path of ['a.ts', 'b.ts', 'c.ts', 'd.ts']) graph.put(path, {});
    graph.settle();
    commit('c1', 1, 'a.ts', 'b.ts');
    commit('c2', 2, 'a.ts', 'b.ts');
    commit('c3', 3, 'a.ts', 'c.ts', 'x.ts', 'y.ts', 'z.ts');
    commit('c4', 4, 'a.ts', 'd.ts', ...Array.from({ length: 60 }, (_, index) => `swept${index}.ts`));
    expect(ids('a.ts', 'changed-with')).toEqual(['file:b.ts', 'file:c.ts']);
    expect(ask('a.ts', 'changed-with').edges.map(({ weight }) => Number(weight.toFixed(2)))).toEqual([0.5, 0.11]);
    expect(graph.reader.related(['a.ts'])).toEqual([
      { path: 'b.ts', kind: 'changed-with', weight: 0.5, through: 'changed with a.ts in 2 commits' },
      expect.objectContaining({ path: 'c.ts', through: 'changed with a.ts in 1 commit' }),
    ]);
  });

  it('tells for recall what belongs to files, with reasons', () => {
    putShop();
    const related = graph.reader.related(['src/cart.ts']).map(({ path, through }) => `${path}: ${through}`);
    expect(related).toEqual(
      expect.arrayContaining([
        'src/tax.ts: imported by src/cart.ts',
        'src/page.ts: imports src/cart.ts',
        'src/page.ts: show calls src/cart.ts',
        'test/cart.test.ts: tests src/cart.ts',
        'docs/adr/0001-cart.md: decides on src/cart.ts',
      ]),
    );
    expect(graph.reader.related(['src/nothing.ts'])).toEqual([]);
  });

  it('keeps what tasks solved, and forgets it with the path', () => {
    putShop();
    graph.database.write(() => graph.store.setEpisodes([episode]));
    expect(ids('src/cart.ts', 'history')).toEqual(['task:e1']);
    expect(ids('task:e1', 'around')).toEqual(['file:src/cart.ts']);
    graph.database.write(() => graph.store.forgetPath('src/cart.ts'));
    graph.settle();
    expect(ids('task:e1', 'around')).toEqual([]);
    expect(ask('src/cart.ts', 'around').center).toBeUndefined();
  });

  it('weighs tasks by what became of them as recall does, and stale ones less', () => {
    const all = outcomes.flatMap((outcome) =>
      [false, true].map((stale) => ({ ...episode, id: `${outcome} ${stale}`, outcome, stale, files: ['src/cart.ts'] })),
    );
    graph.database.write(() => graph.store.setEpisodes(all));
    const weights = new Map(graph.reader.tasksOf('src/cart.ts', 20).map(({ id, weight }) => [id, weight]));
    expect(weights.size).toBe(all.length);
    expect(weights.get('accepted false')).toBe(1);
    const first = weights.get(all[0]?.id ?? '') ?? 0;
    for (const each of all) {
      const worth = episodeWorth(each) / episodeWorth(all[0] ?? episode);
      expect((weights.get(each.id) ?? 0) / first).toBeCloseTo(worth, 10);
    }
  });

  it('leads the stack of another machine to symbols, commits and tasks', () => {
    putShop();
    graph.put('src/pages/index.ts', { symbols: ['render'] });
    graph.settle();
    commit('c1', 1, 'src/cart.ts');
    graph.database.write(() => graph.store.setEpisodes([episode]));
    const { frames } = readStackTrace(`TypeError: no
    at Cart.add (/srv/app/dist/cart.js:4000:9)
    at render (/srv/app/src/pages/index.ts:5:1)`);
    expect(traceEvidence(frames, graph.reader).map(({ kind, id }) => `${kind} ${id}`)).toEqual([
      'file src/cart.ts',
      'file src/pages/index.ts',
      'commit c1',
      'task e1',
    ]);
  });

  it('removes everything but the episodes when it is made anew', () => {
    putShop();
    graph.database.write(() => graph.store.removeAll());
    expect(graph.edges()).toEqual([]);
    expect(graph.reader.counts().symbols).toBe(0);
    putShop();
    expect(graph.edges()).toHaveLength(9);
  });
});

const paths = [
  'a.ts',
  'b.ts',
  'lib/a.ts',
  'lib/c.ts',
  'test/a.test.ts',
  'p/__init__.py',
  'p/m.py',
  'N/a.cs',
  'b.cs',
  'doc.md',
] as const;
const names = ['add', 'sum', 'Cart.add', 'Cart'] as const;
const specifiers = ['./a', './b', '../a', './lib/c', '~/c', '.m', 'p.m', 'p', 'Cart', 'N'] as const;
const languages: Readonly<Record<string, string>> = { ts: 'typescript', py: 'python', cs: 'csharp', md: 'markdown' };

const facts = fc.record({
  symbols: fc.uniqueArray(fc.constantFrom(...names), { maxLength: 3 }),
  imports: fc.array(fc.tuple(fc.constantFrom(...specifiers), fc.constantFrom(...names, 'm')), { maxLength: 3 }),
  calls: fc.array(fc.tuple(fc.constantFrom(...names), fc.constantFrom(...names, 'x.add')), { maxLength: 4 }),
  text: fc.constantFrom('`lib/a.ts`', '`a.ts` and `Cart.add`', 'see lib/c.ts', ''),
});

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ what: fc.constant('put' as const), path: fc.constantFrom(...paths), facts }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('remove' as const), path: fc.constantFrom(...paths) }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('map' as const), to: fc.constantFrom('./lib/*', './*', '') }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('settle' as const), most: fc.integer({ min: 1, max: 4 }) }) },
);

function put(to: GraphFixture, path: string, short: ShortFacts): void {
  const language = languages[path.split('.').at(-1) ?? ''] ?? 'plaintext';
  const kind = path.endsWith('.md') ? 'document' : path.includes('.test.') ? 'test' : 'code';
  // Namespaces are imported by what declares them, wherever that is.
  const symbols = short.symbols?.map((name) =>
    name === 'Cart' && language === 'csharp' ? (['module', name] as const) : name,
  );
  to.put(path, { ...short, ...(symbols === undefined ? {} : { symbols }), language, kind });
}

function map(to: GraphFixture, target: string): void {
  if (target === '') to.remove('tsconfig.json');
  else {
    const content = JSON.stringify({ compilerOptions: { paths: { '~/*': [target] } } });
    to.put('tsconfig.json', { kind: 'configuration', language: 'jsonc' }, content);
  }
}

describe('a graph that grew by changes', () => {
  it('is the one that is built at once from what is there in the end', async () => {
    const [grown, built] = [await openGraph(), await openGraph()];
    try {
      fc.assert(
        fc.property(fc.array(step, { minLength: 3, maxLength: 25 }), (steps) => {
          for (const { database, store } of [grown, built]) must(database.write(() => store.removeAll()));
          const present = new Map<string, ShortFacts>();
          let mapping = '';
          for (const one of steps) {
            if (one.what === 'put') {
              put(grown, one.path, one.facts);
              present.set(one.path, one.facts);
            } else if (one.what === 'remove') {
              grown.remove(one.path);
              present.delete(one.path);
            } else if (one.what === 'map') {
              map(grown, one.to);
              mapping = one.to;
            } else grown.settle(one.most);
          }
          grown.settle(3);
          for (const [path, short] of [...present].toReversed()) put(built, path, short);
          if (mapping !== '') map(built, mapping);
          built.settle();
          expect(grown.edges()).toEqual(built.edges());
        }),
        { numRuns: process.env['NIGHTSHIFT_LONG'] === '1' ? 3_000 : 150 },
      );
    } finally {
      grown.close();
      built.close();
    }
  });
});

describe('a name that a hit of the memory has', () => {
  it('is found where a part of a file has several of them, by the first', () => {
    graph.put('src/x.ts', { symbols: ['addItem', 'dropItem'] });
    expect(ask('symbol:src/x.ts#addItem, dropItem', 'around').center?.id).toBe('symbol:src/x.ts#addItem');
    expect(ask('symbol:src/x.ts#gone, dropItem', 'around').center).toBeUndefined();
  });

  it('is that of a heading with what it stands under', () => {
    graph.put('README.md', {
      kind: 'document',
      language: 'markdown',
      symbols: [
        ['heading', 'Install'],
        ['heading', 'Install > Linux'],
      ],
    });
    expect(ask('README.md#Install > Linux', 'around').center?.id).toBe('symbol:README.md#Install > Linux');
  });

  it('is found among more things of the same name than are told', () => {
    for (let at = 0; at < 250; at += 1) {
      graph.put(`src/p${at}/index.ts`, {
        symbols: [
          ['class', `Class${at}`],
          ['method', `Class${at}.run`],
        ],
      });
    }
    expect(ask('Class249.run', 'around').center?.id).toBe('symbol:src/p249/index.ts#Class249.run');
    expect(ask('p249/index.ts', 'around').center?.id).toBe('file:src/p249/index.ts');
    expect(ask('run', 'around').others.length).toBeLessThanOrEqual(200);
  });
});
