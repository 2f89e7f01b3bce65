/** An error as it can be compared with another one. */
export interface TraceError {
  /** `TypeError`, `NullPointerException`, `panic`; without its package. */
  readonly type: string;
  readonly message: string;
  /** Type and message without what differs from run to run. */
  readonly signature: string;
}

const longestMessage = 300;

export function traceError(type: string, message: string): TraceError {
  const short = type.split(/[.:]+/).findLast((part) => part !== '') ?? type;
  const line = (message.split('\n', 1)[0] ?? '').trim().slice(0, longestMessage);
  const rest = withoutValues(line);
  return { type: short, message: line, signature: rest === '' ? short : `${short}: ${rest}` };
}

/** Numbers, addresses, quoted values, paths and addresses of servers taken out of a message. */
export function withoutValues(message: string): string {
  return message
    .slice(0, 1_000)
    .replace(/(?<!\w)'[^'\n]{0,200}'(?!\w)|"[^"\n]{0,200}"|`[^`\n]{0,200}`|[‘“][^’”\n]{0,200}[’”]/g, '<text>')
    .replace(/\b[a-z][a-z0-9+.-]{1,15}:\/\/[^\s<>)\]]{1,400}/gi, '<address>')
    .replace(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '<n>')
    .replace(/\b0x[0-9a-f]+\b/gi, '<n>')
    .replace(/(?<![\w<])(?:[A-Za-z]:)?[\w.@~-]{0,100}(?:[\\/][\w.@~+-]{1,100}){1,40}/g, '<path>')
    .replace(/\b(?=[a-f]{0,63}\d)(?=\d{0,63}[a-f])[0-9a-f]{8,64}\b/gi, '<n>')
    .replace(/[-+]?\d(?:[\d_,.]{0,60}\d)?/g, '<n>')
    .replace(/\s+/g, ' ')
    .trim();
}

/** How alike two signatures are, 0 to 1: the same type counts half, the words of the message the other half. */
export function errorLikeness(one: string, other: string): number {
  if (one === other) return 1;
  const [left, right] = [split(one), split(other)];
  const shared = [...left.words].filter((word) => right.words.has(word)).length;
  const all = new Set([...left.words, ...right.words]).size;
  const words = all === 0 ? 0 : shared / all;
  return (left.type === right.type ? 0.5 : 0) + 0.5 * words;
}

function split(signature: string): { readonly type: string; readonly words: ReadonlySet<string> } {
  const cut = signature.indexOf(': ');
  const type = cut === -1 ? signature : signature.slice(0, cut);
  const rest = cut === -1 ? '' : signature.slice(cut + 2);
  return { type, words: new Set(rest.toLowerCase().match(/<?\w+>?/g)) };
}
