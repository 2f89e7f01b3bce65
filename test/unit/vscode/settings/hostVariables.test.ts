import { expect, test } from 'vitest';
import { hostVariables } from '../../../../src/vscode/settings/hostVariables.ts';

test('the receiver of traces reaches the agent host only where the person set one', () => {
  const variables = (value: unknown) => hostVariables((name) => (name === 'otlp.endpoint' ? value : 'another'));
  expect(variables(' http://127.0.0.1:4318 ')).toEqual({ NIGHTSHIFT_OTLP_ENDPOINT: 'http://127.0.0.1:4318' });
  expect([variables(''), variables(undefined), variables(7)]).toEqual([{}, {}, {}]);
});
