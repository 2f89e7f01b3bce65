import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { ok } from '../../../../src/base/result.ts';
import type { Environments } from '../../../../src/core/environments/environments.ts';
import type { Assignment, SupervisorPorts } from '../../../../src/core/supervisor/supervisorPorts.ts';
import { environmentOf, recordEnvironment } from '../../../../src/core/supervisor/taskEnvironment.ts';
import { MemoryTaskTrace } from '../../../fakes/memoryTaskTrace.ts';
import { MemoryTreeStore } from '../../../fakes/memoryTreeStore.ts';
import { created } from '../../../fakes/traceEvents.ts';

const store = new MemoryTreeStore({
  'package.json': '{"name":"a","dependencies":{"b":"1"}}',
  'package-lock.json': '{}',
});

async function chooseWith(approvedAt: string | undefined, trace: MemoryTaskTrace) {
  const environments: Environments = {
    approvalOf: async (definition) =>
      approvedAt === undefined ? undefined : { definition, hosts: ['registry.example'], approvedAt },
    approve: async () => ok(undefined),
    ensure: async () => ok({ key: 'k', image: 'sha256:a', built: false, reached: [], output: '' }),
  };
  const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');
  const ports = { store, environments, sha256, owner: '1:1:x' } as unknown as SupervisorPorts;
  const assignment: Assignment = { ports, trace, signal: new AbortController().signal };
  const snapshot = await store.snapshot();
  if (!snapshot.ok) throw new Error(snapshot.error.message);
  if (trace.task().snapshot === undefined) {
    const { excluded: _excluded, ...data } = snapshot.value;
    await trace.record({ type: 'snapshot-taken', actor: 'host', data: { ...data, excluded: [] } });
  }
  const chosen = await environmentOf(assignment, snapshot.value.tree);
  if (!chosen.ok) throw new Error(chosen.error.message);
  await recordEnvironment(assignment, chosen.value);
  return trace.events.filter((event) => event.type === 'environment-chosen').map(({ data }) => data);
}

async function begun(): Promise<MemoryTaskTrace> {
  const trace = new MemoryTaskTrace();
  await trace.record(created());
  return trace;
}

test('the approval on which an environment is used stands in the trace, wherever it was given', async () => {
  const approval = { hosts: ['registry.example'], approvedAt: '2026-01-01T00:00:00.000Z' };
  const trace = await begun();
  const definition = expect.stringMatching(/^[0-9a-f]{64}$/);
  expect(await chooseWith(approval.approvedAt, trace)).toMatchObject([{ status: 'ready', definition, approval }]);
  // The same again says nothing new, another word does.
  expect(await chooseWith(approval.approvedAt, trace)).toHaveLength(1);
  const later = '2026-02-01T00:00:00.000Z';
  expect((await chooseWith(later, trace)).at(-1)).toMatchObject({ approval: { approvedAt: later } });
});

test('an environment that nobody agreed to has no approval in the trace', async () => {
  const [chosen] = await chooseWith(undefined, await begun());
  expect(chosen).toMatchObject({ status: 'needs-approval' });
  expect(chosen).not.toHaveProperty('approval');
});
