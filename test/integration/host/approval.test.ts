import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { failure } from '../../../src/base/failure.ts';
import { fail, ok } from '../../../src/base/result.ts';
import { entry } from '../../fakes/traceEvents.ts';
import { idle, reached, Workspace } from './deskHarness.ts';

let workspace: Workspace;

beforeEach(() => {
  workspace = new Workspace();
});

afterEach(() => workspace.remove());

const approval = { definition: 'd'.repeat(64), hosts: [] };
const keep = async () => ok(undefined);

/** A task that is ready, and whose proof says nothing. */
async function unverified() {
  const { desk, record, id } = await workspace.ready();
  const { proof } = record.task();
  if (proof === undefined) throw new Error('no proof');
  const { hash } = proof;
  await record.record(entry('proof-ended', { hash, proof: { ...proof, verdict: 'unverified' } }));
  return { desk, record, id };
}

const proofs = (id: string): number => workspace.events(id).filter((event) => event.type === 'proof-ended').length;

describe('an approval of an environment', () => {
  test('sends an unverified task back for another proof of the same changes, and no agent runs', async () => {
    const { desk, record, id } = await unverified();
    const runs = record.task().runs;
    expect(await desk.approveEnvironment(record, approval, keep)).toEqual({ ok: true, value: true });
    await idle(desk);
    expect(record.task()).toMatchObject({ state: 'ready', proof: { verdict: 'green' }, runs });
    expect(proofs(id)).toBe(3);
    await desk.stop();
    expect(await workspace.verify(id)).toMatchObject({ ok: true });
  });

  test('leaves a proof alone that tests gave', async () => {
    const { desk, record, id } = await workspace.ready();
    expect(await desk.approveEnvironment(record, approval, keep)).toEqual({ ok: true, value: false });
    expect(proofs(id)).toBe(1);
    await desk.stop();
  });

  test('stands in the trace before it is kept, and sends nothing back where it could not be kept', async () => {
    const { desk, record, id } = await unverified();
    const unkept = async () => {
      expect(workspace.events(id).at(-1)).toMatchObject({ type: 'approval-given', actor: 'user', data: approval });
      return fail(failure('state-unwritable', 'The disk is full.'));
    };
    expect(await desk.approveEnvironment(record, approval, unkept)).toMatchObject({
      ok: false,
      error: { reason: 'state-unwritable' },
    });
    expect(record.task()).toMatchObject({ state: 'ready', proof: { verdict: 'unverified' } });
    await desk.stop();
  });

  test('whose host was killed before the task was sent back leaves its proof, and the next one sends it back', async () => {
    const { desk, record } = await unverified();
    await record.record(entry('approval-given', { subject: 'environment', ...approval }, 'user'));
    expect(record.task()).toMatchObject({ state: 'ready', proof: { verdict: 'unverified' } });
    await desk.stop();
    const next = workspace.desk();
    await next.desk.load();
    const found = next.desk.find(record.id);
    if (!found.ok) throw new Error(found.error.message);
    expect(await next.desk.approveEnvironment(found.value, approval, keep)).toEqual({ ok: true, value: true });
    await reached(found.value, 'ready');
    expect(found.value.task().proof?.verdict).toBe('green');
    await next.desk.stop();
  });

  test('does not remember a cancel that came too late', async () => {
    const { desk, record } = await unverified();
    record.controller.abort();
    expect(await desk.approveEnvironment(record, approval, keep)).toEqual({ ok: true, value: true });
    await reached(record, 'ready');
    await idle(desk);
    expect(record.task().proof?.verdict).toBe('green');
    await desk.stop();
  });
});
