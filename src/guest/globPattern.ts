import ignore from 'ignore';

const maxAlternatives = 64;

/**
 * A test for paths relative to the repository. A glob without a slash matches names at any depth (`*.ts`), one with a slash
 * from the top (`src/**` + `/*.ts`); `{a,b}` is a choice. The semantics are those of gitignore, without negation.
 */
export function globPattern(glob: string): (path: string) => boolean {
  const rules = ignore({ ignorecase: false }).add(
    expandBraces(glob.replace(/^\.?\/+/, '/')).map((pattern) => pattern.replace(/^[!#]/, '\\$&')),
  );
  return (path) => rules.ignores(path);
}

/** `a{b,c}d` as `abd` and `acd`, innermost last; what is over the cap of choices is left as it stands. */
export function expandBraces(glob: string): readonly string[] {
  let open: readonly string[] = [glob];
  for (;;) {
    const next = open.flatMap((pattern) => {
      const match = /^(.*?)\{([^{}]*,[^{}]*)\}(.*)$/s.exec(pattern);
      const [, before = '', choices = '', after = ''] = match ?? [];
      return match === null ? [pattern] : choices.split(',').map((choice) => `${before}${choice}${after}`);
    });
    if (next.length === open.length || next.length > maxAlternatives) {
      return open;
    }
    open = next;
  }
}
