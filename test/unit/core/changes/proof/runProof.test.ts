import { describe, expect, it, vi } from 'vitest';
import { fail, ok, type Result } from '../../../../../src/base/result.ts';
import { prove, type ProofRequest, runTestsOn } from '../../../../../src/core/changes/proof/runProof.ts';
import type { TestCommand } from '../../../../../src/core/changes/proof/testCommand.ts';
import type { Sandbox, SandboxFailure, TreeFile } from '../../../../../src/core/sandbox/sandbox.ts';
import type { GuestResult } from '../../../../../src/protocol/guest.ts';
import { maxReadBytes } from '../../../../../src/protocol/guestLimits.ts';
import { GuestFailure, type MemoryCommand, MemorySandbox } from '../../../../fakes/memorySandbox.ts';
import { testProtection } from '../../../../fakes/traceProtection.ts';

const command: TestCommand = {
  runner: 'node-test',
  argv: ['node', '--test'],
  environment: { CI: 'true' },
  report: { format: 'tap', file: '/tmp/report.tap' },
};

/** A runner in memory: each line of `tests` is a test and passes when it reads `ok`. */
const runner: MemoryCommand = (_params, box) => {
  const tests = (box.text('tests') ?? '').split('\n').filter((line) => line !== '');
  const points = tests.map(
    (line, index) => `${line.startsWith('ok') ? '' : 'not '}ok ${index + 1} - ${line.slice(-1)}`,
  );
  box.scratch.set('report.tap', new TextEncoder().encode(['TAP version 13', ...points].join('\n')));
  return { exitCode: points.some((point) => point.startsWith('not')) ? 1 : 0, stdout: 'ran' };
};

const trees: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  broken: { tests: 'ok a\nno b' },
  mended: { tests: 'ok a\nok b' },
  shorter: { tests: 'ok a' },
};

async function* treeFiles(tree: string): AsyncGenerator<TreeFile> {
  for (const [path, text] of Object.entries(trees[tree] ?? {})) {
    yield { path, mode: '100644', bytes: new TextEncoder().encode(text) };
  }
}

interface Setting {
  readonly command?: MemoryCommand;
  readonly prepare?: (box: MemorySandbox, index: number) => void;
  readonly start?: () => Result<Sandbox, SandboxFailure>;
}

function setting({ command: run = runner, prepare, start }: Setting = {}) {
  const boxes: MemorySandbox[] = [];
  const request: ProofRequest = {
    startBox: async () => {
      if (start !== undefined) {
        return start();
      }
      const box = new MemorySandbox({ profile: 'build', command: run });
      boxes.push(box);
      prepare?.(box, boxes.length - 1);
      return ok(box);
    },
    files: treeFiles,
    command,
    redactor: testProtection().redactor,
    signal: new AbortController().signal,
    commandSeconds: 120,
    hash: 'change',
    baseTree: 'broken',
    patchedTree: 'mended',
    changed: [{ path: 'tests', status: 'modified' }],
  };
  return { boxes, request };
}

describe('prove', () => {
  it('runs base and change in two fresh boxes, one after the other, and destroys both', async () => {
    const { boxes, request } = setting({
      prepare: (_box, index) => expect(boxes.slice(0, index).every((earlier) => earlier.destroyed)).toBe(true),
    });
    const proof = await prove(request);
    expect(proof).toMatchObject({
      ok: true,
      value: {
        verdict: 'green',
        hash: 'change',
        runtime: 'runc',
        base: { passed: 1, failed: 1 },
        patched: { passed: 2 },
      },
    });
    expect(boxes.map((box) => box.destroyed)).toEqual([true, true]);
  });

  it('gives the command its environment and its limit', async () => {
    const { boxes, request } = setting();
    await prove(request);
    expect(boxes[0]?.requests[0]).toMatchObject({
      method: 'run_command',
      params: { argv: ['node', '--test'], environment: { CI: 'true' }, timeoutMs: 120_000 },
    });
  });

  it('is red when the change mends nothing and unverified when it drops a test', async () => {
    expect(await prove({ ...setting().request, patchedTree: 'broken' })).toMatchObject({ value: { verdict: 'red' } });
    expect(await prove({ ...setting().request, patchedTree: 'shorter' })).toMatchObject({
      value: { verdict: 'unverified', reason: '1 test of the base did not run any more: "b".' },
    });
  });

  it('is unverified when the change edits what steers the tests', async () => {
    const changed = [{ path: 'conftest.py', status: 'added' as const }];
    expect(await prove({ ...setting().request, changed })).toMatchObject({
      value: { verdict: 'unverified', reason: expect.stringContaining('conftest.py, which steers the tests') },
    });
  });

  it('does not run the base again when its run is known', async () => {
    const { boxes, request } = setting();
    const base = await runTestsOn('broken', request);
    expect(base.ok && (await prove({ ...request, knownBase: base.value }))).toMatchObject({
      ok: true,
      value: { verdict: 'green' },
    });
    expect(boxes).toHaveLength(2);
  });
});

