import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { timelineDetail, timelineRow } from '../../../../src/host/trace/timelineRow.ts';
import { timelineRowSchema } from '../../../../src/protocol/timeline.ts';
import { answer, anyEvents, entry, placed, toolCalled } from '../../../fakes/traceEvents.ts';

const none = async (): Promise<undefined> => undefined;

describe('a row of the timeline', () => {
  test('of any event is one that the protocol takes, on one line, and has a detail exactly when it says so', async () => {
    await fc.assert(
      fc.asyncProperty(anyEvents, async (events) => {
        for (const event of events) {
          const row = timelineRow(event);
          expect(timelineRowSchema.parse(row)).toEqual(row);
          expect(row.text).not.toMatch(/\n/);
          expect(row.text.length).toBeLessThanOrEqual(480);
          if (event.type !== 'model-asked') {
            expect((await timelineDetail(event, none)) !== '').toBe(row.more);
          }
        }
      }),
      { numRuns: 50 },
    );
  });

  test('names run, step and tool of a call', () => {
    const row = timelineRow(placed(toolCalled('read_file', { path: 'a.js' }, 'read'), 0, 7));
    expect(row).toMatchObject({ seq: 7, run: 'run-1', step: 0, label: 'call', tool: 'read_file', more: true });
  });

  test('of a box that started has the report of its rights, and of an environment what it could reach', () => {
    const started = entry('sandbox-started', {
      run: 'run-1',
      sandbox: 'box-1',
      profile: 'locked',
      runtime: 'runsc',
      isolatedKernel: true,
      image: 'sha256:1',
      specHash: 'abc',
      startMs: 1,
    });
    expect(timelineRow(placed(started)).sandbox).toMatchObject({ runtime: 'runsc', isolatedKernel: true });
    const chosen = entry('environment-chosen', {
      tree: 't',
      source: 'lockfile',
      definition: 'd',
      status: 'ready',
      key: 'k',
      image: 'sha256:2',
      network: ['registry.example'],
      reached: ['registry.example'],
      warnings: [],
    });
    expect(timelineRow(placed(chosen)).setup).toEqual({
      source: 'lockfile',
      status: 'ready',
      image: 'sha256:2',
      network: ['registry.example'],
      reached: ['registry.example'],
    });
  });

  test('shows what steers a terminal or hides text by its name', async () => {
    const event = placed(answer({ text: 'a\u202Eb', thinking: 'c\u001Bd' }));
    expect(timelineRow(event).text).toContain('<U+202E>');
    expect(await timelineDetail(event, none)).toBe('thought:\nc<U+001B>d\nsaid:\na<U+202E>b');
  });

  test('the detail of a question is what the model had not been told before', async () => {
    const request = { messages: [{ content: 'old' }, { content: ' new ' }] };
    const asked = entry('model-asked', {
      run: 'run-1',
      step: 1,
      request: { sha256: 's', bytes: 1 },
      estimatedTokens: 1,
      contextTokens: 2,
    });
    const bytes = new TextEncoder().encode(JSON.stringify(request));
    expect(await timelineDetail(placed(asked), async () => bytes)).toBe('new');
    expect(await timelineDetail(placed(asked), none)).toBe('');
  });
});
