import { plainLine } from '../../base/plainText.ts';

/** One line that others wrote, for the middle of a text in Markdown: it formats nothing, links to nothing and loads nothing. */
export function quoted(text: string, length = 200): string {
  return plainLine(text, length).replace(/[\\`*_{}[\]()#+\-.!|<>~$&:@]/g, String.raw`\$&`);
}
