import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { quoted } from '../../../../src/vscode/chat/markdown.ts';

describe('words of others in Markdown', () => {
  test('link to nothing, load nothing, run nothing and format nothing', () => {
    expect(quoted('![x](https://a.example/b) [ok](command:evil) **b** `c` <img src=x> $(check) a\nb\u202e')).toBe(
      String.raw`\!\[x\]\(https\://a\.example/b\) \[ok\]\(command\:evil\) \*\*b\*\* \`c\` \<img src=x\> \$\(check\) a ⏎ b\<U\+202E\>`,
    );
  });

  test('hold no character of Markdown that is not escaped, whatever they are', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...Array.from('a1 \\`*_{}[]()#+-.!|<>~$&:@\n\u202e')) }),
        (text) => {
          expect(quoted(text).replace(/\\[\\`*_{}[\]()#+\-.!|<>~$&:@]/g, '')).not.toMatch(
            /[\\`*_{}[\]()#+\-.!|<>~$&:@\n]/,
          );
        },
      ),
    );
  });
});
