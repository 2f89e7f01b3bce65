import { describe, expect, it } from 'vitest';
import { createHumanWriter } from '../../../src/cli/writers/humanWriter.ts';
import { createJsonWriter } from '../../../src/cli/writers/jsonWriter.ts';
import { diffText } from '../../../src/cli/writers/diffText.ts';
import { paintFor, plainPaint } from '../../../src/cli/writers/paint.ts';
import { progressText } from '../../../src/host/trace/progressText.ts';
import { nextSteps } from '../../../src/cli/writers/taskText.ts';
import { plainLine, plainText } from '../../../src/base/plainText.ts';
import { memoryCliIo } from '../../fakes/memoryCliIo.ts';
import { queuedTask, readyTask, sampleHash, sampleLines, samplePatch, traceLine } from '../../fakes/sampleTasks.ts';

const failed = queuedTask({
  state: 'failed',
  activity: '',
  reason: { code: 'stuck', message: 'The same call gave the same result 4 times.' },
});
const applied = {
  task: readyTask(),
  applied: ['src/sum.js'],
  conflicts: [
    {
      path: 'src/b.js',
      reason: 'changed-meanwhile',
      message: 'It was changed since the task began. Merge it by hand.',
    },
  ],
  remaining: ['package.json'],
};

describe('JSON writer', () => {
  it('prints no character that a terminal would obey', () => {
    const io = memoryCliIo([]);
    createJsonWriter(io.stdout).task(
      queuedTask({ state: 'failed', activity: '', reason: { code: 'stuck', message: 'a\u009b2Jb\u202ec\u007f' } }),
    );
    expect(io.out()).toContain('stuck: a\\u009b2Jb\\u202ec\\u007f');
  });

  function lines(use: (writer: ReturnType<typeof createJsonWriter>) => void): unknown[] {
    const io = memoryCliIo([]);
    use(createJsonWriter(io.stdout));
    const text = io.out();
    return text === ''
      ? []
      : text
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line) as unknown);
  }

  it('ends with the task in exactly the shape of the contract', () => {
    expect(lines((writer) => writer.task(readyTask(), samplePatch))).toEqual([
      {
        type: 'task',
        id: 'task-7h2k9m4q1x',
        state: 'ready',
        changeset: {
          hash: sampleHash,
          files: [
            { path: 'src/sum.js', status: 'modified', additions: 1, deletions: 1 },
            { path: 'package.json', status: 'modified', additions: 2, deletions: 0 },
          ],
        },
        proof: {
          verdict: 'green',
          base: { passed: 9, failed: 1, total: 10 },
          patched: { passed: 10, failed: 0, total: 10 },
        },
        votes: [{ agent: 'implementer', vote: 'approve', hash: sampleHash, reason: 'The tests pass.' }],
        usage: { newTokens: 1_834, tokens: 4_920, steps: 5, seconds: 11.4 },
      },
    ]);
  });

  it('gives the reason of a failed task, and null where there is no changeset and no proof', () => {
    expect(lines((writer) => writer.task(failed))).toMatchObject([
      {
        type: 'task',
        state: 'failed',
        reason: 'stuck: The same call gave the same result 4 times.',
        changeset: null,
        proof: null,
      },
    ]);
  });

  it('writes progress, conflicts, checks and verifications each as a line of its own', () => {
    expect(
      lines((writer) => {
        writer.started(queuedTask());
        writer.note('A remark');
        writer.progress('task-1', traceLine(3, 'run-started', { agent: 'implementer' }));
        writer.applied(applied);
        writer.verified('task-1', { ok: false, events: 4, firstBad: { line: 3, reason: 'prev' } });
        writer.check({ name: 'git', status: 'fail', detail: 'missing', fix: 'Install it.' });
        writer.doctor(false);
        writer.hostStopped(true);
      }),
    ).toEqual([
      {
        type: 'event',
        task: 'task-1',
        seq: 3,
        ts: '2026-01-05T21:00:01.000Z',
        actor: 'host',
        event: 'run-started',
        data: { agent: 'implementer' },
      },
      { type: 'conflict', ...applied.conflicts[0] },
      { type: 'remaining', path: 'package.json' },
      expect.objectContaining({ type: 'task', id: 'task-7h2k9m4q1x' }) as unknown,
      { type: 'verify', ok: false, events: 4, firstBad: { line: 3, reason: 'prev' } },
      { type: 'check', name: 'git', status: 'fail', detail: 'missing', fix: 'Install it.' },
      { type: 'doctor', ok: false },
      { type: 'host', stopped: true },
    ]);
  });
});

