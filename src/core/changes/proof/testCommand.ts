/** How the tests of a repository are run, as found or as configured. */
export interface TestCommand {
  readonly runner:
    | 'node-test'
    | 'vitest'
    | 'jest'
    | 'mocha'
    | 'npm-script'
    | 'pytest'
    | 'unittest'
    | 'go'
    | 'cargo'
    | 'configured';
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Where the per-test results are: the output, or a file below `/tmp` in the box. */
  readonly report:
    | {
        readonly format: 'tap' | 'junit' | 'vitest-json' | 'jest-json' | 'go-json' | 'cargo-text' | 'unittest-text';
        readonly file?: string;
      }
    | { readonly format: 'none' };
  /** Set where what the repository's dependencies are is not in the box. */
  readonly lacking?: {
    /** What to do about it, as a sentence for people. */
    readonly wayOut: string;
    /** Names of modules that are the repository's own: one that is not found was not forgotten by us. */
    readonly ownModules: ReadonlySet<string>;
  };
  /** What a person should know about how it was found, one line each. */
  readonly notes?: readonly string[];
}
