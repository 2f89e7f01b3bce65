import { t } from '@vscode/l10n';
import { attribute, type PageLanguage, wordsAttribute } from '../../window/pageHtml.ts';

/**
 * The page of the graph. Nothing is loaded and nothing runs but the script and the style that carry the nonce; what stands in the
 * graph was written by others and is only ever set as text.
 */
export function graphHtml({
  script,
  nonce,
  ...spoken
}: PageLanguage & { readonly script: string; readonly nonce: string }): string {
  return `<!DOCTYPE html>
<html lang="${attribute(spoken.language)}">
<head>
<meta charset="UTF-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${attribute(t('Graph'))}</title>
<style nonce="${nonce}">${style}</style>
</head>
<body${wordsAttribute(spoken)}>
<main>
<div id="drawing" tabindex="0" role="application" aria-roledescription="${attribute(t('graph'))}" aria-label="${attribute(t('Graph'))}" aria-describedby="keys"></div>
<p id="status" role="status" aria-live="polite"></p>
</main>
<nav aria-label="${attribute(t('Things in the graph'))}">
<div class="buttons"><button id="back" type="button" disabled>${attribute(t('Back'))}</button></div>
<p id="keys">${attribute(t('Arrow keys or a click choose, Enter puts in the middle, O or a double click opens, Escape goes back.'))}</p>
<div id="list"></div>
</nav>
<script nonce="${nonce}" src="${script}"></script>
</body>
</html>`;
}

const style = `
html, body { height: 100%; margin: 0; padding: 0; forced-color-adjust: none; }
body { display: flex; color: var(--vscode-foreground); background: var(--vscode-editor-background); font: var(--vscode-font-size) var(--vscode-font-family); }
main { flex: 1; min-width: 0; display: flex; flex-direction: column; }
#drawing { flex: 1; min-height: 0; outline: none; }
#drawing:focus-visible { outline: 1px solid var(--vscode-focusBorder); outline-offset: -1px; }
#drawing svg { width: 100%; height: 100%; display: block; }
#status { margin: 0; padding: 4px 12px; min-height: 1.4em; color: var(--vscode-descriptionForeground); }
nav { width: 240px; overflow-y: auto; padding: 8px 12px; border-left: 1px solid var(--vscode-contrastBorder, var(--vscode-panel-border, transparent)); }
nav h2 { font-size: 1em; margin: 12px 0 4px; color: var(--vscode-descriptionForeground); }
nav ul { list-style: none; margin: 0; padding: 0; }
nav li { display: flex; }
nav li button { flex: 1; min-width: 0; text-align: left; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; border: 1px solid transparent; background: none; color: var(--vscode-foreground); padding: 2px 4px; cursor: pointer; font: inherit; }
nav li button:hover { background: var(--vscode-list-hoverBackground); }
nav li button[aria-current="true"] { background: var(--vscode-list-activeSelectionBackground); color: var(--vscode-list-activeSelectionForeground); border-color: var(--vscode-contrastActiveBorder, transparent); }
nav button:focus-visible { outline: 1px solid var(--vscode-focusBorder); outline-offset: -1px; }
.buttons button { color: var(--vscode-button-secondaryForeground); background: var(--vscode-button-secondaryBackground); border: 1px solid var(--vscode-contrastBorder, transparent); padding: 3px 10px; cursor: pointer; font: inherit; }
.buttons button:disabled { opacity: 0.5; cursor: default; }
#keys { color: var(--vscode-descriptionForeground); font-size: 0.9em; }
.edge { stroke: var(--vscode-descriptionForeground); fill: none; opacity: 0.6; }
.edge.of-focus { stroke: var(--vscode-focusBorder); opacity: 1; }
.node { cursor: pointer; }
.node .mark { fill: var(--vscode-editor-background); stroke: var(--mark, var(--vscode-foreground)); stroke-width: 2; }
.node.center .mark { fill: var(--mark, var(--vscode-foreground)); }
.node text { fill: var(--vscode-foreground); font-size: 12px; text-anchor: middle; paint-order: stroke; stroke: var(--vscode-editor-background); stroke-width: 3px; }
.node.center text { font-weight: 600; }
.node.focused .mark { stroke-width: 4; }
.node.focused .ring { visibility: visible; }
.node .ring { visibility: hidden; fill: none; stroke: var(--vscode-focusBorder); stroke-width: 2; }
.kind-file { --mark: var(--vscode-charts-blue); }
.kind-symbol { --mark: var(--vscode-charts-purple); }
.kind-commit, .kind-author { --mark: var(--vscode-charts-orange); }
.kind-test { --mark: var(--vscode-charts-green); }
.kind-document, .kind-decision { --mark: var(--vscode-charts-yellow); }
.kind-task { --mark: var(--vscode-charts-red); }
body.vscode-high-contrast .edge, body.vscode-high-contrast-light .edge { stroke: var(--vscode-contrastBorder); opacity: 1; }
body.vscode-high-contrast .edge.of-focus, body.vscode-high-contrast-light .edge.of-focus { stroke: var(--vscode-contrastActiveBorder, var(--vscode-focusBorder)); stroke-width: 2; }
@media (max-width: 520px) { body { flex-direction: column; } nav { width: auto; max-height: 40%; border-left: none; } }
@media (prefers-reduced-motion: no-preference) { .node .mark { transition: stroke-width 80ms; } }
`;