describe('human writer', () => {
  function text(use: (writer: ReturnType<typeof createHumanWriter>) => void, tty = false, environment = {}): string {
    const io = memoryCliIo([], { environment }, tty);
    use(createHumanWriter(io));
    return io.out();
  }

  it('tells a whole run', () => {
    const shown = text((writer) => {
      writer.started(queuedTask());
      sampleLines.forEach((line) => writer.progress('task-7h2k9m4q1x', line));
      writer.task(readyTask(), samplePatch);
    });
    expect(shown).toMatchInlineSnapshot(`
      "task-7h2k9m4q1x  Fix the failing test in sum.js
        model replay:/scripts/sum.json  replay model: a recording, not a live model
        · snapshot of main: 4 files, 1 of them uncommitted work; left out: .env (secret)
        · sandbox "locked" ready in 0.18 s · runc, shared kernel
        · implementer starts
        · step 1 · read_file src/sum.js
        · step 2 · edit_file src/sum.js
        · step 2 · edit_file failed (ambiguous-match): The text occurs twice.
        · tests run in fresh sandboxes: node --test
        · tests on base: 9 passed, 1 failed; with the patch: 10 passed → green

      diff --git a/src/sum.js b/src/sum.js
      index 1111111..2222222 100644
      --- a/src/sum.js
      +++ b/src/sum.js
      @@ -1,3 +1,3 @@
       export function sum(a, b) {
      -  return a - b;
      +  return a + b;
       }

      task-7h2k9m4q1x  Fix the failing test in sum.js
        state    ready
        summary  sum() subtracted; it adds now.
        proof    green: All 10 tests pass; 1 of them failed on the base.
                 before  9 passed, 1 failed
                 after   10 passed
                 run by Nightshift in fresh sandboxes (runc): node --test
        files    M src/sum.js  +1 -1
                 M package.json  +2 -0  protected: It can run programs when dependencies are installed.
        votes    implementer: approve, The tests pass.
        model    replay:/scripts/sum.json  replay model: a recording, not a live model
        sandbox  runc, shared kernel
        usage    5 steps, 1,834 new tokens of 50,000 (4,920 in all), 11.4 s
        trace    /state/tasks/task-7h2k9m4q1x/trace.jsonl (31 events)
        next     nightshift apply task-7h2k9m4q1x     take the changes over
                 nightshift apply task-7h2k9m4q1x --file package.json     accept the protected file
                 nightshift patch task-7h2k9m4q1x     print the diff
                 nightshift discard task-7h2k9m4q1x   forget it
      "
    `);
  });

  it('says why a task failed and what to do next', () => {
    expect(text((writer) => writer.task(failed))).toMatchInlineSnapshot(`
      "task-7h2k9m4q1x  Fix the failing test in sum.js
        state    failed: The same call gave the same result 4 times. (stuck)
        model    replay:/scripts/sum.json  replay model: a recording, not a live model
        usage    0 steps, 0 new tokens of 50,000 (0 in all), 0.0 s
        trace    /state/tasks/task-7h2k9m4q1x/trace.jsonl (1 event)
        next     nightshift resume task-7h2k9m4q1x    let it go on
                 nightshift discard task-7h2k9m4q1x   forget it
      "
    `);
  });

  it('offers the patch of a task that is over, and the doctor only where something is missing', () => {
    const { changeset } = readyTask();
    const over = (state: 'failed' | 'discarded', code: string, kept = changeset) =>
      nextSteps(
        queuedTask({ state, reason: { code, message: 'x' }, ...(kept === undefined ? {} : { changeset: kept }) }),
      ).map((step) => step.split(' ').slice(0, 2).join(' '));
    expect(over('failed', 'tests-red')).toEqual(['nightshift patch', 'nightshift resume', 'nightshift discard']);
    expect(over('discarded', 'x')).toEqual(['nightshift patch']);
    for (const code of ['engine-unavailable', 'runtime-unavailable', 'image-missing', 'model-unreachable']) {
      expect(over('failed', code)).toEqual([
        'nightshift patch',
        'nightshift resume',
        'nightshift discard',
        'nightshift doctor',
      ]);
    }
    for (const code of ['trace-damaged', 'trace-foreign', 'trace-unreadable']) {
      expect(over('failed', code)).toEqual(['nightshift trace']);
    }
    expect(nextSteps(failed)).toEqual([
      'nightshift resume task-7h2k9m4q1x    let it go on',
      'nightshift discard task-7h2k9m4q1x   forget it',
    ]);
  });

  it('says the state and the summary once', () => {
    const shown = text((writer) =>
      writer.task(
        readyTask({
          state: 'applied',
          activity: 'applied: 1 file',
          summary: 'It adds now.',
          votes: [
            { agent: 'implementer', vote: 'approve', hash: sampleHash, reason: 'It adds now.' },
            { agent: 'host', vote: 'approve', hash: sampleHash, reason: 'The tests pass.' },
          ],
        }),
      ),
    );
    expect(shown).toContain('  state    applied: 1 file\n');
    expect(shown).toContain('implementer: approve\n');
    expect(shown).toContain('host: approve, The tests pass.\n');
    expect(shown.match(/It adds now/g)).toHaveLength(1);
  });

  it('names a task that goes on by itself once, with what can be done', () => {
    expect(text((writer) => writer.detached(queuedTask()))).toMatchInlineSnapshot(`
      "task-7h2k9m4q1x  Fix the failing test in sum.js
        model replay:/scripts/sum.json  replay model: a recording, not a live model
        next     nightshift show task-7h2k9m4q1x     see how it goes
                 nightshift cancel task-7h2k9m4q1x   stop it
      "
    `);
  });

  it('lists tasks in columns, cut to the terminal, and says how to begin when there are none', () => {
    const list = [readyTask({ goal: 'g'.repeat(200) }), failed];
    const rows = text((writer) => writer.taskList(list), true, { NO_COLOR: '1' })
      .trimEnd()
      .split('\n');
    expect(rows.map((row) => row.length <= 100)).toEqual([true, true]);
    expect(rows[0]).toMatch(/^task-7h2k9m4q1x {2}ready \(green\) +\+3 -1 +g+…$/);
    expect(text((writer) => writer.taskList([]))).toContain('nightshift run');
  });

  it('shows each conflict on its line, and how to accept a protected file', () => {
    const shown = text((writer) => writer.applied(applied))
      .split('\n')
      .slice(0, 3);
    expect(shown).toEqual([
      'applied    src/sum.js',
      'conflict   src/b.js: It was changed since the task began. Merge it by hand.',
      'protected  package.json: not applied; name it with --file to accept it',
    ]);
  });

  it('names failing tests and a changed trace', () => {
    const base = readyTask();
    const tests = Array.from({ length: 7 }, (_, at) => ({ name: `test ${at}`, status: 'failed' as const }));
    const red = {
      ...base,
      ...(base.proof === undefined ? {} : { proof: { ...base.proof, verdict: 'red' as const, tests } }),
    };
    const shown = text((writer) => {
      writer.task(red);
      writer.verified('task-1', { ok: false, events: 4, firstBad: { line: 3, reason: 'hash' } });
    });
    expect(shown).toContain('✗ test 4');
    expect(shown).not.toContain('✗ test 5');
    expect(shown).toContain('and 2 more failing tests');
    expect(shown).toContain('The trace of task-1 was changed at line 3: hash. Do not rely on it.');
  });

  it('colours on a terminal only, and never with NO_COLOR', () => {
    const escape = '\u001b[';
    expect(text((writer) => writer.task(readyTask()), true)).toContain(escape);
    expect(text((writer) => writer.task(readyTask()), true, { NO_COLOR: '1' })).not.toContain(escape);
    expect(text((writer) => writer.task(readyTask()), true, { TERM: 'dumb' })).not.toContain(escape);
    expect(text((writer) => writer.task(readyTask()), false)).not.toContain(escape);
    expect(text((writer) => writer.task(readyTask()), false, { FORCE_COLOR: '1' })).toContain(escape);
  });

  it('lets nothing that somebody else wrote steer the terminal', () => {
    const evil = '\u001b]0;owned\u0007\u001b[2J\r\u009b31m\u202egnp.exe\u200b';
    const base = readyTask();
    const task = readyTask({
      goal: evil,
      summary: evil,
      model: `replay:${evil}`,
      reason: { code: evil, message: evil },
      refused: [{ path: evil, rule: evil, message: evil }],
      excluded: [{ path: evil, reason: evil }],
      votes: [{ agent: evil, vote: 'approve', hash: evil, reason: evil }],
      changeset: {
        hash: sampleHash,
        files: [
          { path: evil, status: 'added', additions: 1, deletions: 0, binary: false, protected: evil, applied: false },
        ],
      },
      ...(base.proof === undefined
        ? {}
        : {
            proof: { ...base.proof, reason: evil, command: [evil], tests: [{ name: evil, status: 'failed' as const }] },
          }),
    });
    const shown = text((writer) => {
      writer.started(task);
      writer.task(task, `+${evil}\n${samplePatch}`);
      writer.taskList([task]);
      writer.note(evil);
      writer.applied({
        task,
        applied: [evil],
        conflicts: [{ path: evil, reason: evil, message: evil }],
        remaining: [evil],
      });
      writer.verified('task-1', { ok: false, events: 1, firstBad: { line: 1, reason: evil } });
      writer.check({ name: 'x', status: 'fail', detail: evil, fix: evil });
      for (const line of sampleLines) {
        writer.progress('t', {
          ...line,
          data: JSON.parse(
            JSON.stringify(line.data).replaceAll('src/sum.js', JSON.stringify(evil).slice(1, -1)),
          ) as unknown,
        });
      }
    });
    expect(shown).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u202e]/);
    expect(shown).toContain('<U+001B>');
  });
});

