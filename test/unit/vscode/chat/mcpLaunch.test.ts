import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseCommandLine } from '../../../../src/cli/commandLine.ts';
import { commandTable } from '../../../../src/cli/commandTable.ts';
import { taskModel, taskSettings } from '../../../../src/cli/taskOptions.ts';
import { planModes, recallModes } from '../../../../src/protocol/host.ts';
import { mcpLaunch } from '../../../../src/vscode/chat/mcpLaunch.ts';

const word = fc.stringMatching(/^[-=a-z0-9:./"'][-=a-z0-9:./"' ]{0,20}[a-z]$/);
const settings = fc.record(
  {
    ollamaHost: word,
    openaiBaseUrl: word,
    contextTokens: fc.integer({ min: 4_096, max: 100_000 }),
    requireGvisor: fc.constant(true),
    allowUnlimited: fc.constant(true),
    testCommand: fc.array(word, { minLength: 1, maxLength: 3 }),
    plan: fc.constantFrom(...planModes),
    recall: fc.constantFrom(...recallModes),
    limits: fc.record({
      newTokens: fc.integer({ min: 1, max: 1_000_000 }),
      steps: fc.integer({ min: 1, max: 10_000 }),
      seconds: fc.integer({ min: 1, max: 10_000 }).map((minutes) => minutes * 60),
    }),
    models: fc.record({ supervisor: word, implementer: word, reviewer: word }),
  },
  { requiredKeys: [] },
);

test('the command line reads the person’s settings as the editor wrote them for it, whatever they are', () => {
  fc.assert(
    fc.property(word, word, settings, (folder, model, wanted) => {
      const { args, env } = mcpLaunch(`/${folder}`, { model, settings: wanted });
      const parsed = parseCommandLine(args, commandTable);
      if (!parsed.ok || parsed.value.kind !== 'command') {
        throw new Error(`${args.join(' ')}: ${parsed.ok ? parsed.value.kind : parsed.error.message}`);
      }
      const { command, values } = parsed.value;
      expect(command.name).toBe('mcp');
      expect(values['repo']).toBe(`/${folder}`);
      expect(taskModel(values, { environment: env, cwd: '/' })).toBe(model);
      expect(taskSettings(values, env)).toEqual({ ok: true, value: wanted });
    }),
  );
});

test('a limit of part of a minute is never made larger than a minute', () => {
  const limits = { seconds: 90 };
  expect(mcpLaunch('/r', { model: 'auto', settings: { limits } }).args).toContain('--max-minutes=1');
});
