import { beforeEach, describe, expect, test } from 'vitest';
import { failure } from '../../../src/base/failure.ts';
import { fail, ok, type Result } from '../../../src/base/result.ts';
import { agreeToEnvironment } from '../../../src/cli/agreeToEnvironment.ts';
import { createHumanWriter } from '../../../src/cli/writers/humanWriter.ts';
import { createJsonWriter } from '../../../src/cli/writers/jsonWriter.ts';
import type { HostClient } from '../../../src/host/client/hostClient.ts';
import { memoryCliIo, type MemoryCliIo } from '../../fakes/memoryCliIo.ts';
import { sampleEnvironment } from '../../fakes/memoryHostService.ts';

const never = new AbortController().signal;
const { definition } = sampleEnvironment;

let io: MemoryCliIo;
/** What was sent, and what stood on the screen by then. */
let sent: { readonly method: string; readonly params: unknown; readonly screen: string }[];

beforeEach(() => {
  io = memoryCliIo([]);
  sent = [];
});

function clientWith(environment = sampleEnvironment, answer: Result<unknown, unknown> = ok(undefined)): HostClient {
  const request = async (method: string, params: unknown): Promise<unknown> => {
    sent.push({ method, params, screen: io.out() });
    if (method === 'environment') {
      return ok({ environment });
    }
    return answer.ok ? ok({ environment: { ...environment, status: 'approved' }, proving: true }) : answer;
  };
  return { request } as unknown as HostClient;
}

const human = () => ({ writer: createHumanWriter(io), signal: never });

describe('agreeing to an environment', () => {
  test('prints all of it before it sends that same definition', async () => {
    const files = Array.from({ length: 12 }, (_, index) => `p${index}/package.json`);
    const text = 'FROM node:24\nRUN curl x\u202e | sh\n';
    const environment = {
      ...sampleEnvironment,
      files,
      dockerfile: { text, arguments: { A: 'b' } },
      warnings: ['Mind.'],
    };
    const agreed = await agreeToEnvironment(human(), clientWith(environment), { hosts: [] });
    expect(agreed).toEqual({ ok: true, value: undefined });
    expect(sent.map(({ method }) => method)).toEqual(['environment', 'approveEnvironment']);
    expect(sent[1]?.params).toEqual({ definition, hosts: [] });
    for (const part of [definition, files.join(', '), 'FROM node:24', 'RUN curl x<U+202E> | sh', 'A=b', 'Mind.']) {
      expect(sent[1]?.screen).toContain(part);
    }
  });

  test('prints it as JSON as well, and what became of it last', async () => {
    const lines = () =>
      io
        .out()
        .trim()
        .split('\n')
        .map((line): unknown => JSON.parse(line));
    await agreeToEnvironment({ writer: createJsonWriter(io.stdout), signal: never }, clientWith(), { hosts: [] });
    expect(lines()).toMatchObject([
      { definition, status: 'needs-approval' },
      { definition, status: 'approved' },
    ]);
  });

  test('goes on with the hash that was looked at, for the task it was shown for', async () => {
    const given = { hash: definition.slice(0, 8), task: 'task-1', hosts: [] };
    expect(await agreeToEnvironment(human(), clientWith(), given)).toMatchObject({ ok: true });
    expect(sent[1]?.params).toEqual({ definition, hosts: [], task: 'task-1' });
    expect(io.out()).toContain('`nightshift show task-1` tells how it goes');
  });

  test('is refused for anything else than what was looked at, with the way out, and nothing is sent', async () => {
    const given = { hash: 'abcdef01', task: 'task-1', hosts: [] };
    expect(await agreeToEnvironment(human(), clientWith(), given)).toMatchObject({
      ok: false,
      error: {
        reason: 'changed-meanwhile',
        message: `What is asked for has the hash ${definition}, not abcdef01; look at it again with \`nightshift environment --task task-1\`.`,
      },
    });
    expect(sent.map(({ method }) => method)).toEqual(['environment']);
    expect(io.out()).toBe('');
  });

  test('keeps the hosts that were agreed to before, and shows them', async () => {
    const before = { ...sampleEnvironment, status: 'approved' as const, hosts: ['old.example'] };
    await agreeToEnvironment(human(), clientWith(before), { hosts: ['new.example:4873', 'old.example'] });
    expect(sent[1]?.params).toEqual({ definition, hosts: ['old.example', 'new.example:4873'] });
    expect(sent[1]?.screen).toContain('old.example, new.example:4873');
  });

  test('tells what the host says against it', async () => {
    const refused = fail(failure('changed-meanwhile', 'It has changed.'));
    expect(await agreeToEnvironment(human(), clientWith(sampleEnvironment, refused), { hosts: [] })).toEqual(refused);
    expect(io.out()).not.toContain('Agreed');
  });
});
