import { describe, expect, test } from 'vitest';
import { answerRecall } from '../../../../src/host/memory/answerRecall.ts';
import { createRedactor } from '../../../../src/node/trace/secretRedactor.ts';
import { codeHit, commitHit, episodeHit, FixedMemory } from '../../../fakes/fixedMemory.ts';
import { testKeys } from '../../../fakes/traceProtection.ts';

const redactor = createRedactor(testKeys('recall').redaction);
const { signal } = new AbortController();
// Made up, and in parts, so that no scanner of this repository takes them for real ones.
const amazon = ['AKIA', 'QYLPMN5HFIQR7XYA'].join('');
const github = ['ghp_', 'wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx'].join('');

const question = { query: 'upload', count: 10, snippetTokens: 2_000 } as const;
const hits = [
  codeHit({ snippet: `const id = '${amazon}';\nconst token = '${github}';\nupload(id);` }),
  commitHit({ title: `Take ${github} out`, reasons: [{ by: 'words', text: `"${amazon}" in its text` }] }),
  episodeHit(),
];

describe('an answer of the memory', () => {
  test('that a language model reads has no secret in it, and all the rest', async () => {
    const answer = await answerRecall(new FixedMemory(hits), redactor, { ...question, reader: 'model' }, signal);
    const told = JSON.stringify(answer);
    expect(told).not.toContain(amazon);
    expect(told).not.toContain(github);
    expect(told).toMatch(/\[redacted:[a-z-]+:[0-9a-f]{8}\].*upload\(id\)/);
    expect(
      answer.ok && answer.value.hits.map(({ path, commit, episode, score }) => [path, commit, episode, score]),
    ).toEqual(hits.map(({ path, commit, episode, score }) => [path, commit, episode, score]));
  });

  test.each([
    [{ languages: ['typescrpt'] }, /^There is no language "typescrpt"; there are .*, typescript, /],
    [{ paths: ['['] }, /^"\[" is no glob of paths: write src\/\*\*/],
    [{ paths: ['src/**', '!a]'] }, /^"!a\]" is no glob/],
  ])('is refused where a filter can fit nothing: %j', async (filter, message) => {
    const memory = new FixedMemory(hits);
    const answer = await answerRecall(memory, redactor, { ...question, ...filter }, signal);
    expect(answer).toMatchObject({
      ok: false,
      error: { reason: 'bad-filter', message: expect.stringMatching(message), exitCode: 2 },
    });
    expect(memory.asked).toEqual([]);
  });

  test('that a person reads is as it is on their disk', async () => {
    const answer = await answerRecall(new FixedMemory(hits), redactor, question, signal);
    expect(answer.ok && answer.value.hits).toEqual(hits);
  });
});