describe('runTestsOn', () => {
  it('sees no test when the report is missing, however well the command ended', async () => {
    const { request } = setting({ command: () => ({ exitCode: 0, stdout: 'ok 1 - everything' }) });
    expect(await runTestsOn('mended', request)).toMatchObject({ ok: true, value: { total: 0, exitCode: 0 } });
  });

  it('reads a report in parts, with characters across their borders', async () => {
    const name = '\u{1F600}'.repeat(100);
    const lines = Array.from({ length: 3_000 }, (_, index) => `ok ${index + 1} - ${name}${index}`);
    const { boxes, request } = setting({
      command: (_params, box) => {
        box.scratch.set('report.tap', new TextEncoder().encode(lines.join('\n')));
        return {};
      },
    });
    const report = await runTestsOn('mended', request);
    expect(report.ok && report.value.tests.map((test) => test.name)).toEqual(
      lines.map((_, index) => `${name}${index}`),
    );
    expect(boxes[0]?.requests.filter(({ method }) => method === 'read_bytes').length).toBeGreaterThan(1);
  });

  /** A guest that answers reads of the report in its own way. */
  function reading(answer: (offset: number) => GuestResult<'read_bytes'>) {
    const { boxes, request } = setting({
      prepare: (box) => {
        const honest = box.request.bind(box);
        box.request = async (method, params, options) => {
          const answered = await honest(method, params, options);
          return answered.ok && method === 'read_bytes' && 'offset' in params
            ? ok({ ...answered.value, ...answer(params.offset) })
            : answered;
        };
      },
    });
    return { boxes, request };
  }

  it.each<[string, (offset: number) => GuestResult<'read_bytes'>]>([
    ['answers what is no base64', () => ({ bytes: '\u{1F600}*', size: 3 })],
    ['answers one byte a read', () => ({ bytes: 'eA==', size: 8_000_000 })],
    ['answers more than there is', () => ({ bytes: 'eHh4', size: 2 })],
    ['answers nothing of what it says is there', () => ({ bytes: '', size: 10 })],
    [
      'lets the report grow while it is read',
      (offset) => ({ bytes: btoa('x'.repeat(maxReadBytes)), size: offset + 2 * maxReadBytes }),
    ],
  ])('calls it a violation when the guest %s', async (_what, answer) => {
    const { boxes, request } = reading(answer);
    expect(await runTestsOn('mended', request)).toMatchObject({ ok: false, error: { reason: 'protocol-violation' } });
    expect(boxes[0]?.requests.filter(({ method }) => method === 'read_bytes').length).toBeLessThanOrEqual(2);
    expect(boxes[0]?.destroyed).toBe(true);
  });

  it('gives up reading after a minute, however many parts came in time', async () => {
    vi.useFakeTimers();
    const { boxes, request } = setting({
      prepare: (box) => {
        const honest = box.request.bind(box);
        box.request = (method, params, options) =>
          method === 'read_bytes' ? new Promise<never>(() => undefined) : honest(method, params, options);
      },
    });
    const running = runTestsOn('mended', request);
    await vi.advanceTimersByTimeAsync(60_000);
    vi.useRealTimers();
    expect(await running).toMatchObject({ ok: false, error: { reason: 'timeout' } });
    expect(boxes[0]?.destroyed).toBe(true);
  });

  it('takes an empty report for what it is', async () => {
    const { request } = setting({
      command: (_params, box) => {
        box.scratch.set('report.tap', new Uint8Array());
        return {};
      },
    });
    expect(await runTestsOn('mended', request)).toMatchObject({ ok: true, value: { total: 0 } });
  });

  it('gives up a report that never ends', async () => {
    const { request } = setting({
      command: (_params, box) => {
        box.scratch.set('report.tap', new TextEncoder().encode('ok 1 - a\n'.repeat(1_000_000)));
        return {};
      },
    });
    expect(await runTestsOn('mended', request)).toMatchObject({ ok: true, value: { total: 0 } });
  });

  it.each(['not-found', 'not-executable'] as const)(
    'says that tests cannot run when the program is %s',
    async (reason) => {
      const { request } = setting({ command: () => new GuestFailure(reason, '"go" is not installed.') });
      expect(await runTestsOn('mended', request)).toMatchObject({
        ok: true,
        value: { cannotRun: '"go" is not installed.', total: 0 },
      });
    },
  );

  it('keeps a time-out as what it is', async () => {
    const { request } = setting({ command: () => ({ exitCode: null, signal: 'SIGKILL', timedOut: true }) });
    expect(await runTestsOn('mended', request)).toMatchObject({ ok: true, value: { timedOut: true, exitCode: null } });
  });

  it.each([
    [
      'during the upload',
      (box: MemorySandbox) => box.failNext('put_tree', { reason: 'sandbox-died', message: 'gone' }),
    ],
    [
      'during the command',
      (box: MemorySandbox) => box.failNext('run_command', { reason: 'sandbox-died', message: 'gone' }),
    ],
    [
      'before the report is read',
      (box: MemorySandbox) => box.failNext('read_bytes', { reason: 'sandbox-died', message: 'gone' }),
    ],
  ])('answers with the failure of a box that dies %s, and destroys it', async (_when, prepare) => {
    const { boxes, request } = setting({ prepare });
    expect(await runTestsOn('mended', request)).toEqual({
      ok: false,
      error: { reason: 'sandbox-died', message: 'gone' },
    });
    expect(boxes[0]?.destroyed).toBe(true);
  });

  it('answers with the failure when no box can be started', async () => {
    const failure: SandboxFailure = { reason: 'engine-unavailable', message: 'No engine.' };
    expect(await runTestsOn('mended', setting({ start: () => fail(failure) }).request)).toEqual({
      ok: false,
      error: failure,
    });
  });

  it('destroys the box when the tree cannot be read', async () => {
    const { boxes, request } = setting();
    async function* unreadable(): AsyncGenerator<TreeFile> {
      yield { path: 'a.txt', mode: '100644', bytes: new Uint8Array() };
      throw new Error('no such tree');
    }
    await expect(runTestsOn('mended', { ...request, files: unreadable })).rejects.toThrow('no such tree');
    expect(boxes[0]?.destroyed).toBe(true);
  });
});
