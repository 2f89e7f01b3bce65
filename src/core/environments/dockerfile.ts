import { failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { EnvironmentFailure } from './environmentFailure.ts';

export interface DockerfileFacts {
  /** Images it starts from, as written, without its own stages and `scratch`. */
  readonly images: readonly string[];
}

/** Instructions that the sandbox could not honour, or that would act later on. */
const refused: Readonly<Record<string, string>> = {
  VOLUME: 'declares a volume, which a sandbox may not have',
  ONBUILD: 'leaves instructions for later builds, which are not run unseen',
};

/**
 * What a Dockerfile starts from. The engine's own parser decides what it does; this one looks for what a person has to know
 * before agreeing to it, and refuses what a sandbox could not honour.
 */
export function inspectDockerfile(path: string, text: string): Result<DockerfileFacts, EnvironmentFailure> {
  const images: string[] = [];
  let starts = 0;
  const stages = new Set<string>(['scratch']);
  for (const { line, instruction, words } of instructionsOf(text)) {
    const problem = Object.hasOwn(refused, instruction) ? refused[instruction] : undefined;
    if (problem !== undefined) {
      return fail(failure('bad-definition', `${path}:${line} ${problem}; remove the ${instruction}.`));
    }
    if (instruction === 'FROM') {
      starts += 1;
      const plain = words.filter((word) => !word.startsWith('--'));
      const [image = '', as, stage] = plain;
      if (!stages.has(image.toLowerCase())) {
        images.push(image);
      }
      if (as?.toLowerCase() === 'as' && stage !== undefined) {
        stages.add(stage.toLowerCase());
      }
    }
    const from = instruction === 'COPY' ? words.find((word) => word.startsWith('--from=')) : undefined;
    const source = from?.slice('--from='.length) ?? '';
    if (source !== '' && !/^\d+$/.test(source) && !stages.has(source.toLowerCase())) {
      images.push(source);
    }
  }
  return starts === 0
    ? fail(failure('bad-definition', `${path} has no FROM; it is no Dockerfile.`))
    : ok({ images: [...new Set(images)] });
}

/** Directives stand at the very top; what looks like one further down is a comment. */
const escapeDirective = /^(?:#[ \t]*\w+[ \t]*=[^\n]*\n)*#[ \t]*escape[ \t]*=[ \t]*`/i;

/** Logical lines: comments left out, continued lines joined (by the escape character that a first comment may set). */
function* instructionsOf(
  text: string,
): Generator<{ readonly line: number; readonly instruction: string; readonly words: readonly string[] }> {
  const escape = escapeDirective.test(text) ? '`' : '\\';
  let pending = '';
  let start = 1;
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trimEnd();
    if (/^\s*#/.test(line) || (line === '' && pending !== '')) {
      continue;
    }
    start = pending === '' ? index + 1 : start;
    if (line.endsWith(escape)) {
      // Nothing comes between: a word may go on in the next line.
      pending += line.slice(0, -1);
      continue;
    }
    const [instruction = '', ...words] = `${pending}${line}`.trim().split(/\s+/);
    pending = '';
    if (instruction !== '') {
      yield { line: start, instruction: instruction.toUpperCase(), words };
    }
  }
}
