import { config } from '@vscode/l10n';

// Before every other module of a page, as words are translated when these are read; the window sends them with the page.
const words = document.body.dataset['words'];
if (words !== undefined) config({ contents: words });
