import type { AnchoredReplacement, Finding, FindingRegion } from './finding.ts';

/** A finding with why it was dismissed, if it was. */
export type ExportedFinding = Finding & { readonly dismissed?: string | undefined };

/** A SARIF 2.1.0 log with a run for each tool. What was dismissed is suppressed, with the reason as its justification. */
export function writeSarif(findings: readonly ExportedFinding[]): string {
  const tools = [...new Set(findings.map(({ tool }) => tool))];
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: tools.map((tool) =>
      runOf(
        tool,
        findings.filter((each) => each.tool === tool),
      ),
    ),
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;
}

function runOf(tool: string, findings: readonly ExportedFinding[]): object {
  const rules = [...new Set(findings.map(({ rule }) => rule))].filter((id) => id !== '');
  return {
    tool: { driver: { name: tool, rules: rules.map((id) => ({ id })) } },
    columnKind: 'utf16CodeUnits',
    results: findings.map((finding) => resultOf(finding, rules)),
  };
}

function resultOf(finding: ExportedFinding, rules: readonly string[]): object {
  const { id, rule, severity, message, path, region, fix, dismissed } = finding;
  return {
    ...(rule === '' ? {} : { ruleId: rule, ruleIndex: rules.indexOf(rule) }),
    level: severity,
    message: { text: message },
    locations: [{ physicalLocation: { artifactLocation: locationOf(path), region: regionOf(region) } }],
    partialFingerprints: { 'nightshift/v1': id },
    ...(fix === undefined ? {} : { fixes: [{ artifactChanges: changesOf(fix) }] }),
    // A result of a run in which some are suppressed says so of itself too.
    suppressions: dismissed === undefined ? [] : [{ kind: 'external', status: 'accepted', justification: dismissed }],
  };
}

function changesOf(fix: readonly AnchoredReplacement[]): readonly object[] {
  return [...new Set(fix.map(({ path }) => path))].map((path) => ({
    artifactLocation: locationOf(path),
    replacements: fix
      .filter((each) => each.path === path)
      .map(({ region, text }) => ({ deletedRegion: regionOf(region), insertedContent: { text } })),
  }));
}

function locationOf(path: string): object {
  return { uri: path.split('/').map(encodeURIComponent).join('/'), uriBaseId: '%SRCROOT%' };
}

function regionOf({ startLine, startCharacter, endLine, endCharacter }: FindingRegion): object {
  return {
    startLine: startLine + 1,
    startColumn: startCharacter + 1,
    endLine: endLine + 1,
    ...(endCharacter === undefined ? {} : { endColumn: endCharacter + 1 }),
  };
}
