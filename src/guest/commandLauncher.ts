import { existsSync } from 'node:fs';

const python = '/usr/bin/python3';

/**
 * Runs a command as its child and collects every process that the command orphans. PID 1 would inherit them otherwise, and Node
 * collects only its own children: the dead would fill the box's table of processes. Then it ends what the command left running, and
 * itself as the command ended. SIGTERM ends the command. What keeps the command from being executed is told as an error name on
 * descriptor 3, which the command does not get. Only below PID 1: there -1 means the other processes of the box, and nobody else's.
 */
const program = `
import ctypes, errno, os, signal, sys
if os.getppid() != 1:
    os._exit(125)
def refuse(error):
    os.write(3, errno.errorcode.get(error.errno, 'EIO').encode())
    os._exit(127)
def end_all(*_):
    try:
        os.kill(-1, signal.SIGKILL)
    except ProcessLookupError:
        pass
ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)
os.set_inheritable(3, False)
try:
    command = os.fork()
except OSError as error:
    refuse(error)
if command == 0:
    try:
        with open('/proc/self/oom_score_adj', 'w') as file:
            file.write('1000')
    except OSError:
        pass
    for number in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(number, signal.SIG_DFL)
    try:
        os.execvp(sys.argv[1], sys.argv[1:])
    except OSError as error:
        refuse(error)
signal.signal(signal.SIGTERM, end_all)
status = 0
try:
    while True:
        process, ended = os.wait()
        if process == command:
            status = ended
            end_all()
except ChildProcessError:
    pass
if os.WIFSIGNALED(status):
    signal.signal(os.WTERMSIG(status), signal.SIG_DFL) if os.WTERMSIG(status) != 9 else None
    os.kill(os.getpid(), os.WTERMSIG(status))
os._exit(os.waitstatus_to_exitcode(status))
`;

/**
 * What is put before the argv of a command, or nothing where it would not help: under gVisor, whose limit of processes does not
 * count the dead, and in an image without Python, whose limit then holds a command that orphans many.
 */
export function commandLauncher(isolatedKernel: boolean): readonly string[] {
  return process.pid === 1 && !isolatedKernel && existsSync(python) ? [python, '-I', '-S', '-c', program] : [];
}
