import * as vscode from 'vscode';

const scheme = 'nightshift-context';

/** Text without a file, that can only be read: it stands in the address itself, and is gone when nobody looks at it any more. */
export function registerContextText(): vscode.Disposable {
  return vscode.workspace.registerTextDocumentContentProvider(scheme, {
    provideTextDocumentContent: ({ query }) => query,
  });
}

/** The end of the title says what language the text is in. */
export async function openContextText(title: string, text: string): Promise<vscode.TextDocument> {
  const path = `/${title.replace(/[\\/]+/g, ' ')}`;
  return vscode.workspace.openTextDocument(vscode.Uri.from({ scheme, path, query: text }));
}
