import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSshAddress, sshArguments } from '../../../../src/core/sandbox/sshAddress.ts';

describe('an SSH address', () => {
  it('becomes arguments of which none is an option of its own', () => {
    const address = parseSshAddress('me@build.example:2222/run/docker.sock');
    const words = address.ok ? sshArguments(address.value, '/tmp/x/engine.sock') : [];
    expect(words.slice(0, 2)).toEqual(['-N', '-T']);
    expect(words).toContain('/tmp/x/engine.sock:/run/docker.sock');
    expect(words).toContain('BatchMode=yes');
    expect(words.slice(-6)).toEqual(['-p', '2222', '-l', 'me', '--', 'build.example']);
  });

  it.each([
    '-oProxyCommand=id',
    'me@-oProxyCommand=id',
    '-l@host',
    'host/../run:/etc/passwd',
    'host/%h.sock',
    'host/${HOME}/x',
    'me@host name',
    'host\n-oX',
    'a@b@c',
    '',
    'host:99999',
    '[-oX]',
  ])('refuses %j', (rest) => {
    expect(parseSshAddress(rest).ok).toBe(false);
  });

  it('never gives ssh an option, a token or a second forwarding, whatever the text', () => {
    const hostile = fc.string({
      unit: fc.oneof(
        fc.constantFrom('-', 'o', '@', ':', '/', '[', ']', '%', '$', '{', ' ', '\n', '=', 'a', '1', '.'),
        fc.string(),
      ),
      maxLength: 20,
    });
    fc.assert(
      fc.property(hostile, (rest) => {
        const address = parseSshAddress(rest);
        if (address.ok) {
          const { host, user, socket } = address.value;
          expect(host).toMatch(/^[a-z0-9:]/i);
          expect(user ?? 'x').toMatch(/^\w/);
          expect(socket).toMatch(/^\/[^:%$\s]*$/);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
