import { describe, expect, test } from 'vitest';
import { defaultLimits } from '../../../src/core/guards/limits.ts';
import { taskCreation } from '../../../src/host/taskCreation.ts';
import type { ChosenModel } from '../../../src/host/modelChoice.ts';
import type { TaskModels } from '../../../src/host/models/roleModels.ts';
import type { HostParams } from '../../../src/protocol/host.ts';

const host = { workspace: 'w', product: 'nightshift test', policy: 'rules', machine: { bytes: 16 * 1024 ** 3 } };
const grade = { tools: 'text', schema: true, level: 'weak' } as const;
const info: ChosenModel = { id: { driver: 'ollama', name: 'm' }, tools: true, replay: false };
const using = (common: ChosenModel): TaskModels => ({ common, roles: {}, implementer: common });
const model = using(info);
const params = (settings: HostParams<'createTask'>['settings']): HostParams<'createTask'> => ({
  goal: '  Fix it  ',
  origin: { kind: 'cli' },
  model: 'ollama:m',
  settings,
});

describe('the creation of a task', () => {
  test('asks for no larger window than the model has', () => {
    expect(
      taskCreation('t', params({}), using({ ...info, contextTokens: 8_192 }), host).data.settings.contextTokens,
    ).toBe(8_192);
    expect(
      taskCreation('t', params({}), using({ ...info, contextTokens: 131_072 }), host).data.settings.contextTokens,
    ).toBe(16_384);
    expect(taskCreation('t', params({ contextTokens: 32_768 }), model, host).data.settings.contextTokens).toBe(32_768);
  });

  test('takes the limits that the user set, keeps the others, and caps all tokens at twenty times the new ones', () => {
    const { limits } = taskCreation('t', params({ limits: { newTokens: 1_000, seconds: 60 } }), model, host).data;
    const given = { newTokens: 1_000, totalTokens: 20_000, seconds: 60, commandTotalSeconds: 60 };
    expect(limits).toEqual({ ...defaultLimits, ...given });
  });

  test('fixes the address of the model server, and no key', () => {
    const openai = using({ ...info, id: { driver: 'openai', name: 'm' }, contextTokens: 4_096 });
    const { settings } = taskCreation('t', params({ openaiBaseUrl: 'http://gpu/v1' }), openai, host).data;
    expect(settings).toEqual({ contextTokens: 4_096, requireGvisor: false, openaiBaseUrl: 'http://gpu/v1' });
  });

  test('asks for half the usual window where only that fits into memory, but not of a server elsewhere', () => {
    const large = using({ ...info, contextTokens: 40_960, facts: { parameters: 24e9 } });
    expect(taskCreation('t', params({}), large, host).data.settings.contextTokens).toBe(8_192);
    const elsewhere = params({ ollamaHost: 'http://server.example:11434' });
    expect(taskCreation('t', elsewhere, large, host).data.settings.contextTokens).toBe(16_384);
  });

  test('keeps models of roles, and the grade of the one that changes files', () => {
    const other = { ...info, id: { driver: 'ollama', name: 'other' }, grade };
    const models = { common: info, roles: { implementer: other.id }, implementer: other };
    const { data } = taskCreation('t', params({}), models, host);
    expect(data).toMatchObject({ model: info.id, grade, settings: { models: { implementer: other.id } } });
    expect(taskCreation('t', params({}), model, host).data).not.toHaveProperty('grade');
  });

  test('keeps the goal without the space around it', () => {
    expect(taskCreation('t', params({}), model, host).data.goal).toBe('Fix it');
  });
});
