import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { failure } from '../../../src/base/failure.ts';
import { fail, ok } from '../../../src/base/result.ts';
import { dialHost, type HostChannel } from '../../../src/host/client/hostChannel.ts';
import { hostProtocolVersion } from '../../../src/protocol/host.ts';
import type { RequestProgress } from '../../../src/protocol/models.ts';
import { RpcHarness, until } from './rpcHarness.ts';

describe('a long request', () => {
  let harness: RpcHarness;
  let channel: HostChannel;
  let aborted = 0;
  let heard = 0;

  beforeEach(async () => {
    harness = new RpcHarness();
    aborted = 0;
    heard = 0;
    harness.service.overrides = {
      pullModel: async ({ name }, { signal, report }) => {
        heard += 1;
        for (let completed = 0; completed < 1_000 && !signal.aborted; completed += 1) {
          report({ text: `pulling ${name}`, completed, total: 1_000 });
          await delay(5, undefined, { signal }).catch(() => undefined);
        }
        aborted += signal.aborted ? 1 : 0;
        return fail(failure('aborted', 'It was stopped.'));
      },
    };
    await harness.serve();
    channel = await connect();
  });
  afterEach(() => harness.close());

  async function connect(): Promise<HostChannel> {
    const dialled = await dialHost(harness.socket);
    if (dialled === undefined) {
      throw new Error('nobody answers');
    }
    await dialled.request('initialize', { protocolVersion: hostProtocolVersion, client: 'test', trace: false });
    return dialled;
  }

  const pull = (name: string, signal?: AbortSignal, onProgress?: (progress: RequestProgress) => void) =>
    channel.request('pullModel', { name, settings: {} }, signal, onProgress);

  it('tells its own progress to whoever made it, and stops at the other side when it is cancelled', async () => {
    const controllers = [new AbortController(), new AbortController()] as const;
    const seen: RequestProgress[][] = [[], []];
    const pulls = controllers.map(({ signal }, at) => pull(`m${at}`, signal, (progress) => seen[at]?.push(progress)));
    await until('both told something', () => seen.every((each) => each.length > 3));
    controllers[0].abort();
    expect(await pulls[0]).toMatchObject({ ok: false, error: { reason: 'aborted' } });
    await until('the first is stopped', () => aborted === 1);
    const told = seen[0]?.length;
    const before = seen[1]?.length ?? 0;
    await until('the second goes on', () => (seen[1]?.length ?? 0) > before + 3);
    expect(seen[0]).toHaveLength(told ?? 0);
    expect(new Set(seen[1]?.map(({ text }) => text))).toEqual(new Set(['pulling m1']));
    controllers[1].abort();
    await until('the second is stopped', () => aborted === 2);
    channel.dispose();
  });

  it('stops when the client that made it is gone', async () => {
    void pull('m');
    await until('it is at work', () => heard === 1);
    channel.dispose();
    await until('it is stopped', () => aborted === 1);
  });

  it('that changes something is answered by the other side when it is cancelled, whatever it came to', async () => {
    let person = new AbortController();
    harness.service.overrides = {
      importFindings: async ({ file }, { signal }) => {
        person.abort();
        await until('the other side knows', () => signal.aborted);
        return file === 'late.sarif'
          ? ok({ tools: [], imported: 3, elsewhere: 0 })
          : fail(failure('aborted', 'Nothing was imported.'));
      },
    };
    const ask = (file: string) => {
      person = new AbortController();
      return channel.request('importFindings', { file }, person.signal);
    };
    expect(await ask('early.sarif')).toMatchObject({ ok: false, error: { message: 'Nothing was imported.' } });
    expect(await ask('late.sarif')).toMatchObject({ ok: true, value: { imported: 3 } });
    channel.dispose();
  });

  it('that changes something is not cancelled by the end of its client', async () => {
    let ended: boolean | undefined;
    harness.service.overrides = {
      importFindings: async (_params, { signal, gone }) => {
        channel.dispose();
        await until('the client is gone', () => gone.aborted);
        ended = signal.aborted;
        return fail(failure('bad-sarif', 'Nobody hears this.'));
      },
    };
    void channel.request('importFindings', { file: 'a.sarif' });
    await until('it is over', () => ended !== undefined);
    expect(ended).toBe(false);
  });

  it('that is cancelled before it is made is made and stopped at once', async () => {
    expect(await pull('m', AbortSignal.abort())).toMatchObject({ ok: false, error: { reason: 'aborted' } });
    await until('nothing goes on', () => aborted === heard);
    channel.dispose();
  });
});
