import * as fc from 'fast-check';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { RunawayWatch } from '../../../../src/core/models/runawayWatch.ts';

const sentence = 'I should look at the file again to see what is wrong with it. ';

function runsAway(text: string, pieces = 7): boolean {
  const watch = new RunawayWatch();
  for (let at = 0; at < text.length; at += pieces) {
    if (watch.push(text.slice(at, at + pieces))) {
      return true;
    }
  }
  return false;
}

describe('text that repeats itself without end', () => {
  test.each([
    ['a sentence', sentence.repeat(12)],
    ['a character', 'a'.repeat(600)],
    ['blank lines', 'Well.\n' + '\n'.repeat(600)],
    [
      'a paragraph after good text',
      `${'Some words that differ, number after number. '.split(' ').join(' 1 ')}${sentence.repeat(12)}`,
    ],
    ['ideographs', '我应该再看一下文件。'.repeat(60)],
  ])('is seen: %s', (_, text) => {
    expect(runsAway(text)).toBe(true);
  });

  test('is seen however it is cut into pieces, at the same place', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), (pieces) => {
        const watch = new RunawayWatch();
        const text = `Let me think.\n${sentence.repeat(20)}`;
        let heard = 0;
        for (; heard < text.length && !watch.push(text.slice(heard, heard + pieces)); heard += pieces);
        expect(heard).toBeLessThan(800);
      }),
    );
  });

  test('is not seen in nine repeats, in repeats far apart, or in fenced code', () => {
    expect(runsAway(sentence.repeat(9))).toBe(false);
    const filler = (n: number): string => Array.from({ length: 80 }, (_, at) => `word${n}x${at}`).join(' ');
    expect(runsAway(Array.from({ length: 20 }, (_, n) => sentence + filler(n)).join('\n'))).toBe(false);
    expect(
      runsAway(
        `Here it is:\n\`\`\`js\n${'export const one = 1; // the same line of code again\n'.repeat(40)}\`\`\`\nDone.`,
      ),
    ).toBe(false);
    expect(runsAway(`~~~\n${sentence.repeat(30)}\n~~~\n${sentence.repeat(12)}`)).toBe(true);
  });

  test('is not seen in the sources of this product', () => {
    const root = resolve(import.meta.dirname, '../../../../src');
    const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'));
    const seen = files.filter((path) => runsAway(readFileSync(join(root, path), 'utf8'), 50));
    expect(files.length).toBeGreaterThan(300);
    expect(seen).toEqual([]);
  });
});
