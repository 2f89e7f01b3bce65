import { Language, Parser, Query } from 'web-tree-sitter';
import { errorText, type Failure, failure } from '../../../base/failure.ts';
import { fail, ok, type Result } from '../../../base/result.ts';
import type { ParsedSource } from '../../../core/memory/reading/factsOf.ts';
import { collectFacts } from './collectFacts.ts';
import { type ReadGrammar, runtimeName } from './grammarFolder.ts';
import { type Grammar, grammars } from './grammars.ts';

export interface ParseLimits {
  /** UTF-16 units of a text. The memory of the parser never shrinks, and a text takes about 100 times its size of it. */
  readonly characters: number;
  /** Milliseconds that a parse and its query may take together. */
  readonly milliseconds: number;
  /** Milliseconds until a grammar that could not be loaded, or threw, is tried again. */
  readonly retryAfter: number;
}

export const parseLimits: ParseLimits = { characters: 500_000, milliseconds: 2_000, retryAfter: 60_000 };

interface Loaded {
  readonly parser: Parser;
  readonly query: Query;
}

/** Loads grammars when a text of their language first comes. Holds the wasm memory of all of them until it is closed. */
export class SourceParser {
  private readonly read: ReadGrammar;
  private readonly limits: ParseLimits;
  private readonly now: () => number;
  private readonly loading = new Map<string, Promise<Result<Loaded, Failure>>>();
  private readonly failedAt = new Map<string, number>();
  private closed = false;

  constructor(read: ReadGrammar, limits: ParseLimits, now: () => number) {
    this.read = read;
    this.limits = limits;
    this.now = now;
  }

  /** Undefined for a language without a grammar. The lines of the text must end with `\n`. */
  async parse(language: string, text: string): Promise<Result<ParsedSource, Failure> | undefined> {
    const grammar = Object.hasOwn(grammars, language) ? grammars[language] : undefined;
    if (grammar === undefined) {
      return undefined;
    }
    if (text.length > this.limits.characters) {
      return fail(failure('too-large', `the file has ${text.length} characters; ${this.limits.characters} are parsed`));
    }
    const loaded = await this.load(grammar);
    if (!loaded.ok) {
      return loaded;
    }
    try {
      return this.run(loaded.value, grammar, text);
    } catch (error) {
      this.drop(grammar.name, loaded.value);
      return fail(failure('parser', `the parser failed: ${errorText(error)}`));
    }
  }

  async close(): Promise<void> {
    this.closed = true;
    for (const [name, loading] of this.loading) {
      const loaded = await loading;
      if (loaded.ok) {
        this.drop(name, loaded.value);
      }
    }
    this.loading.clear();
  }

  private run({ parser, query }: Loaded, grammar: Grammar, text: string): Result<ParsedSource, Failure> {
    const end = this.now() + this.limits.milliseconds;
    let late = false;
    const progressCallback = (): boolean => {
      late ||= this.now() > end;
      return late;
    };
    const tree = parser.parse(text, null, { progressCallback });
    if (tree === null) {
      // Otherwise it goes on with this text when it gets the next.
      parser.reset();
      return fail(this.tookTooLong());
    }
    try {
      const matches = query.matches(tree.rootNode, { progressCallback, matchLimit: mostOpenMatches });
      return late ? fail(this.tookTooLong()) : ok(collectFacts(matches, text, grammar));
    } finally {
      tree.delete();
    }
  }

  private tookTooLong(): Failure {
    return failure('timeout', `the parser took more than ${this.limits.milliseconds / 1000} s`);
  }

  /** One load at a time for a grammar; a failed one is told again until it is time for the next. */
  private load(grammar: Grammar): Promise<Result<Loaded, Failure>> {
    const known = this.loading.get(grammar.name);
    const failedAt = this.failedAt.get(grammar.name);
    if (known !== undefined && (failedAt === undefined || this.now() - failedAt < this.limits.retryAfter)) {
      return known;
    }
    this.failedAt.delete(grammar.name);
    const loading = this.loadNow(grammar);
    this.loading.set(grammar.name, loading);
    return loading;
  }

  private async loadNow(grammar: Grammar): Promise<Result<Loaded, Failure>> {
    if (this.closed) {
      return fail(failure('closed', 'the reader is closed'));
    }
    try {
      await Parser.init({ wasmBinary: await this.read(runtimeName) });
      const language = await Language.load(await this.read(`tree-sitter-${grammar.name}`));
      const parser = new Parser();
      parser.setLanguage(language);
      return ok({ parser, query: new Query(language, grammar.query) });
    } catch (error) {
      this.failedAt.set(grammar.name, this.now());
      return fail(failure('grammar', `the grammar ${grammar.name} could not be loaded: ${errorText(error)}`));
    }
  }

  /** After a throw nothing says what state a parser is in. */
  private drop(name: string, { parser, query }: Loaded): void {
    this.loading.set(
      name,
      Promise.resolve(fail(failure('grammar', `the grammar ${name} failed and is tried again soon`))),
    );
    this.failedAt.set(name, this.now());
    try {
      query.delete();
      parser.delete();
    } catch (error) {
      this.loading.set(
        name,
        Promise.resolve(fail(failure('grammar', `the grammar ${name} failed: ${errorText(error)}`))),
      );
    }
  }
}

/** Matches of a query that may be begun at once; without a limit, a strange text makes a query quadratic. */
const mostOpenMatches = 10_000;
