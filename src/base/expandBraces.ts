const maxAlternatives = 64;
const choice = /^(.*?)\{([^{}]*,[^{}]*)\}(.*)$/s;

/** `a{b,c}d` as `abd` and `acd`, innermost first; what is over the cap of choices is left as it stands. */
export function expandBraces(glob: string): readonly string[] {
  let patterns: readonly string[] = [glob];
  while (patterns.some((pattern) => choice.test(pattern))) {
    const expanded = new Set(patterns.flatMap(expandOne));
    if (expanded.size > maxAlternatives) {
      break;
    }
    patterns = [...expanded];
  }
  return patterns;
}

function expandOne(pattern: string): readonly string[] {
  const match = choice.exec(pattern);
  const [, before = '', choices = '', after = ''] = match ?? [];
  return match === null ? [pattern] : choices.split(',').map((part) => `${before}${part}${after}`);
}
