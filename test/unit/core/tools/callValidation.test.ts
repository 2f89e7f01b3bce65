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
      repairs: [expect.any(String)],
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
      repairs: [expect.stringContaining(name)],
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
    expect(repairs).toHaveLength(3);
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