describe('progress', () => {
  it('says nothing of events that a person does not follow, nor of ones with another shape', () => {
    expect(progressText(traceLine(1, 'checkpoint-saved', {}))).toBeUndefined();
    expect(progressText(traceLine(1, 'toString', {}))).toBeUndefined();
    expect(progressText(traceLine(1, 'tool-called', { tool: 5 }))).toBeUndefined();
    expect(progressText(traceLine(1, 'proof-ended', null))).toBeUndefined();
  });

  it('tells how a test run of the agent went', () => {
    const data = { step: 2, tool: 'run_tests', ok: true, output: 'FAILED: 9 passed, 1 failed of 10.\nsum adds' };
    expect(progressText(traceLine(1, 'tool-returned', data))).toBe('step 2 · FAILED: 9 passed, 1 failed of 10.');
  });

  it('says the reason of a failed call once, and counts one as one', () => {
    const data = {
      step: 2,
      tool: 'run_tests',
      ok: false,
      reason: 'tests-unavailable',
      output: 'tests-unavailable: There is no test command.',
    };
    expect(progressText(traceLine(1, 'tool-returned', data))).toBe(
      'step 2 · run_tests failed (tests-unavailable): There is no test command.',
    );
    expect(progressText(traceLine(1, 'tool-closed', { tool: 'x', failures: 1 }))).toMatch(/after 1 failure$/);
  });

  it('says when tests cannot run or are not there', () => {
    const empty = { passed: 0, failed: 0, skipped: 0, total: 0 };
    const proof = { verdict: 'unverified', base: { ...empty, cannotRun: 'no go in the image' }, patched: empty };
    expect(progressText(traceLine(1, 'proof-ended', { proof }))).toBe(
      'tests on base: cannot run (no go in the image); with the patch: no tests → unverified',
    );
  });
});

