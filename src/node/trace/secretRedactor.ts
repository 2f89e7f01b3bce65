import { createHmac } from 'node:crypto';
import { lintSource } from '@secretlint/core';
import { secretLintProfiler } from '@secretlint/profiler';
import { creator, rules } from '@secretlint/secretlint-rule-preset-recommend';
import { apart, findSecrets, type FoundSecret } from '../../core/policy/secretRules.ts';
import { isSecretName } from '../../core/policy/secretValues.ts';
import type { KeptText, Redactor } from '../../core/trace/redactor.ts';
import { RecentTexts } from './recentTexts.ts';

/** Keeps every mark of every run for as long as the process lives, unless it is told not to. */
secretLintProfiler.setEnabled(false);

/** All rules but the one that lets a comment switch the others off: texts come from whoever wrote the repository. */
const preset: typeof creator = {
  ...creator,
  create: (context) =>
    rules
      .filter((rule) => rule.meta.id !== '@secretlint/secretlint-rule-filter-comments')
      .forEach((rule) => context.registerRule(rule)),
};

const config = { rules: [{ id: '@secretlint/secretlint-rule-preset-recommend', rule: preset }] };

/** Shorter texts hold no secret that the rules know: the shortest is a URL with a password of three characters. */
const shortest = 10;

/** Characters of texts whose results are remembered, some 100 requests' worth. */
const rememberedCharacters = 4_000_000;

/** Characters of a token: a rule may name only a part of one, and the rest of it is as secret. */
const tokenCharacter = /[A-Za-z0-9+/=_-]/;
const longestToken = 4_096;

/** Between texts that are looked at together; no rule's secret goes on after it. */
const separator = '\n\n\0\n\n';

/** Characters of texts that are looked at together; a longer text is looked at alone. */
const batchSize = 1_000_000;

/**
 * Finds secrets by secretlint's recommended rules and our own, and what is `secret` at the moment wherever it stands.
 * `key` is for the hashes that are left of them.
 */
export function createRedactor(key: Uint8Array, secret: () => readonly string[] = () => []): Redactor {
  const replacement = (secret: string, rule: string): string =>
    `[redacted:${rule}:${createHmac('sha256', key).update(secret).digest('hex').slice(0, 8)}]`;
  const plain = new RecentTexts(rememberedCharacters);
  const named = new RecentTexts(rememberedCharacters);
  const recent = ({ name }: KeptText): RecentTexts => (isTelling(name) ? named : plain);
  const without = (secrets: readonly string[], text: string): string =>
    secrets.reduce((rest, one) => rest.replaceAll(one, () => replacement(one, 'model-key')), text);
  return {
    redact: async (given) => {
      const secrets = secret();
      const texts =
        secrets.length === 0 ? given : given.map((item) => ({ ...item, text: without(secrets, item.text) }));
      const results = texts.map((item) => (isTooShort(item) ? item.text : recent(item).get(item.text)));
      const fresh = texts.flatMap((item, index) => (results[index] === undefined ? [{ item, index }] : []));
      const known = await foundByLint(fresh.map(({ item }) => item.text));
      fresh.forEach(({ item, index }, place) => {
        const result = replaced(item, known[place] ?? [], replacement);
        recent(item).set(item.text, result);
        results[index] = result;
      });
      return results.map((result, index) => result ?? texts[index]?.text ?? '');
    },
  };
}

/** A text without a telling name needs room for a form that the rules know. */
function isTooShort({ text, name }: KeptText): boolean {
  return text.length < (isTelling(name) ? 1 : shortest);
}

/** All telling names tell the same: that their value is a secret. */
function isTelling(name: string | undefined): boolean {
  return name !== undefined && isSecretName(name);
}

/** For texts that cannot wait, such as the last words of a process: our own rules alone. */
export function redactNow(text: string): string {
  return replaced({ text }, [], (_, rule) => `[redacted:${rule}]`);
}

/** What stands where a secret was. */
const mark = /\[redacted:[a-z-]+(?::[0-9a-f]{8})?\]/g;

function replaced(
  { text, name }: KeptText,
  known: readonly FoundSecret[],
  replacement: (secret: string, rule: string) => string,
): string {
  const found = apart([...known, ...findSecrets(text, name)]);
  if (found.length === 0) {
    return text;
  }
  const marks = [...text.matchAll(mark)].map((match) => ({ start: match.index, end: match.index + match[0].length }));
  const parts: string[] = [];
  let from = 0;
  let next = 0;
  for (const { start, end, rule } of found) {
    while ((marks[next]?.end ?? text.length) < end) {
      next += 1;
    }
    if ((marks[next]?.start ?? text.length) <= start) {
      continue;
    }
    parts.push(text.slice(from, start), replacement(text.slice(start, end), rule));
    from = end;
  }
  return parts.join('') + text.slice(from);
}

async function foundByLint(texts: readonly string[]): Promise<readonly (readonly FoundSecret[])[]> {
  const found: FoundSecret[][] = texts.map(() => []);
  let batch: number[] = [];
  let size = 0;
  for (const [index, text] of texts.entries()) {
    if (text.length < shortest) {
      continue;
    }
    if (size > 0 && size + text.length > batchSize) {
      await lintBatch(texts, batch, found);
      batch = [];
      size = 0;
    }
    batch.push(index);
    size += text.length;
  }
  await lintBatch(texts, batch, found);
  return found;
}

async function lintBatch(texts: readonly string[], batch: readonly number[], found: FoundSecret[][]): Promise<void> {
  if (batch.length === 0) {
    return;
  }
  const content = batch.map((index) => texts[index] ?? '').join(separator);
  const source = { content, filePath: '/text', contentType: 'text' } as const;
  const { messages } = await lintSource({ source, options: { config, noPhysicFilePath: true } });
  if (messages.length === 0) {
    return;
  }
  let offset = 0;
  for (const index of batch) {
    const text = texts[index] ?? '';
    for (const { range, ruleId } of messages) {
      const start = Math.max(0, range[0] - offset);
      const end = Math.min(text.length, range[1] - offset);
      if (start < end) {
        found[index]?.push({ ...wholeToken(text, start, end), rule: ruleName(ruleId) });
      }
    }
    offset += text.length + separator.length;
  }
}

function wholeToken(text: string, from: number, to: number): { start: number; end: number } {
  let start = from;
  let end = to;
  while (start > 0 && from - start < longestToken && tokenCharacter.test(text.charAt(start - 1))) {
    start -= 1;
  }
  while (end < text.length && end - to < longestToken && tokenCharacter.test(text.charAt(end))) {
    end += 1;
  }
  return { start, end };
}

/** `@secretlint/secretlint-rule-aws` is `aws`. */
function ruleName(id: string): string {
  return id.replace(/^.*secretlint-rule-/, '').replace(/[^a-z-]/g, '') || 'secret';
}
