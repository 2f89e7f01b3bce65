import { t } from '@vscode/l10n';
import { attribute, type PageLanguage, wordsAttribute } from '../window/pageHtml.ts';
import type { TaskPageState } from './taskPageMessages.ts';
import { taskPageStyle } from './taskPageStyle.ts';

/**
 * The page of a task. Nothing is loaded and nothing runs but the script and the style that carry the nonce; what a task is about
 * was written by others and is only ever set as text.
 */
export function taskPageHtml({
  script,
  nonce,
  state,
  ...spoken
}: PageLanguage & {
  readonly script: string;
  readonly nonce: string;
  readonly state: TaskPageState;
}): string {
  return `<!DOCTYPE html>
<html lang="${attribute(spoken.language)}">
<head>
<meta charset="UTF-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${attribute(t('Task'))}</title>
<style nonce="${nonce}">${taskPageStyle}</style>
</head>
<body data-state="${attribute(JSON.stringify(state))}"${wordsAttribute(spoken)}>
<header id="head" aria-label="${attribute(t('Task'))}"></header>
<p id="problem" role="alert" hidden></p>
<div id="columns" hidden>
<aside id="side" aria-label="${attribute(t('Result and budget'))}"></aside>
<main>
<div class="bar"><h2 id="timeline-title">${attribute(t('Timeline'))}</h2><span id="amount" class="quiet"></span><button id="latest" type="button" class="link">${attribute(t('Jump to Latest'))}</button></div>
<p id="keys" class="unseen">${attribute(t('Up and Down move between entries, Right opens one, Left closes it.'))}</p>
<div id="timeline" role="group" aria-labelledby="timeline-title" aria-describedby="keys"></div>
</main>
</div>
<p id="status" class="unseen" role="status" aria-live="polite"></p>
<script nonce="${nonce}" src="${attribute(script)}"></script>
</body>
</html>`;
}
