import { describe, expect, test } from 'vitest';
import { readDecision } from '../../../../src/core/memory/reading/decisionRecord.ts';
import { markdownHeadings } from '../../../../src/core/memory/reading/markdownHeadings.ts';
import { readSections } from '../../../../src/core/memory/reading/readSections.ts';

function titles(text: string): string[] {
  return markdownHeadings(text.split('\n')).map(({ level, title, line }) => `${line}:${level} ${title}`);
}

describe('headings of a document', () => {
  test('are those with marks and those that are underlined', () => {
    expect(titles('# One\ntext\n## Two ##\n\nThree\nmore\n===\n\nFour\n---\n')).toEqual([
      '1:1 One',
      '3:2 Two',
      '5:1 Three more',
      '9:2 Four',
    ]);
  });

  test('are not in code, comments and front matter', () => {
    const text = [
      '---',
      'title: x',
      '# no',
      '---',
      '```sh',
      '# no',
      '~~~',
      '```',
      '~~~~',
      '# no',
      '~~~',
      '# no',
      '~~~~',
      '    # no',
      '<!--',
      '# no',
      '-->',
      '#hashtag',
      '# Yes',
    ];
    expect(titles(text.join('\n'))).toEqual(['19:1 Yes']);
  });

  test('are not what stands above a line of dashes but is a list, a table, a quote or nothing', () => {
    expect(titles('- a\n---\n\n| a |\n---\n\n> q\n---\n\n---\n\ntext\n\n---\n')).toEqual([]);
  });

  test('are without links, code marks and emphasis', () => {
    expect(titles('## The [`read`](x.md) **tool**, snake_case_name {#id}\n')).toEqual([
      '1:2 The read tool, snake_case_name',
    ]);
  });

  test('make sections with the path of headings, each as long as what is under it', () => {
    const body = ['', 'a', 'b', 'c', ''];
    const lines = ['# Install', ...body, '## Linux', ...body, '### Debian', ...body, '## Windows', ...body];
    const { symbols, pieces } = readSections(lines);
    expect(symbols.map(({ name, container, startLine, endLine }) => [container, name, startLine, endLine])).toEqual([
      [undefined, 'Install', 1, 24],
      ['Install', 'Linux', 7, 18],
      ['Install > Linux', 'Debian', 13, 18],
      ['Install', 'Windows', 19, 24],
    ]);
    expect(pieces.map(({ names, startLine, endLine }) => [names.join(), startLine, endLine])).toEqual([
      ['Install', 1, 6],
      ['Install > Linux', 7, 12],
      ['Install > Linux > Debian', 13, 18],
      ['Install > Windows', 19, 24],
    ]);
  });
});

test('a heading stands under the nearest ones of lower levels, and ends before the next that is none of its own', () => {
  const text = ['# A', '', '### C', '', '## B', '', '### D', '', '# E', 'end'];
  expect(readSections(text).symbols.map(({ container, name, endLine }) => [container, name, endLine])).toEqual([
    [undefined, 'A', 8],
    ['A', 'C', 4],
    ['A', 'B', 8],
    ['A > B', 'D', 8],
    [undefined, 'E', 10],
  ]);
});

test('headings of any number and length are read in one pass each', () => {
  // Looked through anew for each of them, these take longer than a test may.
  const many = Array.from({ length: 60_000 }, (_, index) => `## ${index}`);
  expect(readSections(many).symbols).toHaveLength(60_000);
  const long = [`# ${'<'.repeat(400_000)}`, `Status:${' '.repeat(8_000)}|`, `## ${'x'.repeat(90_000)}`];
  const { symbols } = readSections(long);
  expect(symbols.map(({ name }) => name.length)).toEqual([200, 200]);
  expect(readDecision('docs/adr/0001-a.md', long).title).toHaveLength(200);
});
