import { expect, test } from 'vitest';
import { modelName } from '../../../../src/vscode/models/editorModel.ts';
import { ModelConsent } from '../../../../src/vscode/models/modelConsent.ts';
import { memory } from '../../../fakes/editor/memory.ts';

const meant = { vendor: 'acme', id: 'labs/one' };
const alike = { vendor: 'acme/labs', id: 'one' };

test('a word for one model is none for another whose vendor and id read the same', async () => {
  expect(modelName(meant)).toBe(modelName(alike));
  const consent = new ModelConsent(memory());
  await consent.set(meant, true);
  expect([consent.has(meant), consent.has(alike)]).toEqual([true, false]);
  await consent.set(alike, true);
  await consent.set(meant, false);
  expect([consent.has(meant), consent.has(alike)]).toEqual([false, true]);
});

test('a word that was kept by the name alone is asked for again, and kept no longer', async () => {
  const store = memory();
  await store.update('nightshift.allowedLanguageModels', ['acme/one', 'acme/two']);
  const consent = new ModelConsent(store);
  const one = { vendor: 'acme', id: 'one' };
  expect(consent.has(one)).toBe(false);
  await consent.set(one, true);
  expect(consent.has(one)).toBe(true);
  expect(store.get('nightshift.allowedLanguageModels', [])).toEqual(['["acme","one"]']);
});
