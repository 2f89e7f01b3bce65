import { appendFile, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createModel } from '../../../src/node/models/createModel.ts';
import { chatTemplate, writeTinyModel } from '../../fakes/tinyModel/writeTinyModel.ts';
import { failed, value } from './contract.ts';
import { chatRequest } from './requests.ts';
import { openTinyModel, type OpenTinyModel } from './transformersModel.ts';

const never = new AbortController().signal;
const plain = chatRequest({ tools: [] });
const turns = [{ text: 'from here' }];
let opened: OpenTinyModel | undefined;

afterEach(async () => {
  await opened?.close();
  opened = undefined;
});

async function using(tiny: Partial<Parameters<typeof writeTinyModel>[1]> = {}): Promise<OpenTinyModel> {
  opened = await openTinyModel({ turns, ...tiny });
  return opened;
}

describe('the folder of a model', () => {
  it.each(['model_q4.onnx', 'model_quantized.onnx', 'model_fp16.onnx', 'model.onnx'])(
    'may have %s',
    async (weights) => {
      const { model } = await using({ weights });
      expect(value(await model.chat(plain, { signal: never })).text).toBe('from here');
    },
  );

  it('has its quickest weights taken where it has several', async () => {
    const { model, folder } = await using({ weights: 'model.onnx' });
    await writeTinyModel(folder, { turns: [{ text: 'four bits' }], weights: 'model_q4.onnx' });
    expect(value(await model.chat(plain, { signal: never })).text).toBe('four bits');
  });

  it('may have its chat template in a file of its own', async () => {
    const { model, folder } = await using({ template: null });
    await writeFile(join(folder, 'chat_template.jinja'), chatTemplate({ tools: true }));
    expect(value(await model.probe(never)).tools).toBe(true);
    expect(value(await model.chat(chatRequest(), { signal: never })).text).toBe('from here');
  });

  it('may have a template of its own for requests with tools', async () => {
    const { model, folder } = await using();
    const path = join(folder, 'tokenizer_config.json');
    const named = [
      { name: 'default', template: "{{ raise_exception('not for tools') }}" },
      { name: 'tool_use', template: chatTemplate({ tools: true }) },
    ];
    await writeFile(path, JSON.stringify({ ...JSON.parse(await readFile(path, 'utf8')), chat_template: named }));
    expect(value(await model.chat(chatRequest(), { signal: never })).text).toBe('from here');
    expect(failed(await model.chat(plain, { signal: never })).message).toContain('not for tools');
  });

  it('is named by a hash of all its files, the weights too', async () => {
    const { model, folder } = await using();
    const digest = async () => value(await model.probe(never)).digest;
    const before = await digest();
    expect(await digest()).toBe(before);
    await appendFile(join(folder, 'onnx', 'model.onnx'), '\0');
    expect(await digest()).not.toBe(before);
  });

  it('is loaded again when its files were replaced', async () => {
    const { model, folder } = await using();
    expect(value(await model.chat(plain, { signal: never })).text).toBe('from here');
    await writeTinyModel(folder, { turns: [{ text: 'from a newer one' }] });
    expect(value(await model.chat(plain, { signal: never })).text).toBe('from a newer one');
  });

  it('has the smaller of the windows that its files name', async () => {
    const { model, folder } = await using({ contextTokens: 4_096 });
    const path = join(folder, 'tokenizer_config.json');
    const change = async (more: object) =>
      writeFile(path, JSON.stringify({ ...JSON.parse(await readFile(path, 'utf8')), ...more }));
    await change({ model_max_length: 1e30 });
    expect(value(await model.probe(never)).contextTokens).toBe(4_096);
    await change({ model_max_length: 2_048 });
    expect(value(await model.probe(never)).contextTokens).toBe(2_048);
  });
});

describe('a model folder that cannot be used', () => {
  it.each([
    ['config.json', /config\.json is missing/],
    ['tokenizer.json', /tokenizer\.json is missing/],
    ['tokenizer_config.json', /tokenizer_config\.json is missing/],
    ['onnx', /no weights of a text model/],
    ['.', /there is no such folder/],
  ])('for want of %s is named, with what must be in it', async (name, problem) => {
    const { model, folder } = await using();
    await rm(join(folder, name), { recursive: true });
    for (const result of [await model.probe(never), await model.chat(plain, { signal: never })]) {
      const { reason, message } = failed(result);
      expect(reason).toBe('model-missing');
      expect(message).toMatch(problem);
      expect(message).toContain(folder);
      expect(message).toMatch(/Nothing is downloaded: put a model .* there, with config\.json, tokenizer\.json/);
    }
  });

  it('for want of the data beside its weights is named', async () => {
    const { model, folder } = await using();
    const path = join(folder, 'config.json');
    const config = {
      ...JSON.parse(await readFile(path, 'utf8')),
      'transformers.js_config': { use_external_data_format: true },
    };
    await writeFile(path, JSON.stringify(config));
    expect(failed(await model.chat(plain, { signal: never })).message).toContain('onnx/model.onnx_data is missing');
  });

  it.each([
    ['onnx/model.onnx', 'not weights', 'malformed', /broken: it cannot be loaded: .*put its files in place again/],
    ['tokenizer.json', '{"model": 7}', 'malformed', /broken: it cannot be loaded/],
    ['config.json', '{"model_type": "of-another-world"}', 'malformed', /broken: it cannot be loaded/],
    ['config.json', '{', 'model-missing', /config\.json is not JSON/],
    ['config.json', '{}', 'model-missing', /config\.json is not as expected \(model_type/],
  ])('because of its %s (%s) is named, and another is answered after it', async (file, content, reason, problem) => {
    const { model, folder } = await using();
    const path = join(folder, file);
    const before = await readFile(path);
    await writeFile(path, content);
    expect(failed(await model.chat(plain, { signal: never }))).toMatchObject({
      reason,
      message: expect.stringMatching(problem),
    });
    await writeFile(path, before);
    expect(value(await model.chat(plain, { signal: never })).text).toBe('from here');
  });

  it.each(['../tiny/scripted', 'tiny/../tiny/scripted', '/etc', 'a/b/c', '..', 'tiny/scri pted', 'tiny\\scripted'])(
    'is not looked for as %s: a name leads to no other folder',
    async (name) => {
      const { runner, directory } = await using();
      const model = value(createModel({ driver: 'transformers', name }, { insideModels: { runner, directory } }));
      expect(failed(await model.probe(never))).toMatchObject({
        reason: 'model-missing',
        message: expect.stringContaining('write ORG/NAME'),
      });
    },
  );

  it('needs an agent host', () => {
    expect(createModel({ driver: 'transformers', name: 'a/b' })).toMatchObject({
      ok: false,
      error: { reason: 'unknown-driver', message: expect.stringContaining('agent host') },
    });
  });
});
