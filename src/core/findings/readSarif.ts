import { errorText, failure, type Failure } from '../../base/failure.ts';
import { plainLine } from '../../base/plainText.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { resolveTreePath } from '../environments/treePath.ts';
import type { FindingRegion, FindingReplacement, ReportedFinding } from './finding.ts';
import { maxSarifResults, sarifLogSchema, type SarifRegion, type SarifResult } from './sarifLog.ts';

/** What a SARIF file says of files of the repository, and how many of its results say nothing of one. */
export interface SarifReport {
  readonly findings: readonly ReportedFinding[];
  /** Results without a place, or with one outside the repository. */
  readonly elsewhere: number;
}

/** Reads a SARIF 2.1.0 log. Results that are no complaint (`pass`, `notApplicable`, level `none`) are left out. */
export function readSarif(text: string): Result<SarifReport, Failure<'bad-sarif'>> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return fail(
      failure('bad-sarif', `the file is no JSON: ${plainLine(errorText(error), 200)}; export it as SARIF 2.1.0`),
    );
  }
  const parsed = sarifLogSchema.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const place = plainLine(issue?.path.map(String).join('.') ?? '', 200);
    return fail(
      failure('bad-sarif', `the file is no SARIF 2.1.0: ${place}: ${issue?.message ?? ''}; export it as SARIF 2.1.0`),
    );
  }
  const results = parsed.data.runs.flatMap((run) => run.results ?? []).filter(complains);
  if (results.length > maxSarifResults) {
    return fail(failure('bad-sarif', `the file has more than ${maxSarifResults} results; import a part of them`));
  }
  const findings = results.map(findingOf).filter((each) => each !== undefined);
  return ok({ findings, elsewhere: results.length - findings.length });
}

function complains({ kind, level }: SarifResult): boolean {
  return level !== 'none' && (kind === undefined || kind === 'fail' || kind === 'open' || kind === 'review');
}

function findingOf(result: SarifResult): ReportedFinding | undefined {
  const place = result.locations?.[0]?.physicalLocation;
  const path = pathOf(place?.artifactLocation.uri);
  if (path === undefined) {
    return undefined;
  }
  return {
    rule: result.ruleId ?? '',
    severity: result.level === 'error' || result.level === 'note' ? result.level : 'warning',
    message: result.message.text ?? result.message.markdown ?? '',
    path,
    region: regionOf(place?.region ?? {}),
    fix: fixOf(result),
  };
}

/** Only a relative address is taken: what an absolute one names on another machine cannot be told. */
function pathOf(uri: string | undefined): string | undefined {
  if (uri === undefined || /^[a-z][\w+.-]*:|^\/|[?#]/i.test(uri)) {
    return undefined;
  }
  let name: string;
  try {
    name = decodeURIComponent(uri);
  } catch {
    return undefined;
  }
  const path = resolveTreePath('', name);
  return path === '' ? undefined : path;
}

function regionOf({ startLine = 1, startColumn = 1, endLine = startLine, endColumn }: SarifRegion): FindingRegion {
  const start = { startLine: startLine - 1, startCharacter: startColumn - 1 };
  const forward =
    endLine > startLine || (endLine === startLine && (endColumn === undefined || endColumn >= startColumn));
  return forward
    ? { ...start, endLine: endLine - 1, ...(endColumn !== undefined && { endCharacter: endColumn - 1 }) }
    : { ...start, endLine: start.startLine };
}

/** All of the first fix or nothing: a half of one would break the file. A region that is told by offsets alone is not read. */
function fixOf({ fixes }: SarifResult): readonly FindingReplacement[] | undefined {
  const replacements: FindingReplacement[] = [];
  for (const change of fixes?.[0]?.artifactChanges ?? []) {
    const path = pathOf(change.artifactLocation.uri);
    for (const { deletedRegion, insertedContent } of change.replacements) {
      if (path === undefined || deletedRegion.startLine === undefined) {
        return undefined;
      }
      replacements.push({ path, region: regionOf(deletedRegion), text: insertedContent?.text ?? '' });
    }
  }
  return replacements.length === 0 ? undefined : replacements;
}
