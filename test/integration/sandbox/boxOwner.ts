// Starts a box, prints its id and waits to be killed: `node boxOwner.ts <runtime> <workspace label> [engine] [socket]`.
import { never, openBoxes, value } from './boxes.ts';

const [, , name, workspace = 'owner', endpoint, channel] = process.argv;
const runtime = name === 'runsc' ? 'runsc' : 'runc';
const boxes = openBoxes(workspace, endpoint, channel === 'socket' ? channel : undefined);
if (channel === 'socket') {
  value(await boxes.engine.chooseRuntime({ requireGvisor: runtime === 'runsc', preferred: runtime }, never));
}
const sandbox = await boxes.start('locked', runtime);
process.stdout.write(`${sandbox.id}\n`);
setInterval(() => undefined, 60_000);
