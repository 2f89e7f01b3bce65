import { describe, expect, it } from 'vitest';
import { recallWithoutIndex } from '../../../../src/core/memory/recall/recallWithoutIndex.ts';
import type { RecallQuery } from '../../../../src/protocol/memory.ts';
import { sampleEpisode } from '../../../fakes/sampleMemory.ts';

const why = 'This Node has no SQLite: use one that has.';
const notSearched = 'names, commits, the graph and meaning: This Node has no SQLite: use one that has';
const label = 'found by git grep without the index';
const episodes = [
  sampleEpisode({ id: 'cart' }),
  sampleEpisode({ id: 'retry', goal: 'Retry uploads with a pause', files: ['src/upload.ts'], approach: 'Doubled it.' }),
  sampleEpisode({ id: 'login', goal: 'Keep the login for a day', files: ['src/login.ts'], signature: [] }),
];
const filler = Array.from({ length: 100 }, (_, at) => `const filler${at} = ${at};`).join('\n');
const texts = [
  {
    path: 'src/parcel.ts',
    text: `${filler}\n\n/** When the parcel leaves the warehouse. */\nexport const noon = 12;\n`,
  },
  { path: 'README.md', text: '# Shop\n\nEvery parcel is blue.\n' },
  { path: 'test/parcel.test.py', text: 'def test_parcel():\n    assert parcel\n' },
];

const search = (changes: Partial<RecallQuery>, unsearched?: string) =>
  recallWithoutIndex(
    { query: '', count: 10, snippetTokens: 200, ...changes },
    { why, episodes, texts, ...(unsearched === undefined ? {} : { unsearched }) },
  );

const found = async (changes: Partial<RecallQuery>): Promise<string[]> => {
  const { hits, missing } = await search(changes);
  expect(missing).toEqual([notSearched]);
  return hits.map(({ kind, episode, path }) => `${kind} ${episode?.id ?? path}`);
};

describe('recall without an index', () => {
  it('finds what was solved by its words, in other forms of them too, and says what it did not search', async () => {
    expect(await found({ query: 'retrying the uploads' })).toEqual(['episode retry']);
    expect((await found({ query: 'TypeError: total of the cart' }))[0]).toBe('episode cart');
    expect(await found({ query: 'zebra' })).toEqual([]);
  });

  it('shows the place in a file that has the words, says in which way it was found, and ranks by all of them', async () => {
    const { hits } = await search({ query: 'when do parcels leave the warehouse' });
    expect(hits[0]).toMatchObject({ kind: 'code', path: 'src/parcel.ts' });
    expect(hits[0]?.snippet).toContain('leaves the warehouse');
    expect(hits[0]?.startLine).toBeGreaterThan(50);
    expect(hits.map(({ path }) => path)).toContain('README.md');
    for (const hit of hits) {
      expect(hit.reasons[0]?.text).toMatch(new RegExp(`"parcels?".*${label}$`));
    }
    const solved = await search({ query: 'uploads' });
    expect(JSON.stringify(solved.hits)).not.toContain(label);
  });

  it('puts the episode of the same error first, whatever else shares its words', async () => {
    const error = 'RangeError: the upload of 12 parts was refused';
    const same = sampleEpisode({
      id: 'same',
      goal: 'Mend it',
      files: ['a.ts'],
      approach: '',
      signature: [`error ${error}`],
    });
    const asked = { query: 'RangeError: the upload of 7 parts was refused', count: 3, snippetTokens: 0 };
    const traced = { errors: ['RangeError: the upload of 7 parts was refused'] };
    const { hits } = await recallWithoutIndex(asked, { why, episodes: [...episodes, same], texts: [] }, traced);
    expect(hits[0]).toMatchObject({ episode: { id: 'same' }, reasons: [{ by: 'trace' }, { by: 'episode' }] });
  });

  it('keeps to the kinds, paths, languages, times and the count that are asked for', async () => {
    expect(await found({ query: 'cart', kinds: ['commit'] })).toEqual([]);
    expect(await found({ query: 'cart upload login', kinds: ['episode'], paths: ['src/login.ts'] })).toEqual([
      'episode login',
    ]);
    expect(await found({ query: 'parcel', kinds: ['test'] })).toEqual(['test test/parcel.test.py']);
    expect(await found({ query: 'parcel', paths: ['src'] })).toEqual(['code src/parcel.ts']);
    expect(await found({ query: 'parcel', languages: ['Markdown'] })).toEqual(['document README.md']);
    expect(await found({ query: 'cart upload login parcel', since: '2030-01-01T00:00:00Z' })).toEqual([]);
    expect(await found({ query: 'cart upload login', count: 2 })).toHaveLength(2);
  });

  it('says why files were not searched, once', async () => {
    expect((await search({ query: 'x' }, 'Git is not there.')).missing).toEqual([
      notSearched,
      'files: Git is not there',
    ]);
    expect((await search({ query: 'x' }, why)).missing).toEqual([`files, ${notSearched}`]);
  });
});
