import { describe, expect, test } from 'vitest';
import { defaultLimits } from '../../../src/core/guards/limits.ts';
import { taskCreation } from '../../../src/host/taskCreation.ts';
import type { HostParams } from '../../../src/protocol/host.ts';

const host = { workspace: 'w', product: 'nightshift test', policy: 'rules' };
const model = { id: { driver: 'ollama', name: 'm' }, tools: true, replay: false };
const params = (settings: HostParams<'createTask'>['settings']): HostParams<'createTask'> => ({
  goal: '  Fix it  ',
  origin: { kind: 'cli' },
  model: 'ollama:m',
  settings,
});

describe('the creation of a task', () => {
  test('asks for no larger window than the model has', () => {
    expect(taskCreation('t', params({}), { ...model, contextTokens: 8_192 }, host).data.settings.contextTokens).toBe(
      8_192,
    );
    expect(taskCreation('t', params({}), { ...model, contextTokens: 131_072 }, host).data.settings.contextTokens).toBe(
      16_384,
    );
    expect(taskCreation('t', params({ contextTokens: 32_768 }), model, host).data.settings.contextTokens).toBe(32_768);
  });

  test('takes the limits that the user set, keeps the others, and caps all tokens at twenty times the new ones', () => {
    const { limits } = taskCreation('t', params({ limits: { newTokens: 1_000, seconds: 60 } }), model, host).data;
    const given = { newTokens: 1_000, totalTokens: 20_000, seconds: 60, commandTotalSeconds: 60 };
    expect(limits).toEqual({ ...defaultLimits, ...given });
  });

  test('keeps the goal without the space around it', () => {
    expect(taskCreation('t', params({}), model, host).data.goal).toBe('Fix it');
  });
});
