import { expect, it } from 'vitest';
import { GraphResolver } from '../../../src/node/memory/sqlite/graphResolver.ts';
import { must } from '../repository/temporaryRepository.ts';
import { type GraphFixture, openGraph } from './graphFixture.ts';

it('a graph leads to the same whenever a file changes while the rest is still worked out', async () => {
  const users = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => `src/${name}.ts`);
  const putAll = (into: GraphFixture): void => {
    into.put('src/one.ts', { symbols: ['sum'] });
    users.forEach((path) => into.put(path, { imports: [['./one', 'sum']], calls: ['sum'] }));
  };
  const change = (into: GraphFixture): void => {
    into.put('src/one.ts', { symbols: ['other'] });
    into.put('src/two.ts', { symbols: ['sum'] });
    into.put('src/f.ts', { imports: [['./two', 'sum']], calls: ['sum'] });
  };
  const graph = await openGraph();
  putAll(graph);
  change(graph);
  graph.settle();
  const whole = graph.edges();
  graph.close();
  expect(whole).toContain('src/f.ts -import-> src/two.ts');
  for (let steps = 1; steps < 16; steps += 1) {
    const other = await openGraph();
    const resolver = new GraphResolver(other.database);
    putAll(other);
    for (let step = 0; step < steps; step += 1) must(other.database.write(() => resolver.resolve(1)));
    change(other);
    while (must(other.database.write(() => resolver.resolve(1))));
    expect(other.edges()).toEqual(whole);
    other.close();
  }
});
