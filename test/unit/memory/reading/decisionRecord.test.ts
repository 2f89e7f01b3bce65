import { describe, expect, test } from 'vitest';
import { hasDecisionForm, isDecisionPath, readDecision } from '../../../../src/core/memory/reading/decisionRecord.ts';

const lines = (text: string): string[] => text.split('\n');

describe('a record of a decision', () => {
  test('is read in the form of Nygard', () => {
    const text =
      '# 7. Use SQLite\n\nDate: 2024-01-02\n\n## Status\n\nAccepted\n\nSupersedes [3](3.md)\n\n## Context\n\nWe need it.\n\n## Decision\n\nWe keep *one* file.\n\n- as a list\n\n## Consequences\n\nNone.\n';
    expect(readDecision('docs/adr/0007-use-sqlite.md', lines(text))).toEqual({
      title: 'Use SQLite',
      status: 'accepted',
      decision: 'We keep *one* file.\n\n- as a list',
    });
  });

  test('is read in the form of MADR, with front matter or a list', () => {
    const body =
      '# Use Plain Markdown\n\n## Context and Problem Statement\n\nHow?\n\n## Decision Outcome\n\nChosen: "x".\n\n### Consequences\n\n* Good\n\n## More Information\n';
    const chosen = { title: 'Use Plain Markdown', decision: 'Chosen: "x".\n\n### Consequences\n\n* Good' };
    const front = `---\nstatus: "superseded by [ADR-0009](9.md)"\ndate: 2024-01-01\n---\n${body}`;
    expect(readDecision('docs/decisions/0001-x.md', lines(front))).toEqual({
      ...chosen,
      status: 'superseded by adr-0009',
    });
    const list = body.replace('\n\n', '\n\n* Status: accepted\n* Deciders: all\n\n');
    expect(readDecision('docs/decisions/0001-x.md', lines(list))).toEqual({ ...chosen, status: 'accepted' });
    const bold = body.replace('\n\n', '\n\n**Status:** Proposed\n\n');
    expect(readDecision('x.md', lines(bold))).toEqual({ ...chosen, status: 'proposed' });
  });

  test('without a heading and a decision still has a title', () => {
    expect(readDecision('doc/adr/0012-drop-python-2.md', lines('just text'))).toEqual({
      title: 'drop python 2',
      decision: '',
    });
  });

  test('is known by its folder or name, but not what tells about the folder', () => {
    const known = [
      'docs/adr/0001-x.md',
      'doc/architecture/decisions/1.md',
      'docs/decisions/x.md',
      'a/ADR-7.md',
      'adr/x.txt',
    ];
    expect(known.filter((path) => !isDecisionPath(path))).toEqual([]);
    const others = [
      'docs/adr/README.md',
      'docs/adr/template.md',
      'docs/adr/adr-template.md',
      'src/decisions/tree.ts',
      'a.md',
    ];
    expect(others.filter((path) => isDecisionPath(path))).toEqual([]);
  });

  test('is known by its form wherever it lies', () => {
    expect(hasDecisionForm(lines('# x\n\nStatus: accepted\n\n## Context\n\n## Decision\n\n'))).toBe(true);
    expect(hasDecisionForm(lines('# x\n\n## Context\n\n## Decision\n'))).toBe(false);
    expect(hasDecisionForm(lines('# x\n\n## Status\n\nBeta\n\n## Usage\n'))).toBe(false);
  });
});
