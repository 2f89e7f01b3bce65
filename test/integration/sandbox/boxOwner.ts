// Starts a box, prints its id and waits to be killed: `node boxOwner.ts <runtime> <workspace label>`.
import { openBoxes } from './boxes.ts';

const [, , runtime, workspace = 'owner'] = process.argv;
const sandbox = await openBoxes(workspace).start('locked', runtime === 'runsc' ? 'runsc' : 'runc');
process.stdout.write(`${sandbox.id}\n`);
setInterval(() => undefined, 60_000);
