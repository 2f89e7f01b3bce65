import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TestReport } from '../../../../src/core/changes/proof/proof.ts';
import { validateCall } from '../../../../src/core/tools/callValidation.ts';
import { capOutput } from '../../../../src/core/tools/capOutput.ts';
import type { Tool, ToolContext } from '../../../../src/core/tools/tool.ts';
import { isSandboxReason } from '../../../../src/core/sandbox/sandboxReasons.ts';
import { allTools, toolsFor, toolSpec } from '../../../../src/core/tools/toolRegistry.ts';
import { MemorySandbox } from '../../../fakes/memorySandbox.ts';

const report: TestReport = {
  passed: 9,
  failed: 1,
  skipped: 0,
  total: 10,
  exitCode: 1,
  timedOut: false,
  milliseconds: 1_240,
  tests: [
    { name: 'adds', status: 'passed' },
    { name: 'counts > down', status: 'failed', file: 'test/counter.test.js', message: 'expected 1\ngot 2' },
  ],
  outputTail: 'some output\nthe end',
};

function context(sandbox: MemorySandbox, tests: TestReport | { unavailable: string } = report): ToolContext {
  return { sandbox, signal: new AbortController().signal, runTests: async () => tests };
}

function named(name: string): Tool {
  const tool = allTools.find((each) => each.name === name);
  if (tool === undefined) {
    throw new Error(`no tool ${name}`);
  }
  return tool;
}

/** The output of a call that must succeed. */
async function use(sandbox: MemorySandbox, name: string, args: unknown, tests?: TestReport): Promise<string> {
  const outcome = await named(name).execute(args, context(sandbox, tests));
  if (!outcome.ok) {
    throw new Error(`${outcome.reason}: ${outcome.message}`);
  }
  return outcome.output;
}

