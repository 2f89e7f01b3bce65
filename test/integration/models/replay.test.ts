import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createReplayModel } from '../../../src/node/models/replay/replay.ts';
import { describesLanguageModel, value } from './contract.ts';
import { chatRequest, historyOf } from './requests.ts';

let directory = '';
let written = 0;
const never = new AbortController().signal;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nightshift-replay-'));
});

afterAll(async () => {
  await rm(directory, { recursive: true, force: true });
});

async function script(content: unknown): Promise<string> {
  written += 1;
  const path = join(directory, `script${written}.json`);
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

describe('a replay model', () => {
  describesLanguageModel({
    open: async (turns) => ({
      model: createReplayModel({ path: await script({ version: 1, turns }) }),
      close: () => Promise.resolve(),
    }),
    replay: true,
  });

  it('leaves unknown counts out', async () => {
    const model = createReplayModel({ path: await script({ version: 1, turns: [{ text: 'x' }] }) });
    expect(value(await model.chat(chatRequest(), { signal: never })).usage).toEqual({});
  });

  it('says that the script ended, and at which turn', async () => {
    const model = createReplayModel({ path: await script({ version: 1, turns: [{ text: 'x' }] }) });
    const result = await model.chat(chatRequest({ messages: historyOf(1) }), { signal: never });
    expect(result).toMatchObject({ ok: false, error: { reason: 'script-ended' } });
    expect(result.ok ? '' : result.error.message).toMatch(/ends after turn 1, and turn 2 was asked for; .+\.$/);
  });

  it.each([
    [{ lastContains: 'return a + b' }, /Turn 2 .* it expects "return a \+ b" in the last messages/],
    [{ tools: ['finish', 'run_tests'] }, /Turn 2 .* it expects the tool run_tests/],
  ])('refuses a run that is not the recorded one: %j', async (expected, message) => {
    const path = await script({ version: 1, turns: [{ text: 'x' }, { text: 'y', expect: expected }] });
    const result = await createReplayModel({ path }).chat(chatRequest({ messages: historyOf(1) }), { signal: never });
    expect(result).toMatchObject({ ok: false, error: { reason: 'rejected' } });
    expect(result.ok ? '' : result.error.message).toMatch(message);
  });

  it.each([
    ['no JSON', '{', 'malformed', /not valid/],
    ['no turns', { version: 1, turns: [] }, 'malformed', /turns/],
    ['a misspelt field', { version: 1, turns: [{ txt: 'x' }] }, 'malformed', /turns\.0.*txt/],
    ['another version', { version: 2, turns: [{ text: 'x' }] }, 'malformed', /version/],
  ])('refuses a script with %s', async (_, content, reason, message) => {
    const model = createReplayModel({ path: await script(content) });
    for (const result of [await model.probe(never), await model.chat(chatRequest(), { signal: never })]) {
      expect(result).toMatchObject({ ok: false, error: { reason } });
      expect(result.ok ? '' : result.error.message).toMatch(message);
    }
  });

  it('says that the file is missing', async () => {
    const result = await createReplayModel({ path: join(directory, 'none.json') }).probe(never);
    expect(result).toMatchObject({ ok: false, error: { reason: 'model-missing' } });
  });
});
