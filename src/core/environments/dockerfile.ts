import { failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { EnvironmentFailure } from './environmentFailure.ts';
import { imageProblem } from './imageReference.ts';

export interface DockerfileFacts {
  /** Images it starts from or copies from, variables filled in, without its own stages and `scratch`. */
  readonly images: readonly string[];
}

/** Instructions that the sandbox could not honour, or that would act later on. */
const refused: Readonly<Record<string, string>> = {
  VOLUME: 'declares a volume, which a sandbox may not have; remove the VOLUME',
  ONBUILD: 'leaves instructions for later builds, which are not run unseen; remove the ONBUILD',
};

interface Instruction {
  readonly line: number;
  readonly instruction: string;
  readonly words: readonly string[];
}

/**
 * What a Dockerfile starts from. The engine's own parser decides what it does; this one looks for what a person has to know
 * before agreeing to it, and refuses what a sandbox could not honour and what would reach a network that the build itself has not.
 */
export function inspectDockerfile(
  path: string,
  text: string,
  given: Readonly<Record<string, string>> = {},
): Result<DockerfileFacts, EnvironmentFailure> {
  if (foreignText.test(text)) {
    return fail(
      failure('bad-definition', `${path} holds control characters or blanks that engines read in different ways.`),
    );
  }
  const images: string[] = [];
  let starts = 0;
  const stages = new Set<string>(['scratch']);
  const values = new Map<string, string | undefined>();
  for (const each of instructionsOf(text)) {
    const { line, instruction, words } = each;
    const problem = problemOf(each);
    if (problem !== undefined) {
      return fail(failure('bad-definition', `${path}:${line} ${problem}.`));
    }
    if (instruction === 'ARG' && starts === 0) {
      words.forEach((word) => declare(values, word, given));
    }
    const named = namedImage(each, starts, values);
    if (named !== undefined && !stages.has(named.toLowerCase())) {
      const wrong = imageProblem(named);
      if (wrong !== undefined) {
        const shown = JSON.stringify(named.slice(0, 200));
        return fail(failure('bad-definition', `${path}:${line} starts from ${shown}, which ${wrong}.`));
      }
      images.push(named);
    }
    if (instruction === 'FROM') {
      starts += 1;
      const [, as, stage] = words.filter((word) => !word.startsWith('--'));
      if (as?.toLowerCase() === 'as' && stage !== undefined) {
        stages.add(stage.toLowerCase());
      }
    }
  }
  return starts === 0
    ? fail(failure('bad-definition', `${path} has no FROM; it is no Dockerfile.`))
    : ok({ images: [...new Set(images)] });
}

/** What ends a line or a word for some and not for others. */
const foreignText = /[^\P{Cc}\t\n\r]|\r(?!\n)|(?! )\p{Z}|\uFEFF/u;
const optionBearers: ReadonlySet<string> = new Set(['FROM', 'COPY', 'ADD', 'RUN']);

/** Words that can only be names of files: the engine itself, not the build, fetches what else an ADD names. */
const fileWord = /^(?!github\.com\/)[\w.*/-]+$/i;
const fileOption = /^--(?:chown|chmod)=[\w:-]+$/;
/** What a RUN may have of its own: what is empty at first and comes from nowhere. */
const mount = /^--mount=type=(?:cache|tmpfs)(?:,(?!from=)\w[\w-]*(?:=[\w./:-]*)?)*$/;
const mayHoldDocuments: ReadonlySet<string> = new Set(['RUN', 'COPY', 'ADD']);

function problemOf({ instruction, words }: Instruction): string | undefined {
  if (Object.hasOwn(refused, instruction)) {
    return refused[instruction];
  }
  if (/(?:\\\\|``)$/.test(words.at(-1) ?? '')) {
    return 'ends in two escapes, which engines read in different ways; write one, or none';
  }
  const end = words.findIndex((word) => !word.startsWith('--'));
  const own = optionBearers.has(instruction) ? words.slice(0, end === -1 ? words.length : end) : [];
  if (own.some((word) => /["'\\`]/.test(word))) {
    return `has options with quotes or escapes; write them plainly`;
  }
  if (mayHoldDocuments.has(instruction) && /(?:^|[^<])<<(?!<)/.test(words.join(' '))) {
    return 'has a here-document, which engines read in different ways; write it as plain lines';
  }
  if (instruction === 'ADD' && !words.every((word) => fileWord.test(word) || fileOption.test(word))) {
    return 'may fetch something by ADD, outside of the network of the build; use COPY, or RUN';
  }
  if (instruction === 'RUN') {
    const wrong = own.find((word) => !mount.test(word) && word !== '--network=none');
    return wrong === undefined
      ? undefined
      : `gives a RUN more than a sandbox has (${wrong.slice(0, 100)}); mounts may be caches and tmpfs, from nowhere`;
  }
  return undefined;
}

/** A value that an ARG before the first FROM gives; one that is declared twice, or is no plain word, is not known. */
function declare(values: Map<string, string | undefined>, word: string, given: Readonly<Record<string, string>>): void {
  const [, name = '', , plain] = /^([A-Za-z_]\w*)(?:=(["']?)([\w./:@-]*)\2)?$/.exec(word) ?? [];
  const key = name === '' ? (word.split('=', 1)[0] ?? '') : name;
  const value = Object.hasOwn(given, name) ? given[name] : plain;
  values.set(key, values.has(key) ? undefined : value);
}

/** The image or stage that an instruction starts or copies from, with what cannot be filled in left as it is. */
function namedImage(
  { instruction, words }: Instruction,
  starts: number,
  values: ReadonlyMap<string, string | undefined>,
): string | undefined {
  if (instruction === 'FROM') {
    const written = words.find((word) => !word.startsWith('--')) ?? '';
    return written.replace(/\$(?:\{(\w+)\}|(\w+))/g, (whole, braced?: string, bare?: string) => {
      return values.get(braced ?? bare ?? '') ?? whole;
    });
  }
  const from = instruction === 'COPY' ? words.find((word) => word.startsWith('--from=')) : undefined;
  const source = from?.slice('--from='.length);
  const ownStage = source !== undefined && /^\d{1,4}$/.test(source) && Number(source) < starts;
  return ownStage ? undefined : source;
}

/** Directives stand at the very top; what looks like one further down is a comment. */
const escapeDirective = /^(?:#[ \t]*\w+[ \t]*=[^\n]*\n)*#[ \t]*escape[ \t]*=[ \t]*`/i;

/** Logical lines: comments left out, continued lines joined (by the escape character that a first comment may set). */
function* instructionsOf(text: string): Generator<Instruction> {
  const escape = escapeDirective.test(text) ? '`' : '\\';
  let pending = '';
  let start = 1;
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trimEnd();
    if (/^\s*#/.test(line) || (line === '' && pending !== '')) {
      continue;
    }
    start = pending === '' ? index + 1 : start;
    if (line.endsWith(escape) && !line.endsWith(escape + escape)) {
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
  const [instruction = '', ...words] = pending.trim().split(/\s+/);
  if (instruction !== '') {
    yield { line: start, instruction: instruction.toUpperCase(), words };
  }
}
