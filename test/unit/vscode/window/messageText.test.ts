import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { hitItems } from '../../../../src/vscode/memory/hitItems.ts';
import { messageText } from '../../../../src/vscode/window/messageText.ts';
import { recallHit } from '../../../fakes/sampleMemory.ts';

/** What the editor draws an icon for in the rows of a list. */
const icon = /\$\([\w-]+(?:~[\w-]+)?\)/;
const link = /\]\(/;

test('what others wrote draws no icon in a row and makes no link', () => {
  const [row] = hitItems({
    hits: [
      recallHit({
        kind: 'commit',
        title: 'Quote $(shell) and $(trash) in the Makefile',
        commit: { id: 'a'.repeat(40), author: '$(verified) Linus', time: '2026-01-01T00:00:00Z' },
        reasons: [{ by: 'words', text: '"$(sync~spin)" in its text' }],
      }),
    ],
  });
  for (const text of [row?.label, row?.description, row?.detail]) {
    expect(text).toMatch(icon);
    expect(messageText(text ?? '')).not.toMatch(icon);
  }
  expect(messageText(row?.label ?? '')).toBe('Quote $ (shell) and $ (trash) in the Makefile');
  expect(messageText('[here](command:x)')).toBe('[here] (command:x)');
});

test('no text does, whatever it is made of', () => {
  const part = fc.constantFrom('$', '(', ')', '\\', 'x', '[', ']', '\u200e', '\u0000', '\u001b[1m', '$(x)');
  fc.assert(
    fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
      const shown = messageText(parts.join(''));
      expect(shown).not.toMatch(icon);
      expect(shown).not.toMatch(link);
    }),
  );
});