describe('diff', () => {
  it('is coloured by line: signs in front of file names are not changes', () => {
    const io = memoryCliIo([], {}, true);
    const shown = diffText(`${samplePatch}\\ No newline at end of file\n`, paintFor(io.stdout, {})).split('\n');
    const styles = shown.map((line) => /^\u001b\[(\d+)m/.exec(line)?.[1] ?? '');
    expect(styles.slice(0, 9)).toEqual(['1', '2', '2', '2', '36', '', '31', '32', '']);
  });

  it('shows changed line ends and cuts what is long', () => {
    expect(diffText('@@ -1 +1 @@\n-a\r\n+a\n', plainPaint)).toBe('@@ -1 +1 @@\n-a^M\n+a\n');
    expect(diffText('a\nb\nc\nd\n', plainPaint, 2)).toBe('a\nb\n… 2 more lines\n');
  });
});

describe('plain text', () => {
  it('keeps letters of every language and shows what hides', () => {
    expect(plainText('naïve 漢字 🙂\n\tx')).toBe('naïve 漢字 🙂\n\tx');
    expect(plainText('a\u{e0041}b\u2066c')).toBe('a<U+E0041>b<U+2066>c');
    expect(plainLine('one\n  two\tthree')).toBe('one ⏎ two three');
    expect(plainLine('🙂🙂🙂', 2)).toBe('🙂…');
  });
});
