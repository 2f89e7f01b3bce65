import { serveWorkspace } from './host/serveWorkspace.ts';

void serveWorkspace(process.argv.slice(2), __dirname);
