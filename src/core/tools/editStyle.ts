import type { ModelGrade } from '../models/modelGrade.ts';
import { resolveToolName } from './toolName.ts';
import type { Tool } from './tool.ts';

/**
 * How a model changes files: a weak one writes whole files as long as they are short, as it seldom copies text exactly; a strong one
 * replaces exact text; one of which little is known may do either.
 */
export type EditStyle = 'whole' | 'either' | 'exact';

/** A file of more lines is changed piece by piece by every model: few write that many again without a slip. */
export const wholeFileLines = 300;

export function editStyleOf(level: ModelGrade['level'] | undefined): EditStyle {
  return level === 'weak' || level === 'unfit' ? 'whole' : level === 'strong' ? 'exact' : 'either';
}

/** Of a line of code, seldom less in a whole file. */
const tokensPerLine = 13;

/** Lines of the longest file that an answer of so many tokens has room for. */
export function longestWhole(maxOutputTokens: number): number {
  return Math.min(wholeFileLines, Math.floor(maxOutputTokens / tokensPerLine / 10) * 10);
}

function descriptions(style: EditStyle, longest: number): Readonly<Record<string, string>> {
  switch (style) {
    case 'whole':
      return {
        edit_file: `Replace one piece of text in a file of more than ${longest} lines.`,
        write_file: 'Create a file, or change one by giving its whole new content, every line of it.',
      };
    case 'exact':
      return { write_file: 'Create a file. To change one that is there use edit_file.' };
    case 'either':
    default:
      return {};
  }
}

/** The tools in the words of a style; `longest` is the most lines that are written as a whole. */
export function inStyle(tools: readonly Tool[], style: EditStyle, longest: number): readonly Tool[] {
  const said = descriptions(style, longest);
  return tools.map((tool) => {
    const description = said[tool.name];
    return description === undefined ? tool : { ...tool, description };
  });
}

/** Who writes whole files is offered the exact edit once it has read a file that is too long for that, and not before. */
export function isOfferedNow(tool: Tool, style: EditStyle, seen: { readonly longFile?: boolean }): boolean {
  return style !== 'whole' || tool.name !== 'edit_file' || seen.longFile === true;
}

/** What a model is told that calls by this name the exact edit before it is offered; undefined for any other call. */
export function withheldAnswer(
  name: string,
  tools: readonly Tool[],
  style: EditStyle,
  seen: { readonly longFile?: boolean },
  longest: number,
): string | undefined {
  const withheld = tools.filter((tool) => !isOfferedNow(tool, style, seen));
  return resolveToolName(name, withheld).ok
    ? `Write the whole file with write_file; edit_file is for files of more than ${longest} lines, once you have read one.`
    : undefined;
}
