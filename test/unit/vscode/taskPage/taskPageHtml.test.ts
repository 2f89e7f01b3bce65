import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { taskPageHtml } from '../../../../src/vscode/taskPage/taskPageHtml.ts';

const page = (root: string): string =>
  taskPageHtml({
    script: 'https://x/taskPage.js',
    nonce: 'abc',
    state: { root, task: 'task-1' },
    language: 'en',
    words: { Task: '"Aufgabe" <b>' },
  });

test('the page runs its own script and style alone, and loads nothing', () => {
  const html = page('/home/me/app');
  const policy = /content="([^"]*)"/.exec(html)?.[1];
  expect(policy).toBe("default-src 'none'; style-src 'nonce-abc'; script-src 'nonce-abc'");
  expect(html.match(/<script/g)).toHaveLength(1);
  expect(html).not.toMatch(/ on[a-z]+=|style="|javascript:/);
  expect(html.match(/https?:[^"' ]*/g)).toEqual(['https://x/taskPage.js']);
});

test('a path of any name stays within its attribute, and is read back as it was', () => {
  const usual = page('/home/me/app').match(/[<>"]/g)?.length;
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('"', '<', '>', '&', "'", '/', 'a', '\n', '\\') }), (root) => {
      const html = page(root);
      expect(html.match(/[<>"]/g)).toHaveLength(usual ?? 0);
      const kept = /data-state="([^"]*)"/.exec(html)?.[1] ?? '';
      const text = kept
        .replace(/&quot;/g, '"')
        .replace(/&lt;/g, '<')
        .replace(/&gt;/g, '>')
        .replace(/&amp;/g, '&');
      expect(JSON.parse(text)).toEqual({ root, task: 'task-1' });
    }),
  );
});
