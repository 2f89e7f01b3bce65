import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type GraphFixture, openGraph } from './graphFixture.ts';

/** Files that call one name; more than one run may take with `most`. */
const callers = 300;
const most = 2;
/** Rows of links and uses of one run, and what each may change: callees away and anew, four at most, and its file's note. */
const mostChanges = most * 25 * 9 + 100;

let graph: GraphFixture;

beforeEach(async () => {
  graph = await openGraph();
});

afterEach(() => {
  graph.close();
});

const changes = (): number =>
  Number(graph.database.connection.prepare('SELECT total_changes() AS count').get()?.['count']);

/** What each run changed, until `steps` are over or nothing is left. */
function settleInSteps(steps = Infinity): number[] {
  const changed: number[] = [];
  for (let more = true; more && changed.length < steps;) {
    const before = changes();
    more = graph.settleOnce(most);
    changed.push(changes() - before);
  }
  return changed;
}

function putCallers(): void {
  for (let at = 0; at < callers; at += 1) {
    graph.put(`src/caller${at}.ts`, { symbols: [`f${at}`], calls: [[`f${at}`, 'fetchAll']] });
  }
}

describe('working out a graph in parts', () => {
  it('takes a few of the callers at a time where a name gets another meaning, and leads all of them there', () => {
    graph.put('src/one.ts', { symbols: ['fetchAll'] });
    putCallers();
    graph.settle();
    graph.put('src/two.ts', { symbols: ['fetchAll'] });
    const changed = settleInSteps();
    expect(Math.max(...changed)).toBeLessThan(mostChanges);
    expect(changed.length).toBeGreaterThan(callers / (most * 25));
    expect(graph.edges().filter((edge) => edge.includes('-> src/two.ts#fetchAll'))).toHaveLength(callers);
  });

  it('begins with all callers again where the meaning changes half way', () => {
    graph.put('src/one.ts', { symbols: ['fetchAll'] });
    putCallers();
    graph.settle();
    graph.put('src/two.ts', { symbols: ['fetchAll'] });
    settleInSteps(3);
    graph.remove('src/one.ts');
    graph.put('src/three.ts', { symbols: ['fetchAll'] });
    settleInSteps();
    for (const path of ['src/two.ts', 'src/three.ts']) {
      expect(graph.edges().filter((edge) => edge.includes(`-> ${path}#fetchAll`))).toHaveLength(callers);
    }
    expect(graph.edges().filter((edge) => edge.includes('src/one.ts'))).toEqual([]);
  });

  it('takes a file with many calls, and a module that many files import, in parts too', () => {
    const names = Array.from({ length: callers }, (_, at) => `g${at}`);
    graph.put('src/all.ts', { symbols: names });
    graph.put('src/big.ts', { symbols: ['main'], calls: names.map((name) => ['main', name] as const) });
    for (const name of names) graph.put(`src/${name}.ts`, { imports: [['./late.ts', 'late']] });
    const first = settleInSteps();
    graph.put('src/late.ts', { symbols: ['late'] });
    const second = settleInSteps();
    expect(Math.max(...first, ...second)).toBeLessThan(mostChanges);
    expect(graph.edges().filter((edge) => edge.startsWith('src/big.ts#main -call-> src/all.ts'))).toHaveLength(callers);
    expect(graph.edges().filter((edge) => edge.endsWith('-import-> src/late.ts'))).toHaveLength(callers);
  });
});
