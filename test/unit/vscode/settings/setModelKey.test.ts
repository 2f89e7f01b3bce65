import { expect, test } from 'vitest';
import { nullLogger } from '../../../../src/base/logger.ts';
import { ok } from '../../../../src/base/result.ts';
import { giveModelKey, keyVariables } from '../../../../src/vscode/settings/storedModelKeys.ts';
import { setModelKey } from '../../../../src/vscode/settings/setModelKey.ts';
import { MemoryEditor } from '../../../fakes/editor/memoryEditor.ts';

const base = 'https://gpu.lan/v1';

function editor(openaiBaseUrl?: string): MemoryEditor {
  const made = new MemoryEditor();
  made.servers = openaiBaseUrl === undefined ? {} : { openaiBaseUrl };
  made.host.answers = { setModelKey: () => ok({}) };
  return made;
}

test('the key is kept for the origin of the server and told to hosts that run', async () => {
  const one = editor(base);
  one.host.become({ kind: 'connected' });
  one.words.push(' secret-1 ');
  await setModelKey(one.context, undefined);
  expect([...one.secrets]).toEqual([['nightshift.modelKey https://gpu.lan', 'secret-1']]);
  expect(one.host.requests).toEqual([{ method: 'setModelKey', params: { baseUrl: base, key: 'secret-1' } }]);
  expect(one.mentions).toEqual([expect.not.stringContaining('secret-1')]);
  expect(await one.context.modelKeys.of('https://gpu.lan/other/v1')).toBe('secret-1');
  expect(await one.context.modelKeys.of('https://elsewhere.lan/v1')).toBeUndefined();
  expect(await one.context.modelKeys.of('http://gpu.lan/v1')).toBeUndefined();
});

test('a host that does not run is not started for it', async () => {
  const one = editor(base);
  one.words.push('secret-1');
  await setModelKey(one.context, undefined);
  expect(one.host.requests).toEqual([]);
});

test('an empty answer takes the key away, turning away leaves it', async () => {
  const one = editor(base);
  one.words.push('secret-1');
  await setModelKey(one.context, undefined);
  await setModelKey(one.context, undefined);
  expect(await one.context.modelKeys.of(base)).toBe('secret-1');
  one.words.push('');
  await setModelKey(one.context, undefined);
  expect(one.secrets.size).toBe(0);
});

test('without an address there is nothing to have a key for, and a button sets one', async () => {
  const one = editor();
  await setModelKey(one.context, undefined);
  expect(one.notes).toMatchObject([{ kind: 'warning', message: expect.stringContaining('No model server is set') }]);
  expect(one.notes[0]?.buttons).toContain('Set Server Address');
});

test('a key reaches an agent host that is started with the address that it is for, or not at all', () => {
  expect(keyVariables('http://h/v1', 'k')).toEqual({
    NIGHTSHIFT_OPENAI_BASE_URL: 'http://h/v1',
    NIGHTSHIFT_OPENAI_API_KEY: 'k',
  });
  expect([keyVariables('http://h/v1', undefined), keyVariables(undefined, 'k')]).toEqual([{}, {}]);
});

test('a host that runs already is given the key, and one that is too old for it is told of in the log', async () => {
  const one = editor(base);
  const warnings: string[] = [];
  const log = { ...nullLogger, warn: (text: string) => void warnings.push(text) };
  await giveModelKey(one.host, base, undefined, log);
  await giveModelKey(one.host, undefined, 'secret-1', log);
  expect(one.host.requests).toEqual([]);
  await giveModelKey(one.host, base, 'secret-1', log);
  expect(one.host.requests).toEqual([{ method: 'setModelKey', params: { baseUrl: base, key: 'secret-1' } }]);
  one.host.answers = {};
  await giveModelKey(one.host, base, 'secret-1', log);
  expect(warnings).toEqual([expect.stringContaining('did not take the key')]);
  expect(warnings[0]).not.toContain('secret-1');
});