describe('the tools of the implementer', () => {
  it('list files of a folder under any spelling of the root', async () => {
    const sandbox = new MemorySandbox({ files: { 'src/a.ts': '', 'src/b.js': '', 'README.md': '' } });
    for (const directory of ['', '.', './', '/']) {
      expect(await use(sandbox, 'list_files', { directory })).toBe('README.md\nsrc/a.ts\nsrc/b.js');
    }
    expect(await use(sandbox, 'list_files', { directory: './src/', glob: '**/*.ts' })).toBe('src/a.ts');
    expect(await use(sandbox, 'list_files', { directory: 'nothing' })).toBe('No file matches.');
  });

  it('say when there are more files than are listed', async () => {
    const files = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`f${index}`, '']));
    expect(await use(new MemorySandbox({ files }), 'list_files', {})).toContain('[more than 200 files;');
  });

  it('hand on all that the guest found, for the caller to keep and to cut', async () => {
    const name = (index: number): string => `folder/${'long-name-'.repeat(10)}${index}.txt`;
    const line = `find ${'x'.repeat(290)}`;
    const files = Object.fromEntries(Array.from({ length: 150 }, (_, index) => [name(index), `${line}\n`]));
    const sandbox = new MemorySandbox({ files });
    const listed = await use(sandbox, 'list_files', {});
    expect(listed.split('\n').toSorted()).toEqual(Object.keys(files).toSorted());
    const found = await use(sandbox, 'search_text', { pattern: 'find' });
    expect(found.split('\n').filter((hit) => hit.endsWith(`.txt:1: ${line}`))).toHaveLength(60);
    expect(capOutput(listed)).not.toBe(listed);
  });

  it('read lines with their numbers, without carriage returns and byte order mark', async () => {
    const sandbox = new MemorySandbox({ files: { 'a.txt': '\uFEFFone\r\ntwo\r\nthree\r\n' } });
    expect(await use(sandbox, 'read_file', { path: 'a.txt' })).toBe('a.txt, lines 1-3 of 3:\n1|one\n2|two\n3|three');
    expect(await use(sandbox, 'read_file', { path: 'a.txt', startLine: 2, endLine: 2 })).toBe(
      'a.txt, lines 2-2 of 3:\n2|two',
    );
  });

  it('read a long file in parts that join without a gap', async () => {
    const lines = Array.from({ length: 2_000 }, (_, index) => `line number ${index + 1} of the file`);
    const sandbox = new MemorySandbox({ files: { 'long.txt': lines.join('\n') } });
    const seen: string[] = [];
    for (let startLine: number | undefined = 1; startLine !== undefined;) {
      const output: string = await use(sandbox, 'read_file', { path: 'long.txt', startLine });
      expect(new TextEncoder().encode(output).length).toBeLessThanOrEqual(8_192);
      seen.push(...output.split('\n').flatMap((line) => line.match(/^\d+\|(.*)$/)?.[1] ?? []));
      const next = /read on with startLine=(\d+)\]$/.exec(output)?.[1];
      startLine = next === undefined ? undefined : Number(next);
    }
    expect(seen).toEqual(lines);
  });

  it('cut one endless line and say how much is missing', async () => {
    const output = await use(new MemorySandbox({ files: { 'min.js': 'x'.repeat(5_000) } }), 'read_file', {
      path: 'min.js',
    });
    expect(output).toContain('[… 4000 more characters]');
  });

  it('say which lines there are when the range is outside of the file', async () => {
    const sandbox = new MemorySandbox({ files: { 'a.txt': 'one\n', 'empty.txt': '' } });
    expect(await named('read_file').execute({ path: 'a.txt', startLine: 9 }, context(sandbox))).toMatchObject({
      ok: false,
      reason: 'invalid-range',
      message: expect.stringContaining('lines 1 to 1'),
    });
    expect(await use(sandbox, 'read_file', { path: 'empty.txt' })).toBe('empty.txt is empty.');
  });

  it('find text as text and as a regular expression', async () => {
    const sandbox = new MemorySandbox({ files: { 'a.ts': 'let a = (1);\n  let b;', 'b.md': 'let' } });
    expect(await use(sandbox, 'search_text', { pattern: '(1)' })).toBe('a.ts:1: let a = (1);');
    expect(await use(sandbox, 'search_text', { pattern: '^\\s+let', regex: true })).toBe('a.ts:2: let b;');
    expect(await use(sandbox, 'search_text', { pattern: 'let', glob: '*.md' })).toBe('b.md:1: let');
    expect(await use(sandbox, 'search_text', { pattern: 'nowhere' })).toBe('Nothing found.');
  });

  it('write, edit and delete a file', async () => {
    const sandbox = new MemorySandbox();
    expect(await use(sandbox, 'write_file', { path: 'a.txt', content: 'one\ntwo\n' })).toBe('Created a.txt, 8 bytes.');
    expect(await use(sandbox, 'edit_file', { path: 'a.txt', oldText: 'two', newText: '2' })).toBe(
      'Edited a.txt at line 2.',
    );
    expect(sandbox.text('a.txt')).toBe('one\n2\n');
    expect(await use(sandbox, 'write_file', { path: 'a.txt', content: '' })).toBe('Replaced a.txt, 0 bytes.');
    expect(await use(sandbox, 'delete_file', { path: 'a.txt' })).toBe('Deleted a.txt.');
    expect(sandbox.files.size).toBe(0);
  });

  it('refuse an edit that changes nothing and text that does not fit a request', async () => {
    const sandbox = new MemorySandbox({ files: { a: 'x' } });
    expect(await named('edit_file').execute({ path: 'a', oldText: 'x', newText: 'x' }, context(sandbox))).toMatchObject(
      {
        reason: 'no-change',
      },
    );
    const content = 'x'.repeat(1_100_000);
    expect(await named('write_file').execute({ path: 'a', content }, context(sandbox))).toMatchObject({
      reason: 'too-large',
    });
    expect(sandbox.requests).toEqual([]);
  });

  it('put the verdict first, then the failing tests, then the end of the output', async () => {
    const output = await use(new MemorySandbox(), 'run_tests', {});
    expect(output).toBe(
      [
        'FAILED: 9 passed, 1 failed, 0 skipped of 10 (exit code 1, 1.2 s).',
        '- counts > down (test/counter.test.js)',
        '  expected 1',
        '  got 2',
        '--- end of the output ---',
        'some output',
        'the end',
      ].join('\n'),
    );
  });

  it.each([
    [{ total: 0, passed: 0, failed: 0, exitCode: 0, tests: [] }, 'NO TEST RAN'],
    [{ total: 10, passed: 10, failed: 0, exitCode: 0, tests: [] }, 'PASSED: 10 passed'],
    [{ total: 10, passed: 10, failed: 0, exitCode: 1, tests: [] }, 'FAILED: 10 passed, 0 failed, 0 skipped of 10, but'],
    [{ cannotRun: 'There is no go.' }, 'CANNOT RUN: There is no go.'],
  ])('never call a doubtful test run passed: %j', async (change, start) => {
    expect((await use(new MemorySandbox(), 'run_tests', {}, { ...report, ...change })).startsWith(start)).toBe(true);
  });

  it('keep a flood of failures within 8 KB', async () => {
    const tests = Array.from({ length: 500 }, (_, index) => ({
      name: `test ${index} ${'n'.repeat(300)}`,
      status: 'failed' as const,
      message: 'm'.repeat(10_000),
    }));
    const output = await use(new MemorySandbox(), 'run_tests', {}, { ...report, tests, outputTail: 'o'.repeat(8_192) });
    expect(new TextEncoder().encode(output).length).toBeLessThanOrEqual(8_192);
    expect(output).toContain('[490 more failing tests]');
  });

  it('keep every failing test with its whole message beside what the model is shown', async () => {
    const tests = Array.from({ length: 40 }, (_, index) => ({
      name: `test ${index}`,
      status: 'failed' as const,
      file: 'a.test.js',
      message: `${'m'.repeat(2_000)} ends ${index}`,
    }));
    const outputTail = `${'o'.repeat(8_000)} the end`;
    const change = { ...report, failed: 40, total: 49, tests, outputTail };
    const outcome = await named('run_tests').execute({}, context(new MemorySandbox(), change));
    const kept = outcome.ok ? (outcome.whole ?? '') : '';
    expect(kept).toContain('FAILED: 9 passed, 40 failed');
    for (const { name, message } of tests) {
      expect(kept).toContain(`- ${name} (a.test.js)\n  ${message}\n`);
    }
    expect(kept.endsWith(outputTail)).toBe(true);
    expect(kept).not.toContain('left out');
  });

  it('have nothing more to keep of a short test run', async () => {
    const outcome = await named('run_tests').execute({}, context(new MemorySandbox()));
    expect(outcome).not.toHaveProperty('whole');
  });

  it('fail when the tests do not end, with what was seen until then, so that the breaker counts it', async () => {
    const change = { ...report, timedOut: true, exitCode: null, milliseconds: 120_000 };
    const outcome = await named('run_tests').execute({}, context(new MemorySandbox(), change));
    expect(outcome).toMatchObject({ ok: false, reason: 'timed-out' });
    const { reason, message } = outcome.ok ? { reason: '', message: '' } : outcome;
    expect(isSandboxReason(reason)).toBe(false);
    expect(message).toMatch(/^TIMED OUT after 120 s: 9 passed, 1 failed, 0 skipped of 10\. .*endless loop.*\.\n/);
    expect(message).toContain('- counts > down (test/counter.test.js)');
    expect(message.endsWith('some output\nthe end')).toBe(true);
  });

  it('keep within 8 KB what is said of tests that do not end, the reason included', async () => {
    const tests = Array.from({ length: 50 }, (_, index) => ({
      name: `${index} ${'n'.repeat(300)}`,
      status: 'failed' as const,
      message: 'm'.repeat(3_000),
    }));
    const change = { ...report, timedOut: true, tests, outputTail: 'o'.repeat(8_192) };
    const outcome = await named('run_tests').execute({}, context(new MemorySandbox(), change));
    const said = outcome.ok ? '' : `${outcome.reason}: ${outcome.message}`;
    expect(said.length).toBeGreaterThan(7_000);
    expect(capOutput(said)).toBe(said);
    expect(outcome.whole).toContain('m'.repeat(3_000));
  });

  it('say why tests cannot be run at all', async () => {
    const outcome = await named('run_tests').execute(
      {},
      context(new MemorySandbox(), { unavailable: 'No tests found.' }),
    );
    expect(outcome).toEqual({ ok: false, reason: 'tests-unavailable', message: 'No tests found.' });
  });

  it('end the task with a summary', async () => {
    const outcome = await named('finish').execute({ summary: 'Done.' }, context(new MemorySandbox()));
    expect(outcome).toMatchObject({ ok: true, finished: { summary: 'Done.' } });
  });

  it('cut a summary that nobody would read to 4,000 characters instead of refusing it', async () => {
    const call = { name: 'finish', arguments: { summary: `${'s'.repeat(3_998)}👩 and so on` } };
    const checked = validateCall(call, allTools);
    const outcome = checked.ok
      ? await checked.value.tool.execute(checked.value.args, context(new MemorySandbox()))
      : { ok: false };
    expect(outcome).toMatchObject({ ok: true, finished: { summary: `${'s'.repeat(3_998)}…` } });
    const short = { name: 'finish', arguments: { summary: 's'.repeat(4_000) } };
    expect(validateCall(short, allTools)).toMatchObject({ ok: true, value: { args: short.arguments, repairs: [] } });
    expect(validateCall({ name: 'finish', arguments: { summary: '' } }, allTools)).toMatchObject({ ok: false });
  });

  it("hand on the guest's own reason for a refusal", async () => {
    const sandbox = new MemorySandbox({ files: { a: 'x x' } });
    const reasons = await Promise.all([
      named('read_file').execute({ path: 'none' }, context(sandbox)),
      named('read_file').execute({ path: '../etc/passwd' }, context(sandbox)),
      named('edit_file').execute({ path: 'a', oldText: 'x', newText: 'y' }, context(sandbox)),
      named('edit_file').execute({ path: 'a', oldText: 'z', newText: 'y' }, context(sandbox)),
      named('search_text').execute({ pattern: '(', regex: true }, context(sandbox)),
    ]);
    expect(reasons.map((outcome) => (outcome.ok ? 'ok' : outcome.reason))).toEqual([
      'not-found',
      'path-outside',
      'ambiguous-match',
      'no-match',
      'invalid-pattern',
    ]);
    expect(reasons.some((outcome) => !outcome.ok && isSandboxReason(outcome.reason))).toBe(false);
  });

  it('let a dead box be told from a refusal by the guest', async () => {
    const sandbox = new MemorySandbox({ files: { a: 'x' } });
    sandbox.die();
    for (const tool of toolsFor(['read', 'write'])) {
      const args = { path: 'a', content: '', oldText: 'x', newText: 'y', pattern: 'x' };
      const outcome = await tool.execute(args, context(sandbox));
      expect(outcome).toMatchObject({ ok: false, reason: 'sandbox-died' });
      expect(!outcome.ok && isSandboxReason(outcome.reason)).toBe(true);
    }
  });
});

