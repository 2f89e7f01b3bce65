import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runGit } from '../../../src/node/repository/git.ts';
import { must, signal, TemporaryRepository } from './temporaryRepository.ts';

let repository: TemporaryRepository;

beforeEach(() => {
  repository = new TemporaryRepository();
});

afterEach(() => {
  repository.remove();
});

describe('running git', () => {
  it("hands none of our own process's Git variables on, and none of the user's configuration unless asked", async () => {
    const planted = {
      GIT_DIR: '/nowhere',
      GIT_TRACE: '1',
      GIT_CONFIG_PARAMETERS: "'a.b=c'",
      GIT_EXTERNAL_DIFF: 'false',
      NODE_OPTIONS: '',
    };
    const before = Object.fromEntries(Object.keys(planted).map((key) => [key, process.env[key]]));
    Object.assign(process.env, planted);
    try {
      const list = { arguments: ['config', '--list'], directory: repository.root };
      const hardened = must(await runGit(list, signal));
      expect(hardened.stderr).toBe('');
      const lines = hardened.stdout.toString('utf8').split('\n');
      expect(lines).not.toContain('a.b=c');
      expect(lines).not.toContain('user.name=Test');
      expect(lines).toContain('core.hookspath=/dev/null');
      expect(lines).toContain('core.fsmonitor=false');
      expect(lines).toContain('protocol.ext.allow=never');
      const user = must(await runGit({ ...list, userConfiguration: true }, signal));
      expect(user.stdout.toString('utf8')).toContain('user.name=Test');
    } finally {
      for (const [key, value] of Object.entries(before)) {
        if (value === undefined) {
          delete process.env[key];
        } else {
          process.env[key] = value;
        }
      }
    }
  });

  it('passes an argument and input through as they are, whatever the shell would make of them', async () => {
    const call = {
      arguments: ['hash-object', '--stdin'],
      directory: repository.root,
      input: Buffer.from('$(touch x)\0\n'),
    };
    const id = must(await runGit(call, signal))
      .stdout.toString('utf8')
      .trim();
    expect(id).toMatch(/^[0-9a-f]{40}$/);
    const odd = await runGit(
      { arguments: ['rev-parse', '--verify', '$(touch pwned); `touch pwned`'], directory: repository.root },
      signal,
    );
    expect(odd).toMatchObject({ ok: false, error: { reason: 'git-failed' } });
    expect(existsSync(join(repository.root, 'pwned'))).toBe(false);
  });

  it('ends a call at its deadline, at an abort and at its cap of output, and says which', async () => {
    const bin = join(repository.folder, 'bin');
    mkdirSync(bin);
    writeFileSync(join(bin, 'git'), '#!/bin/sh\nif [ "$1" = slow ]; then exec sleep 30; fi\nexec yes\n');
    chmodSync(join(bin, 'git'), 0o755);
    const path = process.env['PATH'];
    process.env['PATH'] = `${bin}:${path}`;
    try {
      const slow = { arguments: ['slow'], directory: repository.root };
      const started = performance.now();
      expect(await runGit({ ...slow, deadlineMs: 100 }, signal)).toMatchObject({
        error: { reason: 'git-failed', message: 'git slow did not end within 0.1 s and was stopped. Try again.' },
      });
      expect(await runGit(slow, AbortSignal.timeout(100))).toMatchObject({ error: { reason: 'aborted' } });
      const endless = { arguments: ['endless'], directory: repository.root, maxOutputBytes: 100_000 };
      expect(await runGit(endless, signal)).toMatchObject({ error: { reason: 'too-large' } });
      const ignored = { ...slow, input: Buffer.alloc(10_000_000), deadlineMs: 100 };
      expect(await runGit(ignored, signal)).toMatchObject({ error: { reason: 'git-failed' } });
      expect(performance.now() - started).toBeLessThan(5000);
    } finally {
      process.env['PATH'] = path;
    }
  });
});

describe('opening the store', () => {
  it('clears away what a killed process was working on', async () => {
    await repository.open();
    mkdirSync(join(repository.state, 'work', 'work-a1B2c3', 'objects', 'ab'), { recursive: true });
    await repository.open();
    expect(readdirSync(join(repository.state, 'work'))).toEqual([]);
  });
});
