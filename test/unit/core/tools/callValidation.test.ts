import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { validateCall } from '../../../../src/core/tools/callValidation.ts';
import { editDistance, folded } from '../../../../src/core/tools/toolName.ts';
import { allTools, toolsFor } from '../../../../src/core/tools/toolRegistry.ts';

function accepted(name: string, args: unknown) {
  const result = validateCall({ name, arguments: args }, allTools);
  if (!result.ok) {
    throw new Error(result.error.message);
  }
  return { tool: result.value.tool.name, args: result.value.args, repairs: result.value.repairs };
}

function refused(name: string, args: unknown) {
  const result = validateCall({ name, arguments: args }, allTools);
  if (result.ok) {
    throw new Error(`accepted as ${result.value.tool.name}`);
  }
  return result.error;
}

describe('validateCall', () => {
  it('lets a right call through without a repair', () => {
    expect(accepted('read_file', { path: 'a.ts', startLine: 3 })).toEqual({
      tool: 'read_file',
      args: { path: 'a.ts', startLine: 3 },
      repairs: [],
    });
  });

  it('parses arguments given as JSON text, once', () => {
    expect(accepted('read_file', '{"path":"a.ts"}')).toMatchObject({
      args: { path: 'a.ts' },
      repairs: [{ rung: 'arguments-text', detail: expect.any(String) }],
    });
    expect(refused('read_file', JSON.stringify('{"path":"a.ts"}')).reason).toBe('invalid-arguments');
    expect(refused('read_file', 'read a.ts please: {"path":"a.ts"}').reason).toBe('invalid-arguments');
  });

  it('takes missing arguments as none', () => {
    for (const none of [undefined, null, '', {}]) {
      expect(accepted('run_tests', none)).toMatchObject({ tool: 'run_tests', args: {} });
    }
  });

  it.each(['Read_File', 'readFile', 'read-file', 'READFILE', 'read file'])('reads %s as read_file', (name) => {
    expect(accepted(name, { path: 'a' })).toMatchObject({
      tool: 'read_file',
      repairs: [{ rung: 'tool-name', detail: expect.stringContaining(name) }],
    });
  });

  it('forgives a typo only into a tool that reads', () => {
    expect(accepted('raed_file', { path: 'a' }).tool).toBe('read_file');
    expect(accepted('list_file', {}).tool).toBe('list_files');
    const error = refused('writ_file', { path: 'a', content: '' });
    expect(error.reason).toBe('unknown-tool');
    expect(error.message).toContain('Did you mean edit_file or write_file?');
    expect(refused('run_test', {}).reason).toBe('unknown-tool');
    expect(refused('finis', { summary: 'x' }).reason).toBe('unknown-tool');
  });

  it.each([
    ['functions.write_file', 'write_file'],
    ['functions.write_file:0', 'write_file'],
    ['tools.readFile', 'read_file'],
    ['default_api:run_tests', 'run_tests'],
    ['read_file()', 'read_file'],
    ['list_files<|channel|>commentary', 'list_files'],
    ['functions.raed_file:12', 'read_file'],
  ])('reads %s, as templates write it, as %s', (name, tool) => {
    const { path, content } = { path: 'a', content: '' };
    expect(accepted(name, { path, content })).toMatchObject({
      tool,
      repairs: expect.arrayContaining([{ rung: 'tool-name', detail: `${JSON.stringify(name)} read as ${tool}` }]),
    });
  });

  it('never repairs a name into a tool with a stronger effect than the one that it plainly names', () => {
    const letter = fc.constantFrom(...'a b c d e f i l n o r s t u w _ - : .'.split(' '), ' ');
    const rank = { read: 0, finish: 1, execute: 1, write: 1 };
    const misspelt = fc
      .tuple(fc.constantFrom(...allTools), fc.array(fc.tuple(fc.nat(12), letter, fc.nat(2)), { maxLength: 4 }))
      .map(([tool, slips]) =>
        slips.reduce((name, [at, with_, cut]) => name.slice(0, at) + with_ + name.slice(at + cut), tool.name),
      );
    fc.assert(
      fc.property(
        misspelt,
        fc.constantFrom('', 'functions.', 'tool:'),
        fc.constantFrom('', ':3', '()'),
        (name, before, behind) => {
          const result = validateCall(
            {
              name: before + name + behind,
              arguments: { path: 'a', content: '', summary: 's', oldText: 'a', newText: 'b', pattern: 'x' },
            },
            allTools,
          );
          if (result.ok && rank[result.value.tool.effect] > 0) {
            expect(
              folded(
                (before + name + behind)
                  .replace(/^(?:functions|tool)[.:]+/, '')
                  .replace('()', '')
                  .replace(/:\d+$/, ''),
              ),
            ).toBe(folded(result.value.tool.name));
          }
        },
      ),
      { numRuns: 3_000 },
    );
  });

  it('mends arguments sent as JSON text that is closed but not right, and says of cut ones that they are cut', () => {
    expect(accepted('search_text', String.raw`{'pattern': "\d+", regex: True,}`)).toEqual({
      tool: 'search_text',
      args: { pattern: String.raw`\d+`, regex: true },
      repairs: [
        { rung: 'arguments-text', detail: expect.any(String) },
        { rung: 'json', detail: expect.any(String) },
      ],
    });
    expect(refused('write_file', '{"path":"a","content":"half a fi').message).toMatch(
      /^The arguments end before their end/,
    );
  });

  it('keeps every two tools further apart than a typo, so that a closed tool never turns into another', () => {
    for (const [index, left] of allTools.entries()) {
      for (const right of allTools.slice(index + 1)) {
        expect(editDistance(folded(left.name), folded(right.name))).toBeGreaterThan(2);
      }
    }
  });

  it('names the tools on offer when it knows no such tool', () => {
    const result = validateCall({ name: 'bash', arguments: {} }, toolsFor(['read']));
    expect(result).toMatchObject({
      ok: false,
      error: {
        reason: 'unknown-tool',
        message: 'There is no tool "bash". The tools are: list_files, read_file, search_text.',
      },
    });
  });

  it('converts numbers and truth values sent as text and drops empty optional arguments', () => {
    expect(accepted('read_file', { path: 'a', startLine: '3', endLine: null }).args).toEqual({
      path: 'a',
      startLine: 3,
    });
    expect(accepted('search_text', { pattern: '3', regex: 'true' }).args).toEqual({ pattern: '3', regex: true });
    expect(accepted('read_file', { path: 'a', startLine: '' }).args).toEqual({ path: 'a' });
    expect(refused('read_file', { path: 'a', startLine: '3 or so' }).reason).toBe('invalid-arguments');
    expect(refused('read_file', { path: 'a', startLine: '2.5' }).reason).toBe('invalid-arguments');
  });

  it('leaves text that looks like a number text where text is asked for', () => {
    expect(accepted('write_file', { path: 'a', content: '3' })).toMatchObject({ args: { content: '3' }, repairs: [] });
  });

  it('reads keys under another spelling and drops unknown ones, and records both', () => {
    const { args, repairs } = accepted('edit_file', { path: 'a', old_text: 'x', NewText: 'y', reason: 'because' });
    expect(args).toEqual({ path: 'a', oldText: 'x', newText: 'y' });
    expect(repairs.map(({ rung }) => rung)).toEqual(['argument-name', 'argument-name', 'argument-dropped']);
    expect(accepted('edit_file', { path: 'a', old_text: 'no', oldText: 'x', newText: 'y' }).args).toMatchObject({
      oldText: 'x',
    });
  });

  it('is not fooled by keys of the object prototype', () => {
    const args: unknown = JSON.parse('{"path":"a","__proto__":{"startLine":5},"constructor":1}');
    expect(accepted('read_file', args).args).toEqual({ path: 'a' });
  });

  it('answers a wrong call with what is wrong and the schema of that one tool, on one line', () => {
    const error = refused('read_file', { file: 'a', startLine: 'soon' });
    expect(error.reason).toBe('invalid-arguments');
    expect(error.message).toBe(
      'Wrong arguments: path: must be string; startLine: must be number. Use read_file {"path": string, "startLine"?: integer, "endLine"?: integer}.',
    );
  });

  it('never throws and never yields a tool that was not offered, for any call', () => {
    const name = fc.oneof(fc.string(), fc.constantFrom(...allTools.map((tool) => tool.name)), fc.constant('writefile'));
    const rights = fc.subarray(['read', 'write', 'execute', 'finish'] as const);
    fc.assert(
      fc.property(name, fc.oneof(fc.jsonValue(), fc.json(), fc.anything()), rights, (toolName, args, allowed) => {
        const offered = toolsFor(allowed);
        const result = validateCall({ name: toolName, arguments: args }, offered);
        if (result.ok) {
          expect(offered).toContain(result.value.tool);
          expect(result.value.tool.parameters.safeParse(result.value.args).success).toBe(true);
        } else {
          expect(result.error.message).not.toContain('\n');
          expect(result.error.message.length).toBeLessThan(700);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
