import { config } from '@vscode/l10n';
import { l10n } from 'vscode';

// Before every other module of the extension, as words are translated when these are read.
if (l10n.bundle !== undefined) config({ contents: l10n.bundle });
