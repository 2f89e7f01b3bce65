import { describe, expect, it } from 'vitest';
import type { DoctorCheck } from '../../../../src/protocol/doctorCheck.ts';
import { machineParts } from '../../../../src/vscode/doctor/machineParts.ts';

const check = (name: string, status: DoctorCheck['status'], detail = ''): DoctorCheck => ({ name, status, detail });
const some = check('model', 'warn', '1 to work with: qwen3:4b (weak)');
const none = check('model', 'fail', 'Ollama has no model');
const server = check('model server', 'ok', 'it has 2 models');

describe('the parts of a machine', () => {
  it('are told where they were looked at', () => {
    expect(machineParts([], 'auto')).toEqual({});
    expect(machineParts([check('git', 'ok'), check('engine', 'fail'), none], 'auto')).toEqual({
      git: 'ready',
      engine: 'missing',
      model: 'missing',
    });
    expect(machineParts([check('engine', 'warn'), check('runtime', 'ok')], 'auto')).toEqual({
      engine: 'ready',
      runtime: 'isolated',
    });
    expect(machineParts([check('runtime', 'warn')], 'auto')).toEqual({ runtime: 'shared' });
  });

  it('a model is ready by what the person chose', () => {
    const state = (model: string, ...checks: readonly DoctorCheck[]): unknown => machineParts(checks, model).model;
    expect(state('auto', some)).toBe('ready');
    expect(state('auto', some, server)).toBe('ready');
    expect(state('auto', { ...none, status: 'warn' }, server)).toBe('missing');
    expect(state('openai:mine', { ...none, status: 'warn' }, server)).toBe('ready');
    expect(state('openai:mine', some)).toBe('missing');
    expect(state('vscode:copilot/gpt', none)).toBe('ready');
  });
});
