import { counted } from '../../base/counted.ts';
import { plainLine } from '../../base/plainText.ts';
import type { FindingView } from '../../protocol/findings.ts';
import type { HostResult } from '../../protocol/host.ts';
import type { Paint } from './paint.ts';

const styles = { error: 'red', warning: 'yellow', note: 'dim' } as const;

/** Findings for a person. */
export function findingLines(findings: readonly FindingView[], paint: Paint): string[] {
  if (findings.length === 0) {
    return ['There are no findings. Import some: nightshift findings import FILE.sarif'];
  }
  return findings.flatMap(({ id, path, region, severity, tool, rule, message, stale, fix, task, dismissed }) => {
    const place = `${plainLine(path)}:${region.startLine + 1}`;
    const from = [tool, rule]
      .filter(Boolean)
      .map((each) => plainLine(each, 80))
      .join(' ');
    const marks = [
      ...(stale ? ['its lines were changed since'] : []),
      ...(fix === undefined ? [] : ['has a suggested patch']),
      ...(task === undefined ? [] : [`reported by ${task}`]),
      ...(dismissed === undefined ? [] : [`dismissed: ${plainLine(dismissed, 200)}`]),
    ];
    return [
      `${id}  ${paint(styles[severity], severity)}  ${place}  ${paint('dim', from)}`,
      `   ${plainLine(message, 400)}`,
      ...(marks.length === 0 ? [] : [`   ${paint('dim', marks.join(' · '))}`]),
    ];
  });
}

export function importedText({ tools, imported, elsewhere }: HostResult<'importFindings'>): string {
  const left = elsewhere === 0 ? '' : `; ${counted(elsewhere, 'result')} about no file of this repository left out`;
  const from = tools.length === 0 ? '' : ` of ${tools.map((tool) => plainLine(tool)).join(', ')}`;
  return `${counted(imported, 'finding')}${from} imported${left}.`;
}
