import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  changedPaths,
  commitOf,
  explorerPaths,
  gutterLine,
  repositoryPath,
} from '../../../../src/vscode/delegation/menuArguments.ts';

const uri = (fsPath: string, scheme = 'file'): unknown => ({ scheme, fsPath });

describe('what a menu of the editor calls with', () => {
  test('the explorer: the clicked entry, or all that are selected where it is one of them', () => {
    expect(explorerPaths(uri('/r/a'), [[uri('/r/a'), uri('/r/b')]])).toEqual(['/r/a', '/r/b']);
    expect(explorerPaths(uri('/r/c'), [[uri('/r/a'), uri('/r/b')]])).toEqual(['/r/c']);
    expect(explorerPaths(uri('/r/c'), [])).toEqual(['/r/c']);
    expect(explorerPaths(uri('/r/c', 'git'), [])).toEqual([]);
  });

  test('the line numbers: a file and a line', () => {
    expect(gutterLine({ lineNumber: 7, uri: uri('/r/a') })).toEqual({ path: '/r/a', line: 7 });
    expect(gutterLine({ lineNumber: 0, uri: uri('/r/a') })).toBeUndefined();
    expect(gutterLine({ lineNumber: 7, uri: uri('/r/a', 'output') })).toBeUndefined();
  });

  test('a source control: files, or groups of files, each once', () => {
    const [a, b] = [{ resourceUri: uri('/r/a') }, { resourceUri: uri('/r/b') }];
    expect(changedPaths([a, b])).toEqual(['/r/a', '/r/b']);
    expect(changedPaths([{ id: 'workingTree', resourceStates: [a, b, a] }])).toEqual(['/r/a', '/r/b']);
  });

  test('the timeline: a commit of the Git extension, and no change that is not committed', () => {
    const hash = 'a'.repeat(40);
    expect(commitOf({ ref: hash, label: 'Count down' })).toEqual({ hash, subject: 'Count down' });
    expect(commitOf({ ref: '~', label: 'Staged Changes' })).toBeUndefined();
  });

  test('the title of a source control: its folder', () => {
    expect(repositoryPath({ rootUri: uri('/r') })).toBe('/r');
  });

  test('anything else is nothing, and never a fault', () => {
    fc.assert(
      fc.property(fc.anything(), fc.array(fc.anything()), (value, more) => {
        expect(explorerPaths(value, more)).toEqual([]);
        expect(gutterLine(value)).toBeUndefined();
        expect(changedPaths([value, ...more])).toEqual([]);
        expect(commitOf(value)).toBeUndefined();
        expect(repositoryPath(value)).toBeUndefined();
      }),
    );
  });
});
