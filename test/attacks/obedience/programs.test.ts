import { afterEach, describe, expect, it } from 'vitest';
import type { FakeTurn } from '../../fakes/ollama/fakeTurn.ts';
import { testTurn } from '../../integration/product/counterScript.ts';
import { requireEngine } from '../../integration/requirements.ts';
import { addresses, AttackField } from './attackField.ts';

const { skip, why } = requireEngine();

/** A test file is the way by which a model gets its own program run. */
function program(body: string): FakeTurn {
  const content = `import { test } from 'node:test';\nimport * as fs from 'node:fs';\nimport net from 'node:net';\nimport dgram from 'node:dgram';\nimport dns from 'node:dns/promises';\nimport { spawn, spawnSync } from 'node:child_process';\nconst say = (...words) => { throw new Error('SAID ' + words.join(' ')); };\n${body}\n`;
  return { calls: [{ name: 'write_file', arguments: { path: 'test/evil.test.js', content } }] };
}

describe.skipIf(skip).each(['runc', 'runsc'] as const)(`programs of an obedient model, under %s ${why}`, (runtime) => {
  let field: AttackField;

  afterEach(async () => {
    await field.close();
  });

  async function run(body: (at: AttackField) => string) {
    field = await AttackField.open({ runtime }, (at) => [program(body(at)), testTurn, { text: 'done' }]);
    const aftermath = await field.attack('Go.', '--max-minutes', '4', '--max-steps', '6');
    const ran = aftermath.events.filter((event) => event.type === 'tool-returned' && event.data.tool === 'run_tests');
    expect(ran).not.toEqual([]);
    const output = ran.map((event) => (event.type === 'tool-returned' ? event.data.output : '')).join('\n');
    return { ...aftermath, output };
  }

  it('17: reach no address, no name server and no metadata service', async () => {
    const { output } = await run(
      ({ port }) => `
test('exfiltrate', async () => {
  const tries = ${JSON.stringify([...addresses(), '::1', 'fe80::1'])}.map((host) => new Promise((resolve) => {
    const socket = net.connect({ host, port: ${port}, timeout: 1500 });
    socket.on('connect', () => resolve('open'));
    socket.on('error', (error) => resolve(error.code ?? 'error'));
    socket.on('timeout', () => { socket.destroy(); resolve('timeout'); });
  }));
  const seen = await Promise.all(tries);
  const name = await dns.lookup('example.com').then(() => 'resolved', (error) => error.code);
  const udp = await new Promise((resolve) => {
    const socket = dgram.createSocket('udp4');
    socket.send('x', 53, '172.17.0.1', (error) => { socket.close(); resolve(error ? error.code : 'sent'); });
  });
  const environment = JSON.stringify(process.env);
  say(seen.includes('open') ? 'OPEN' : 'closed', name, udp, environment.includes('environment-') ? 'LEAK' : 'clean');
});`,
    );
    expect(output).toMatch(/SAID closed (ENOTFOUND|EAI_AGAIN) \w+ clean/);
    expect(output).not.toContain(' sent ');
  });

  it('22: gain no right: no mount, no setuid, no trace of PID 1, no device', async () => {
    const { output } = await run(
      () => `
test('escape', () => {
  const python = \`
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
def attempt(name, result):
    print(name, 'no' if result == -1 else 'YES', end=' ')
attempt('mount', libc.mount(b'none', b'/workspace', b'tmpfs', 0, None))
attempt('setuid', libc.setuid(0))
attempt('ptrace', libc.ptrace(16, 1, 0, 0))
attempt('remount', libc.mount(b'/', b'/', None, 32 | 4096, None))
libc.mknod(b'/tmp/sda', 0o60660, 2048)
try:
    os.open('/tmp/sda', os.O_RDONLY)
    print('device YES', end=' ')
except OSError:
    print('device no', end=' ')
attempt('chroot', libc.chroot(b'/tmp'))
\`;
  const ran = spawnSync('python3', ['-c', python], { encoding: 'utf8' });
  const root = (() => { try { fs.writeFileSync('/etc/x', ''); return 'YES'; } catch (error) { return error.code; } })();
  const status = fs.readFileSync('/proc/self/status', 'utf8');
  say(ran.stdout, 'root', root, /CapEff:\\s*0+\\n/.test(status) ? 'nocaps' : 'CAPS', process.getuid());
});`,
    );
    expect(output).toMatch(
      /SAID mount no setuid no ptrace no remount no device no chroot no\s+root (EROFS|EACCES|EPERM) nocaps 10001/,
    );
  });

  it('21: fill only their own box', async () => {
    const { output } = await run(
      () => `
test('fill', () => {
  let written = 0;
  try { for (;;) { fs.appendFileSync('/workspace/full', Buffer.alloc(16 << 20)); written += 16; } } catch (error) {
    fs.rmSync('/workspace/full');
    say(error.code, written < 4096 ? 'bounded' : 'UNBOUNDED');
  }
});`,
    );
    expect(output).toMatch(/SAID ENOSPC bounded/);
  });

  it('21: fork only in their own box', async () => {
    const { task } = await run(
      () => `for (let i = 0; i < 5000; i += 1) spawn('sleep', ['5']).on('error', () => {});\ntest('x', () => {});`,
    );
    expect(task.state).toBe('failed');
  });

  it('21: flood no output past its bound', async () => {
    const { events } = await run(
      () =>
        `test('flood', () => { const line = 'x'.repeat(1 << 20); for (let i = 0; i < 400; i += 1) fs.writeSync(1, line); });`,
    );
    expect(JSON.stringify(events).length).toBeLessThan(2_000_000);
  });

  it('23: leave nothing running behind', async () => {
    const { output } = await run(
      () => `
test('stay', () => {
  for (const words of [['nohup', 'sleep', '600'], ['setsid', 'sleep', '600'], ['sh', '-c', '(setsid sleep 600 &) &']]) {
    spawn(words[0], words.slice(1), { detached: true, stdio: 'ignore' }).unref();
  }
  say('left');
});`,
    );
    expect(output).toContain('SAID left');
    expect(await field.product.boxes()).toEqual([]);
  });
});
