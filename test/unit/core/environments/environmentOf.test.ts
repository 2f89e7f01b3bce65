import { describe, expect, it } from 'vitest';
import { failure } from '../../../../src/base/failure.ts';
import { fail, ok } from '../../../../src/base/result.ts';
import type { EnvironmentFailureReason } from '../../../../src/core/environments/environmentFailure.ts';
import type { Environments } from '../../../../src/core/environments/environments.ts';
import { environmentOf, recordEnvironment } from '../../../../src/core/supervisor/taskEnvironment.ts';
import { verifyStage } from '../../../../src/core/supervisor/verifyStage.ts';
import { moveTask } from '../../../../src/core/supervisor/taskPipeline.ts';
import { playPipeline } from '../../../golden/playPipeline.ts';

const lockfile = { 'package.json': '{"name":"a","scripts":{"test":"node --test"}}', 'package-lock.json': '{}' };

/** A task whose setup ends as `answers` say, one after the other; `undefined` is a setup that works. */
async function setting(answers: readonly (EnvironmentFailureReason | undefined)[], onAsked = (): void => undefined) {
  const played = await playPipeline({ turns: [{ text: 'Nothing to do.' }], files: lockfile });
  const { trace, ports } = played;
  const waiting = [...answers];
  let asked = 0;
  const environments: Environments = {
    approvalOf: async (definition) => ({ definition, hosts: [], approvedAt: '2026-01-01T00:00:00.000Z' }),
    approve: async () => ok(undefined),
    ensure: async () => {
      asked += 1;
      onAsked();
      const reason = waiting.shift();
      return reason === undefined
        ? ok({ key: 'k', image: 'sha256:a', built: true, reached: [], output: '' })
        : fail(failure(reason, `It ended as ${reason}.`));
    },
  };
  const ending = new AbortController();
  const assignment = { ports: { ...ports, environments }, trace, signal: ending.signal };
  const tree = trace.task().snapshot?.tree ?? '';
  const again = async () => {
    const environment = await environmentOf(assignment, tree);
    if (environment.ok) {
      await recordEnvironment(assignment, environment.value);
    }
    return environment.ok ? environment.value.chosen.status : environment.error.reason;
  };
  return { trace, assignment, ending, again, asked: () => asked };
}

describe('a setup that failed', () => {
  it.each(['setup-failed', 'image-unusable', 'bad-definition'] as const)(
    'is not tried again by itself for %s, and is when the user resumes the task',
    async (reason) => {
      const { trace, again, asked } = await setting([reason]);
      expect([await again(), await again(), asked()]).toEqual(['failed', 'failed', 1]);
      expect(trace.task().state).toBe('failed');
      expect((await moveTask({ trace }, { move: 'resume', by: 'user' })).allowed).toBe(true);
      expect([await again(), asked()]).toEqual(['ready', 2]);
    },
  );

  it.each(['engine-unavailable', 'timeout', 'aborted'] as const)('is tried again after %s', async (reason) => {
    const { again, asked } = await setting([reason, 'setup-failed']);
    expect([await again(), await again(), await again(), asked()]).toEqual(['failed', 'failed', 'failed', 2]);
  });

  it('is not recorded, and nothing is proved, when it was cancelled', async () => {
    const setup = await setting(['aborted', 'setup-failed'], () => setup.ending.abort());
    const before = setup.trace.events.length;
    expect(await setup.again()).toBe('aborted');
    expect(setup.asked()).toBe(1);
    const hash = 'a'.repeat(64);
    const { snapshot } = setup.trace.task();
    await setup.trace.record({
      type: 'changeset-imported',
      actor: 'host',
      data: {
        changeset: { hash, baseTree: snapshot?.tree ?? '', resultTree: snapshot?.tree ?? '', files: [] },
        run: 'run-1',
        summary: 'Nothing.',
      },
    });
    expect(await verifyStage(setup.assignment)).toMatchObject({ ok: false, error: { reason: 'aborted' } });
    expect(setup.trace.events.slice(before).map((event) => event.type)).toEqual(['changeset-imported']);
  });
});
