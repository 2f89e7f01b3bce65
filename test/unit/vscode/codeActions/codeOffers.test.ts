import { describe, expect, test } from 'vitest';
import { originViewSchema } from '../../../../src/protocol/host.ts';
import { codeOffers, symbolOffer } from '../../../../src/vscode/codeActions/codeOffers.ts';
import { composeTask, isTaskRequest } from '../../../../src/vscode/codeActions/taskRequest.ts';
import type { CodePlace } from '../../../../src/vscode/window/editorWindow.ts';

const place: CodePlace = {
  path: '/home/me/app/src/counter.js',
  startLine: 10,
  endLine: 10,
  selection: '',
  lines: ['return a - b;'],
  problems: [],
};

describe('codeOffers', () => {
  test('plain code without a selection offers nothing', () => {
    expect(codeOffers(place)).toEqual([]);
  });

  test('a problem comes first and its goal names message, reporter, file and line', () => {
    const problems = [{ message: "Cannot find name 'totl'.", source: 'ts', code: '2304', startLine: 10, endLine: 10 }];
    const [first, second] = codeOffers({ ...place, problems, lines: ['return totl; // TODO tidy'] });
    expect(first?.title).toBe(`Delegate to Background Agent: Fix "Cannot find name 'totl'."`);
    expect(second?.title).toBe('Delegate to Background Agent: Do "TODO tidy"');
    expect(first && composeTask(first.request, 'src/counter.js')).toEqual({
      goal: "Fix: Cannot find name 'totl'.\nThis problem is reported by ts 2304 in src/counter.js, line 10.",
      origin: {
        kind: 'diagnostic',
        file: 'src/counter.js',
        startLine: 10,
        endLine: 10,
        text: "Cannot find name 'totl'.",
      },
    });
  });

  test('a comment over two lines is delegated with both', () => {
    const [offer] = codeOffers({ ...place, lines: ['// TODO: never', '// below zero', 'x'] });
    expect(offer && composeTask(offer.request, 'src/counter.js')).toMatchObject({
      goal: 'TODO: never below zero\nThis comment is in src/counter.js, lines 10-11: do what it asks, and remove the comment when it is done.',
      origin: { kind: 'todo', startLine: 10, endLine: 11 },
    });
  });

  test('a selection is offered whole, with its text as origin', () => {
    const [offer] = codeOffers({ ...place, endLine: 12, selection: 'a\nb\nc', lines: ['a', 'b', 'c'] });
    expect(offer?.title).toBe('Delegate to Background Agent: Work on the Selection');
    const task = offer && composeTask(offer.request, 'src/counter.js');
    expect(task?.goal).toContain('src/counter.js, lines 10-12');
    expect(task?.origin).toMatchObject({ kind: 'selection', text: 'a\nb\nc' });
    expect(originViewSchema.safeParse(task?.origin).success).toBe(true);
  });

  test('a symbol is offered by its name, with its whole code as origin', () => {
    const symbol = { kind: 'method', name: 'down', startLine: 9, endLine: 12, text: 'down() {}' };
    const offer = symbolOffer(place.path, symbol);
    expect(offer.title).toBe('Delegate to Background Agent: Work on method down');
    expect(isTaskRequest(offer.request)).toBe(true);
    const { goal, origin } = composeTask(offer.request, 'src/counter.js');
    expect(goal.split('\n')[0]).toBe('Work on the method down in src/counter.js, lines 9-12');
    expect(origin).toEqual({ kind: 'selection', file: 'src/counter.js', startLine: 9, endLine: 12, text: 'down() {}' });
  });

  test('many problems on a line do not flood the menu, and long messages are cut', () => {
    const problems = Array.from({ length: 30 }, () => ({ message: 'm'.repeat(500), startLine: 10, endLine: 10 }));
    const offers = codeOffers({ ...place, problems });
    expect(offers).toHaveLength(5);
    expect(offers[0]?.title.length).toBeLessThan(110);
  });

  test('text for the host never exceeds what its schema takes', () => {
    const [offer] = codeOffers({ ...place, selection: 'x'.repeat(90_000) });
    const origin = offer && composeTask(offer.request, 'src/counter.js').origin;
    expect(originViewSchema.safeParse(origin).success).toBe(true);
  });
});

describe('isTaskRequest', () => {
  test('takes what the light bulb makes and nothing else', () => {
    const [offer] = codeOffers({ ...place, selection: 'x' });
    expect(isTaskRequest(offer?.request)).toBe(true);
    for (const value of [
      undefined,
      null,
      'x',
      {},
      { ...offer?.request, startLine: 'x' },
      { ...offer?.request, symbol: 1 },
    ]) {
      expect(isTaskRequest(value)).toBe(false);
    }
  });
});
