/** What a file of the repository says, as the memory keeps it. Lines count from 1; both ends are inside. */
export interface LineSpan {
  readonly startLine: number;
  readonly endLine: number;
}

/** A piece of a file that can be found by itself. */
export interface Chunk extends LineSpan {
  readonly kind: 'symbol' | 'section' | 'window';
  /**
   * Qualified by what it stands in: `Cart.addItem`; of a document the path of headings: `Install > Linux`. Of small neighbours in
   * one chunk all, with `, ` between them.
   */
  readonly symbol?: string;
  readonly text: string;
  /** Of path-independent content: the same text under the same symbol has the same hash wherever it stands. */
  readonly hash: string;
}

export type SymbolKind =
  | 'function'
  | 'method'
  | 'class'
  | 'interface'
  | 'type'
  | 'enum'
  | 'module'
  | 'constant'
  | 'variable'
  | 'test'
  | 'heading';

export interface SymbolFact extends LineSpan {
  readonly kind: SymbolKind;
  readonly name: string;
  /** Qualified name of what it stands in. */
  readonly container?: string;
  readonly exported?: boolean;
}

/** `specifier` as it is written; where it leads is for the graph to find. */
export interface ImportFact {
  readonly specifier: string;
  /** Names taken from it; empty for all of it. */
  readonly names: readonly string[];
  readonly line: number;
}

/** A call by name: which symbol that is, is for the graph to find. */
export interface CallFact {
  /** With the name before it, where there is one: `add`, `cart.add`, `this.add`; the `.` stands for `::` and `->` as well. */
  readonly name: string;
  /** Qualified name of the symbol that it stands in; absent at the top of a file. */
  readonly caller?: string;
  readonly line: number;
}

/** A record of an architecture decision. */
export interface DecisionFact {
  readonly title: string;
  readonly status?: string;
  /** The part that says what was decided; empty where there is none. */
  readonly decision: string;
}

/** What sort of file it is, for filters and for what is searched first. */
export type FileKind = 'code' | 'test' | 'document' | 'decision' | 'guideline' | 'configuration' | 'data';

export interface SourceFacts {
  readonly kind: FileKind;
  /** As VS Code names languages: `typescript`, `python`; `plaintext` for what is not known. */
  readonly language: string;
  readonly chunks: readonly Chunk[];
  readonly symbols: readonly SymbolFact[];
  readonly imports: readonly ImportFact[];
  readonly calls: readonly CallFact[];
  readonly decision?: DecisionFact;
  /** Why symbols are missing, where a parser should have given them: `the parser failed: …`. */
  readonly problem?: string;
}

/** Reads a file's text. Never fails: what no parser takes is cut into windows of lines. */
export interface SourceReader {
  read(path: string, text: string): Promise<SourceFacts>;
  close(): Promise<void>;
}
