/** What a schema of the protocol answers; all that is needed of it here. */
export interface Checked {
  readonly success: boolean;
  readonly data?: unknown;
  readonly error?:
    | { readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[] }
    | undefined;
}

/** The first thing that is wrong, with its place. */
export function describeIssue(checked: Checked): string {
  const issue = checked.error?.issues[0];
  return issue === undefined ? 'unknown' : `${issue.path.map(String).join('.') || 'value'}: ${issue.message}`;
}
