import { describe, expect, it } from 'vitest';
import { failure } from '../../../../../src/base/failure.ts';
import { fail } from '../../../../../src/base/result.ts';
import type { ChatRequest, ModelInfo } from '../../../../../src/core/models/languageModel.ts';
import { readTextualCall } from '../../../../../src/core/tools/textualCall.ts';
import { tryOut } from '../../../../../src/core/models/trial/tryOut.ts';
import { functionModel, type Said } from '../../../../fakes/functionModel.ts';
import { isTrial, trialAnswer, type TrialManner } from '../../../../fakes/trialAnswers.ts';

const info: ModelInfo = {
  id: { driver: 'ollama', name: 'm' },
  tools: true,
  replay: false,
  contextTokens: 40_960,
  facts: { parameters: 8.2e9 },
};

const options = { contextTokens: 16_384, readTextualCall, signal: new AbortController().signal };

function answering(manner: TrialManner, change: (request: ChatRequest, said: Said) => Said = (_request, said) => said) {
  return functionModel((request) => {
    const said = trialAnswer(manner, request.messages, {
      tools: request.tools.length > 0,
      format: request.format,
    });
    return change(request, said);
  });
}

/** Answers of a good model, but for what it is asked about the named thing. */
function goodBut(thing: string, said: Said) {
  return answering('good', (request, good) => (request.messages[1]?.content.includes(thing) === true ? said : good));
}

describe('trying a model out', () => {
  it('finds a model that does all well capable, and asks five questions at temperature 0 in one window', async () => {
    const model = answering('good');
    const trial = await tryOut(model, info, options);
    expect(trial).toMatchObject({
      ok: true,
      value: {
        grade: { tools: 'native', schema: true, level: 'capable' },
        words: 'capable: calls tools, answers to a schema, edits and copies exactly',
      },
    });
    expect(model.requests).toHaveLength(5);
    for (const request of model.requests) {
      expect(request).toMatchObject({ temperature: 0, contextTokens: 16_384, maxOutputTokens: 2_048 });
      expect(request.format === undefined || request.tools.length === 0).toBe(true);
      expect(isTrial(request.messages)).toBe(true);
    }
  });

  it.each([
    [30.5e9, 'strong'],
    [8.2e9, 'capable'],
    [1.5e9, 'weak'],
    [undefined, 'capable'],
  ] as const)('takes the size of %s parameters into account: %s', async (parameters, level) => {
    const sized = { ...info, facts: parameters === undefined ? {} : { parameters } };
    expect(await tryOut(answering('good'), sized, options)).toMatchObject({ value: { grade: { level } } });
  });

  it('tells calls that are printed as text, and asks on in that way', async () => {
    const model = answering('text');
    expect(await tryOut(model, info, options)).toMatchObject({
      value: { grade: { tools: 'text', schema: true, level: 'capable' }, words: expect.stringContaining('as text') },
    });
    expect(model.requests[1]?.messages.at(-1)).toMatchObject({
      role: 'user',
      content: expect.stringContaining('violet-8613'),
    });
  });

  it.each([
    ['src/clamp.js', 'could not make an exact edit'],
    ['src/label.js', 'could not copy a small file exactly'],
    ['kestrel-47', 'did not use what the tool answered'],
  ] as const)('finds a model weak that fails at %s', async (thing, told) => {
    const model = goodBut(thing, { text: 'Done!' });
    const asked = thing === 'kestrel-47' ? ignoringResult() : model;
    const trial = await tryOut(asked, info, options);
    expect(trial).toMatchObject({ value: { grade: { tools: 'native', level: 'weak' } } });
    expect(trial.ok && trial.value.words).toContain(told);
  });

  it('does not take an edit that stands twice in the file, or changes something else, for exact', async () => {
    for (const old of ['  ', 'const high = 40;']) {
      const given = { path: 'src/clamp.js', old, new: 'const high = 60;' };
      const model = goodBut('src/clamp.js', { calls: [{ name: 'edit_file', arguments: given }] });
      expect(await tryOut(model, info, options)).toMatchObject({ value: { grade: { level: 'weak' } } });
    }
  });

  it('never takes a call out of an answer that was cut', async () => {
    const model = answering('good', (_request, said) => ({ ...said, finish: 'length' }));
    const trial = await tryOut(model, info, options);
    expect(trial).toMatchObject({ value: { grade: { tools: 'none' } } });
    expect(trial.ok && trial.value.findings[0]?.told).toContain('cut for its length');
  });

  it('lets a model without tools act by schema', async () => {
    const model = functionModel((request) =>
      request.tools.length > 0
        ? fail(failure('tools-unsupported', 'No tools.'))
        : trialAnswer('schema', request.messages, { tools: false, format: request.format }),
    );
    expect(await tryOut(model, info, options)).toMatchObject({
      value: { grade: { tools: 'none', schema: true, level: 'capable' } },
    });
  });

  it('finds a model unfit that can act in no way, and says why', async () => {
    const trial = await tryOut(answering('bad'), info, options);
    expect(trial).toMatchObject({ value: { grade: { tools: 'none', schema: false, level: 'unfit' } } });
    expect(trial.ok && trial.value.words).toMatch(
      /^unfit: it makes no right tool call, and its server holds it to no schema/,
    );
  });

  it('finds a model unfit that can neither edit nor copy', async () => {
    const model = answering('good', (request, said) =>
      request.messages[1]?.content.includes('src/') === true ? { text: 'Done!' } : said,
    );
    expect(await tryOut(model, info, options)).toMatchObject({
      value: { grade: { tools: 'native', level: 'unfit' }, words: expect.stringContaining('neither') },
    });
  });

  it('asks nothing of a model for embeddings, or of one with a window that is too small', async () => {
    for (const unable of [{ facts: { completes: false } }, { contextTokens: 2_048 }]) {
      const model = answering('good');
      expect(await tryOut(model, { ...info, ...unable }, options)).toMatchObject({
        value: { grade: { level: 'unfit' } },
      });
      expect(model.requests).toEqual([]);
    }
  });

  it.each(['unreachable', 'aborted', 'busy', 'timeout', 'crashed', 'interrupted'] as const)(
    'passes a server on that fails with %s, and grades nothing',
    async (reason) => {
      const model = functionModel((request, count) =>
        count === 2
          ? fail(failure(reason, 'It failed.'))
          : trialAnswer('good', request.messages, { tools: true, format: request.format }),
      );
      expect(await tryOut(model, info, options)).toEqual({ ok: false, error: { reason, message: 'It failed.' } });
    },
  );

  it('takes a server that refuses every request for a failure, not for an unfit model', async () => {
    const model = functionModel(() => fail(failure('rejected', 'Access denied.')));
    expect(await tryOut(model, info, options)).toMatchObject({ ok: false, error: { reason: 'rejected' } });
  });

  it('is content without a schema where a server refuses one', async () => {
    const model = functionModel((request) =>
      request.format === undefined
        ? trialAnswer('good', request.messages, { tools: true, format: undefined })
        : fail(failure('format-unsupported', 'No formats.')),
    );
    expect(await tryOut(model, info, options)).toMatchObject({
      value: { grade: { tools: 'native', schema: false, level: 'capable' } },
    });
  });
});

/** Calls the tool, and then makes something up. */
function ignoringResult() {
  return answering('good', (request, said) =>
    request.messages.some((message) => message.role === 'tool') ? { text: 'It is probably 12.' } : said,
  );
}