describe('the offer of tools', () => {
  it('gives a role only what its rights allow', () => {
    expect(toolsFor(['read']).map((tool) => tool.name)).toEqual(['list_files', 'read_file', 'search_text']);
    expect(toolsFor([])).toEqual([]);
    expect(toolsFor(['read'], { memory: true }).map((tool) => tool.name)).toContain('recall');
    expect(toolsFor(['write'], { memory: true }).map((tool) => tool.name)).not.toContain('recall');
    expect(
      toolsFor(['read', 'write', 'execute', 'finish'], { memory: true, review: true, questions: true, reports: true }),
    ).toEqual(allTools.filter(({ name }) => name !== 'report_finding'));
  });

  it('fits into 1,200 tokens, even at three characters a token', () => {
    for (const review of [true, false]) {
      const most = toolsFor(['read', 'write', 'execute', 'finish'], {
        memory: true,
        questions: true,
        reports: true,
        review,
      });
      expect(most).toHaveLength(allTools.length - 1);
      expect(JSON.stringify(most.map(toolSpec)).length / 3).toBeLessThanOrEqual(1_200);
    }
  });

  it('is at most eight tools, nine with a memory, ten with a review, eleven where the user may be asked or findings are kept, with at most four flat, described parameters', () => {
    expect(toolsFor(['read', 'write', 'execute', 'finish']).length).toBeLessThanOrEqual(8);
    expect(toolsFor(['read', 'write', 'execute', 'finish'], { memory: true, review: true }).length).toBeLessThanOrEqual(
      10,
    );
    expect(
      toolsFor(['read', 'write', 'execute', 'finish'], { memory: true, questions: true, reports: true }).length,
    ).toBeLessThanOrEqual(11);
    for (const spec of allTools.map(toolSpec)) {
      expect(spec.parameters).toMatchObject({ type: 'object' });
      expect(spec.parameters).not.toHaveProperty('$schema');
      expect(JSON.stringify(spec)).not.toMatch(/anyOf|oneOf|allOf|\$ref/);
      const properties: Record<string, unknown> = Object(spec.parameters['properties']);
      expect(Object.keys(properties).length).toBeLessThanOrEqual(4);
      for (const property of Object.values(properties)) {
        expect(property).toMatchObject({
          type: expect.stringMatching(/^(string|integer|boolean)$/),
          description: expect.stringMatching(/\w/),
        });
      }
    }
  });

  it('describes read_file exactly so', () => {
    expect(toolSpec(named('read_file')).parameters).toEqual({
      type: 'object',
      properties: {
        path: { type: 'string', minLength: 1, description: 'file in the repository' },
        startLine: { type: 'integer', exclusiveMinimum: 0, description: 'first line, from 1' },
        endLine: { type: 'integer', exclusiveMinimum: 0, description: 'last line, inclusive' },
      },
      required: ['path'],
    });
  });
});

describe('capOutput', () => {
  it('keeps head and tail and says what is missing', () => {
    const text = Array.from({ length: 1_000 }, (_, index) => `line ${index}`).join('\n');
    const capped = capOutput(text, 400);
    expect(capped).toMatch(/^line 0\n[^]*\n\[… \d+ lines, \d+ bytes left out here …\]\nline \d+\n[^]*line 999$/);
  });

  it('never exceeds its limit, never tears a character, and leaves short text alone', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 800 }),
        fc.integer({ min: 200, max: 600 }),
        (text, limit) => {
          const wellFormed = new TextDecoder().decode(new TextEncoder().encode(text));
          const capped = capOutput(wellFormed, limit);
          const bytes = new TextEncoder().encode(capped).length;
          expect(bytes).toBeLessThanOrEqual(limit);
          expect(capped.includes('\uFFFD')).toBe(wellFormed.includes('\uFFFD') && capped.includes('\uFFFD'));
          if (new TextEncoder().encode(wellFormed).length <= limit) {
            expect(capped).toBe(wellFormed);
          }
        },
      ),
    );
  });
});
