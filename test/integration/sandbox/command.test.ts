import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { encodeMessage } from '../../../src/protocol/frames.ts';
import { requireEngine } from '../requirements.ts';
import { never, openBoxes, runtimes, shell, treeOf, value } from './boxes.ts';

const { skip, why } = requireEngine();

describe.skipIf(skip).each(runtimes)(`a command in a build box under %s ${why}`, (runtime) => {
  const boxes = openBoxes(`command-${runtime}`);
  afterEach(() => boxes.destroyAll());
  afterAll(async () => expect(await boxes.remaining()).toEqual([]));

  async function buildBox() {
    const sandbox = await boxes.start('build', runtime);
    value(await sandbox.putTree(treeOf([['a.txt', 'a']]), { signal: never }));
    return sandbox;
  }

  it('reports exit code and both streams, and what is not installed', async () => {
    const sandbox = await buildBox();
    expect(await shell(sandbox, 'echo out; echo err >&2; exit 3')).toMatchObject({
      exitCode: 3,
      signal: null,
      timedOut: false,
      stdout: 'out\n',
      stderr: 'err\n',
      omittedBytes: 0,
    });
    const missing = await sandbox.request(
      'run_command',
      { argv: ['no-such-runner'], environment: {}, timeoutMs: 1_000, maxOutputBytes: 100 },
      { signal: never },
    );
    expect(missing).toMatchObject({ ok: false, error: { reason: 'request-refused', detail: 'not-found' } });
  });

  it('is killed with all its children when its time is over', async () => {
    const sandbox = await buildBox();
    const began = performance.now();
    const result = await shell(sandbox, 'trap "" TERM; (setsid sleep 60 &) ; sleep 60', 1_000);
    expect(result).toMatchObject({ timedOut: true, signal: 'SIGKILL', exitCode: null });
    expect(performance.now() - began).toBeLessThan(6_000);
    const left = await shell(sandbox, 'ps | grep -c "[s]leep 60"');
    expect(left.stdout.trim()).toBe('0');
  });

  it('leaves no process behind when it ends by itself', async () => {
    const sandbox = await buildBox();
    await shell(sandbox, '(setsid sh -c "sleep 1; echo late > late.txt" >/dev/null 2>&1 &) ; echo done');
    const later = await shell(sandbox, 'sleep 1.5; ls late.txt');
    expect(later.exitCode).not.toBe(0);
  });

  it('can orphan more short processes than its box may hold at once', async () => {
    const sandbox = await buildBox();
    const forks = 'i=0; while [ $i -lt 1000 ]; do (true &) || echo refused; i=$((i+1)); done; echo $i';
    const result = await shell(sandbox, forks, 60_000);
    expect({ stdout: result.stdout, stderr: result.stderr }).toEqual({ stdout: '1000\n', stderr: '' });
    if (runtime === 'runc') {
      const dead = await shell(sandbox, 'grep -l "^State:.Z" /proc/[0-9]*/status 2>/dev/null | wc -l');
      expect(Number(dead.stdout)).toBeLessThan(5);
    }
  });

  // gVisor's own threads count against the limit there, and 200 living processes are past it.
  if (runtime === 'runc') {
    it('leaves no dead processes behind after many that were ended with it', async () => {
      const sandbox = await buildBox();
      for (let round = 0; round < 3; round += 1) {
        const left = 'i=0; while [ $i -lt 200 ]; do (setsid sleep 60 &) ; i=$((i+1)); done; echo $i';
        expect((await shell(sandbox, left, 30_000)).stdout).toBe('200\n');
      }
    });
  }

  it('keeps head and tail of endless output in bounded space', async () => {
    const sandbox = await buildBox();
    const result = await shell(sandbox, 'echo first; yes 0123456789 | head -c 20000000; echo last');
    expect(result.stdout.startsWith('first\n')).toBe(true);
    expect(result.stdout.endsWith('last\n')).toBe(true);
    expect(result.stdout.length).toBeLessThan(70 * 1024);
    expect(result.omittedBytes).toBeGreaterThan(19_000_000);
  });

  it('inherits no descriptor of the channel, and a frame that it forges is not believed', async () => {
    const sandbox = await buildBox();
    const inherited = await shell(
      sandbox,
      'ls -l /proc/self/fd | grep -E "(pipe|host|socket)" | grep -cE " (0|[3-9]|[1-9][0-9]+) -> "',
    );
    expect(inherited.stdout.trim()).toBe('0');
    const forged = value(
      encodeMessage({
        id: 1,
        result: {
          exitCode: 0,
          signal: null,
          timedOut: false,
          stdout: 'FORGED',
          stderr: '',
          omittedBytes: 0,
          milliseconds: 1,
        },
      }),
    );
    const result = await shell(
      sandbox,
      `node -e "require('fs').writeFileSync('/proc/1/fd/1', Buffer.from('${Buffer.from(forged).toString('hex')}', 'hex'))"; echo true result; exit 7`,
    );
    expect(result).toMatchObject({ exitCode: 7, stdout: 'true result\n' });
  });

  it('cannot write into the channel, or costs the box when it does', async () => {
    const sandbox = await buildBox();
    const outcome = await sandbox.request(
      'run_command',
      {
        argv: ['sh', '-c', 'echo this is no frame at all > /proc/1/fd/1; sleep 2'],
        environment: {},
        timeoutMs: 10_000,
        maxOutputBytes: 100,
      },
      { signal: never },
    );
    if (runtime === 'runc') {
      expect(value(outcome).stderr).toContain('Permission denied');
      return;
    }
    expect(outcome).toMatchObject({ ok: false, error: { reason: 'protocol-violation' } });
    expect(await sandbox.died).toMatchObject({ reason: 'protocol-violation' });
  });

  it('cannot open a debugger in the guest', async () => {
    const sandbox = await buildBox();
    const result = await shell(
      sandbox,
      `kill -USR1 1; sleep 0.5; node -e "require('net').connect(9229,'127.0.0.1').on('error',e=>console.log(e.code)).on('connect',function(){console.log('OPEN');this.end()})"`,
    );
    expect(result.stdout.trim()).toBe('ECONNREFUSED');
  });
});
