/** Rules of other agents as sections of AGENTS.md. */

/** Whose rules these are, by the beginning of their path. */
import { t } from '@vscode/l10n';
const tools: readonly (readonly [start: string, tool: string])[] = [
  ['.clinerules', 'Cline'],
  ['.roo/', 'Roo Code'],
  ['.continue/', 'Continue'],
  ['.kilocode/', 'Kilo Code'],
  ['.kilo/', 'Kilo Code'],
  ['.github/', 'Copilot'],
  ['.cursor', 'Cursor'],
];

export interface FoundRule {
  /** In the repository, with `/`. */
  readonly path: string;
  readonly tool: string;
  /** The files that it is about, in words. */
  readonly about: string;
  readonly text: string;
}

/** Undefined for a file that is no other tool's. */
export function toolOf(path: string): string | undefined {
  return tools.find(([start]) => path.startsWith(start))?.[1];
}

/** Stands above each section; by it a rule that was imported before is known again. */
function heading({ path, tool }: FoundRule): string {
  return `## ${tool}: ${path}`;
}

/** Also where another tool had the same words: tools are often given the same rules. */
export function isImported(agents: string, rule: FoundRule): boolean {
  const text = demoted(rule.text.trim());
  return text === '' || agents.includes(text) || agents.split(/\r?\n/).includes(heading(rule));
}

/** AGENTS.md with the rules that are not in it yet, at its end. What stands there stays as it is, byte for byte. */
export function withRules(agents: string, rules: readonly FoundRule[]): string {
  const told = new Set<string>();
  const sections = rules.flatMap((rule) => {
    const text = rule.text.trim();
    const isKnown = told.has(text) || isImported(agents, rule);
    told.add(text);
    return isKnown ? [] : [section({ ...rule, text })];
  });
  if (sections.length === 0) {
    return agents;
  }
  const before = agents.trim() === '' ? '# Instructions for agents\n' : agents.replace(/\n?$/, '\n');
  return `${before}\n${sections.join('\n')}`;
}

function section(rule: FoundRule): string {
  const about = rule.about === t('all files') || rule.about === '' ? [] : [`For ${rule.about}:`, ''];
  return `${[heading(rule), '', ...about, demoted(rule.text)].join('\n')}\n`;
}

/** Its own headings go below the section's; lines of code are no headings. */
function demoted(text: string): string {
  let fence: string | undefined;
  return text
    .split(/\r?\n/)
    .map((line) => {
      const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
      if (mark !== undefined) {
        fence = fence === undefined ? mark : mark.startsWith(fence) ? undefined : fence;
        return line;
      }
      const [hashes = ''] = fence === undefined ? (/^#{1,6}(?= )/.exec(line) ?? []) : [];
      return hashes === '' ? line : `${'#'.repeat(Math.min(6, hashes.length + 2))}${line.slice(hashes.length)}`;
    })
    .join('\n');
}
