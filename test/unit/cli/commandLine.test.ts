import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commandTable } from '../../../src/cli/commandTable.ts';
import { parseCommandLine } from '../../../src/cli/commandLine.ts';
import { runCli } from '../../../src/cli/runCli.ts';
import { memoryCliIo } from '../../fakes/memoryCliIo.ts';

describe('command line', () => {
  it.each([
    [['nonsense'], 'There is no command "nonsense"'],
    [['trace'], '`nightshift trace verify`'],
    [['trace', 'tell', 'x'], '`nightshift trace verify`'],
    [['host'], '`nightshift host stop`'],
    [['--json', 'tasks'], 'The command comes first'],
    [['run'], 'Give the goal'],
    [['run', ''], 'Give the goal'],
    [['run', ' \n '], 'Give the goal'],
    [['run', 'fix', 'it'], '"it" is one argument too many'],
    [['run', 'fix', '--nope'], "Unknown option '--nope'"],
    [['run', 'fix', '-x'], "Unknown option '-x'"],
    [['run', 'fix', '--model'], '--model'],
    [['run', 'fix', '--model', '--json'], '--model'],
    [['run', 'fix', '--model='], '--model needs a value'],
    [['run', 'fix', '--repo', ''], '--repo needs a value'],
    [['run', 'fix', '--detach=yes'], '--detach'],
    [['run', 'fix', '--max-steps', '0'], 'from 1 to 10000'],
    [['run', 'fix', '--max-steps', '10001'], 'from 1 to 10000'],
    [['run', 'fix', '--max-tokens', '1e3'], 'from 1 to 100000000'],
    [['run', 'fix', '--max-minutes', '-5'], '--max-minutes'],
    [['run', 'fix', '--max-minutes', '10081'], 'from 1 to 10080'],
    [['run', 'fix', '--test-command', 'npm test'], 'JSON list'],
    [['run', 'fix', '--test-command', '[]'], 'JSON list'],
    [['run', 'fix', '--test-command', '["npm",1]'], 'JSON list'],
    [['run', 'x'.repeat(20_001)], '20001 characters'],
    [['clean', '--older-than', '-1'], '--older-than=VALUE'],
    [['clean', '--older-than=-1'], 'takes a number of days'],
    [['show'], 'Which task?'],
    [['apply', ''], 'Which task?'],
    [['apply', 'task-1', '--lines', '1'], "Unknown option '--lines'"],
    [['apply', 'task-1', '--hunk', '1'], '--hunk needs exactly one --file'],
    [['reject', 'task-1', '--file', 'a', '--file', 'b', '--hunk', '1'], '--hunk needs exactly one --file'],
    [['apply', 'task-1', '--file', 'a', '--hunk', '0'], '"0" is no number of a hunk'],
    [['patch', 'task-1', '--json'], 'patch has no --json'],
    [['environment', 'approve', 'f2a9'], '"f2a9" is no hash of an environment'],
    [['environment', 'approve', 'node:24'], '"node:24" is no hash of an environment'],
    [['environment', 'approve', ''], 'no hash of an environment'],
    [['environment', 'approve', '--task', 'task-1'], '`nightshift environment --task task-1` shows both'],
    [['environment', 'approve', '--allow-host', 'a b'], 'not "a b"'],
    [['environment', 'approve', '--allow-host', 'x:0'], 'not "x:0"'],
    [['environment', 'approve', '--allow-host', 'evil.com:99999'], 'a port from 1 to 65535'],
    [['environment', 'approve', '--allow-host', 'http://reg.local/'], 'not "http://reg.local/"'],
    [['resume'], 'Which task?'],
    [['resume', 'task-1', '--max-steps', '0'], 'from 1 to 10000'],
    [['trace', 'export', 'task-1'], '--format is json or otlp'],
    [['trace', 'export', 'task-1', '--format', 'json', '--header', 'a=b'], '--header goes with --endpoint'],
    [['trace', 'export', 'task-1', '--format', 'otlp', '--header', 'a=b'], '--header goes with --endpoint'],
    [['resume', 'task-1', '--note', ' '], '--note takes 1 to 4000 characters'],
    [['resume', 'task-1', '--note', 'x'.repeat(4_001)], '--note takes 1 to 4000 characters'],
  ])('refuses %j with one line and exit code 2', async (argv, part) => {
    const io = memoryCliIo(argv);
    expect(await runCli(io)).toBe(2);
    expect(io.out()).toBe('');
    expect(io.err()).toMatch(/^nightshift: [^\n]+\n$/);
    expect(io.err()).toContain(part);
  });

  it.each([[[]], [['--help']], [['-h']], [['help']]])('prints the overview for %j', async (argv) => {
    const io = memoryCliIo(argv);
    expect(await runCli(io)).toBe(0);
    for (const { name, summary } of commandTable) {
      expect(io.out()).toContain(`  ${name}`);
      expect(io.out()).toContain(summary);
    }
  });

  it.each([
    [
      ['trace', '--help'],
      ['trace show', 'trace key'],
    ],
    [
      ['trace', '-h'],
      ['trace show', 'trace key'],
    ],
    [
      ['help', 'trace'],
      ['trace show', 'trace key'],
    ],
    [['host', '--help'], ['host stop']],
    [
      ['environment', '--help'],
      ['environment', 'environment approve'],
    ],
  ])('prints the commands of the group for %j', async (argv, names) => {
    const io = memoryCliIo(argv);
    expect({ code: await runCli(io), err: io.err() }).toEqual({ code: 0, err: '' });
    for (const name of names) {
      const command = commandTable.find((each) => each.name === name);
      expect(io.out()).toContain(name);
      expect(io.out()).toContain(command?.summary);
    }
    expect(io.out()).not.toContain('Background agents');
    expect(io.out()).not.toContain('run "GOAL"');
  });

  it('refuses help for what is no command, and lists a command before those that begin with it', async () => {
    const io = memoryCliIo(['help', 'nonsense']);
    expect(await runCli(io)).toBe(2);
    expect(io.err()).toContain('There is no command "nonsense"');
    const names = commandTable.map(({ name }) => name);
    expect(names.indexOf('environment')).toBeLessThan(names.indexOf('environment approve'));
  });

  it.each([[['run', '--help']], [['help', 'run']], [['run', 'a', '-h']]])(
    'prints the help of a command for %j',
    async (argv) => {
      const io = memoryCliIo(argv);
      expect(await runCli(io)).toBe(0);
      expect(io.out()).toContain('Usage: nightshift run "GOAL"');
      expect(io.out()).toContain('--require-gvisor');
      expect(io.err()).toBe('');
    },
  );

  it('marks what an option must have, and says once that it may be repeated', async () => {
    const io = memoryCliIo(['trace', 'export', '--help']);
    expect(await runCli(io)).toBe(0);
    expect(io.out()).toMatch(/--format json\|otlp +[^\n]*\(required\)\n/);
    expect(io.out()).toMatch(/--header NAME=VALUE +[^\n]*\(may be repeated\)\n/);
    expect(io.out().match(/may be repeated/g)).toHaveLength(1);
  });

  it('prints its version', async () => {
    const io = memoryCliIo(['--version']);
    expect(await runCli(io)).toBe(0);
    expect(io.out()).toBe('nightshift 1.2.3\n');
  });

  it('takes a goal that begins with a dash after --, and repeated files', () => {
    expect(parseCommandLine(['run', '--', '--help me'], commandTable)).toMatchObject({
      ok: true,
      value: { positionals: ['--help me'] },
    });
    expect(parseCommandLine(['apply', 't', '--file', 'a', '--file', 'b'], commandTable)).toMatchObject({
      ok: true,
      value: { values: { file: ['a', 'b'] } },
    });
  });

  it('answers every list of words with a value, never with an error', () => {
    const words = fc.oneof(
      fc.constantFrom('run', 'tasks', 'apply', 'trace', 'verify', '--json', '--repo', '--', '-'),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(words, { maxLength: 6 }), (argv) => {
        const parsed = parseCommandLine(argv, commandTable);
        expect(parsed.ok || (parsed.error.reason === 'usage' && !parsed.error.message.includes('\n'))).toBe(true);
      }),
    );
  });
});
