import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { currentOwner, judgeOwner, ownerOf } from '../../../../src/node/sandbox/owner.ts';

describe('the owner of a box', () => {
  it('names a process that lives, and is dead once it ended', async () => {
    expect(judgeOwner(currentOwner())).toBe('alive');
    const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)']);
    const owner = ownerOf(child.pid ?? 0);
    expect(judgeOwner(owner)).toBe('alive');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(judgeOwner(owner)).toBe('dead');
  });

  it.runIf(process.platform === 'linux')('is dead when its number belongs to another process by now', () => {
    const [pid, , host] = currentOwner().split(':');
    expect(judgeOwner(`${pid}:1:${host}`)).toBe('dead');
  });

  it.each(['', 'nonsense', '12:34', `${process.pid}:1:0123456789abcdef`, '-1:1:abc', '0:0:abc'])(
    'leaves "%s" to others',
    (owner) => {
      expect(judgeOwner(owner)).toBe('elsewhere');
    },
  );
});
