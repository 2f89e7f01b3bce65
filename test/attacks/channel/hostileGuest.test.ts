import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { installedCli } from '../../integration/product/bundles.ts';
import { editTurn, finishTurn } from '../../integration/product/counterScript.ts';
import { requireEngine } from '../../integration/requirements.ts';
import { AttackField } from '../obedience/attackField.ts';

const { skip, why } = requireEngine();

/**
 * A guest that an attacker took over: the real program, whose answers are rewritten on their way out. `answer` is the parsed
 * message and `method` what it answers; what `attack` returns is sent in its place (bytes as they are).
 */
function takenOver(real: string, attack: string): string {
  return `
const hostileFs = require('fs');
const hostileSend = hostileFs.writeSync;
const hostileFrame = (message) => {
  const body = Buffer.from(typeof message === 'string' ? message : JSON.stringify(message));
  const frame = Buffer.alloc(5 + body.length);
  frame.writeUInt32BE(body.length + 1); frame[4] = 0x4a; body.copy(frame, 5);
  return frame;
};
hostileFs.writeSync = (fd, bytes, at, ...rest) => {
  if (fd !== 1 || at !== 0 || bytes[4] !== 0x4a) return hostileSend(fd, bytes, at, ...rest);
  const answer = JSON.parse(Buffer.from(bytes.subarray(5)).toString());
  const result = answer.result ?? {};
  const method = 'protocolVersion' in result ? 'hello' : 'changes' in result ? 'list_changes' : 'other';
  const sent = ((answer, method, result, frame, send) => { ${attack} })(answer, method, result, hostileFrame, (b) => hostileSend(1, b));
  if (sent === undefined) return hostileSend(fd, bytes, at, ...rest);
  for (const one of [sent].flat()) for (let from = 0; from < one.length; ) {
    try { from += hostileSend(1, one, from); } catch (error) { if (error.code !== 'EAGAIN') throw error; }
  }
  return bytes.length;
};
${real}`;
}

/** SHA-256 of "x". */
const hash = '2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881';

interface Takeover {
  readonly about: string;
  readonly attack: string;
  /** Reasons with which the task may end; none where it is to end well, without what the guest added. */
  readonly reason?: RegExp;
}

const takeovers: readonly Takeover[] = [
  {
    about: 'announces a frame of four gigabytes',
    attack: `if (method === 'list_changes') { const b = Buffer.alloc(5, 0xff); return b; }`,
    reason: /^(protocol-violation|sandbox-died)/,
  },
  {
    about: 'answers what is not JSON',
    attack: `if (method === 'list_changes') return [frame('{"id":'), frame('nothing'), frame('[]')];`,
    reason: /^(protocol-violation|sandbox-died)/,
  },
  {
    about: 'answers requests that nobody made, and forges the numbers of later ones',
    attack: `if (method !== 'hello') return Array.from({ length: 50 }, (_, i) => frame({ id: i, result: {} }));`,
    reason: /^(protocol-violation|sandbox-died)/,
  },
  {
    about: 'answers with keys of the prototype',
    attack: `if (method === 'list_changes') return frame('{"id":' + JSON.stringify(answer.id) + ',"result":{"__proto__":{"changes":[]},"constructor":{"prototype":{"polluted":1}}}}');`,
    reason: /^(protocol-violation|sandbox-died)/,
  },
  {
    about: 'names files outside of the tree, in .git and with other spellings',
    attack: `if (method === 'list_changes') return frame({ ...answer, result: { ...result, changes: [...result.changes,
      ...['../../outside.txt', '/etc/cron.d/x', '.git/hooks/pre-commit', '.GIT/config', 'SRC/COUNTER.JS', 'a\\u0000b', 'x/../../y', 'C:\\\\x']
        .map((path) => ({ path, op: 'write', mode: '100644', size: 1, sha256: '${hash}' }))] } });`,
    reason: /^(protocol-violation|sandbox-died|request-refused)/,
  },
  {
    about: 'names a link and a submodule',
    attack: `if (method === 'list_changes') return frame({ ...answer, result: { ...result, changes: [...result.changes,
      { path: 'link', op: 'write', mode: '120000', size: 1, sha256: '${hash}' }, { path: 'sub', op: 'write', mode: '160000', size: 1, sha256: '${hash}' }] } });`,
    reason: /^(protocol-violation|sandbox-died|request-refused)/,
  },
  {
    about: 'names a file of ten gigabytes',
    attack: `if (method === 'list_changes') return frame({ ...answer, result: { ...result, changes: [...result.changes,
      { path: 'sparse', op: 'write', mode: '100644', size: 10737418240, sha256: '${hash}' }] } });`,
    reason: /^(protocol-violation|sandbox-died|request-refused|change-too-large)/,
  },
  {
    about: 'names a hundred thousand files',
    attack: `if (method === 'list_changes') return frame({ ...answer, result: { ...result, changes: Array.from({ length: 100000 }, (_, i) =>
      ({ path: 'f' + i, op: 'write', mode: '100644', size: 1, sha256: '${hash}' })) } });`,
    reason: /./,
  },
  {
    about: 'sends other bytes than it named the hash of',
    attack: `if (method === 'list_changes') return frame({ ...answer, result: { ...result, changes: result.changes.map((one) => ({ ...one, sha256: '${hash}' })) } });`,
    reason: /./,
  },
  {
    about: 'floods its error stream',
    attack: `if (method === 'list_changes') { const line = Buffer.alloc(1 << 20, 120); for (let i = 0; i < 16; i += 1) for (let at = 0; at < line.length; ) { try { at += hostileSend(2, line, at); } catch (error) { if (error.code !== 'EAGAIN') throw error; } } }`,
    reason: /^(protocol-violation|sandbox-died)/,
  },
  {
    about: 'ends in the middle of an answer',
    attack: `if (method === 'list_changes') { send(frame(answer).subarray(0, 9)); process.exit(0); }`,
    reason: /^(protocol-violation|sandbox-died)/,
  },
];

describe.skipIf(skip)(`a guest that was taken over ${why}`, () => {
  let field: AttackField;
  let guest: string;
  let real: string;

  beforeAll(() => {
    guest = join(dirname(installedCli()), 'guest.cjs');
    real = readFileSync(guest, 'utf8');
  });

  afterEach(async () => {
    writeFileSync(guest, real);
    await field.close();
  });

  it.each(takeovers)('$about, and harms nobody but its own task', async ({ attack, reason }) => {
    writeFileSync(guest, takenOver(real, attack));
    field = await AttackField.open({}, () => [editTurn, finishTurn]);
    const { task, events } = await field.attack();
    expect(task.state).toBe('failed');
    expect(task.reason).toMatch(reason ?? /./);
    expect(events.filter((event) => event.type === 'task-moved' && event.data.to === 'ready')).toEqual([]);
  });
});
