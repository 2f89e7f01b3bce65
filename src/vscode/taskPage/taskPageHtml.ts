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
}: {
  readonly script: string;
  readonly nonce: string;
  readonly state: TaskPageState;
}): string {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="UTF-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Task</title>
<style nonce="${nonce}">${taskPageStyle}</style>
</head>
<body data-state="${attribute(JSON.stringify(state))}">
<header id="head" aria-label="Task"></header>
<p id="problem" role="alert" hidden></p>
<div id="columns" hidden>
<aside id="side" aria-label="Result and budget"></aside>
<main>
<div class="bar"><h2 id="timeline-title">Timeline</h2><span id="amount" class="quiet"></span><button id="latest" type="button" class="link">Jump to Latest</button></div>
<p id="keys" class="unseen">Up and Down move between entries, Right opens one, Left closes it.</p>
<div id="timeline" role="group" aria-labelledby="timeline-title" aria-describedby="keys"></div>
</main>
</div>
<p id="status" class="unseen" role="status" aria-live="polite"></p>
<script nonce="${nonce}" src="${attribute(script)}"></script>
</body>
</html>`;
}

/** Text within the double quotes of an attribute. */
function attribute(text: string): string {
  const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '"': '&quot;', '<': '&lt;', '>': '&gt;' };
  return text.replace(/[&"<>]/g, (character) => escapes[character] ?? character);
}
