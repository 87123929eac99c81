// Attempts that go for processes: of the host, the runner that watches the sandbox, and everybody's share of the machine.
import { endsAs, fails, goesOn, printsNothing, refusedAll, said } from './attempt.ts'
import type { Attempt, Came } from './attempt.ts'

const MEGABYTE = 1024 ** 2
const RUNNER_FILES = ['mem', 'environ', 'fd/3', 'fd/1', 'cwd/x', 'root/x', 'exe', 'maps', 'stack', 'syscall', 'auxv']

const runnerLives = ({ end, result }: Came): boolean => end === null && result !== null

export const PROCESS_ATTEMPTS: readonly Attempt[] = [
  {
    id: 'host-processes',
    what: 'see processes of the host',
    layer: 'namespaces',
    language: 'shell',
    program: () => 'ls -d /proc/[0-9]* | wc -l',
    stopped: (came) => Number(said(came)[0]) < 30,
  },
  {
    id: 'kill-host',
    what: 'kill a process of the host',
    layer: 'namespaces',
    language: 'shell',
    // A number that happens to be one of the sandbox's own is nobody of the host's.
    program: ({ pid }) => `test -e /proc/${pid} || kill -9 ${pid}`,
    stopped: fails,
  },
  {
    id: 'terminal',
    what: 'get at a terminal',
    layer: 'namespaces',
    language: 'shell',
    program: () => 'echo x > /dev/tty || test -t 0 || test -t 1 || test -t 2',
    stopped: fails,
  },
  {
    id: 'runner-files',
    what: 'read the memory and descriptors of the runner and the reaper',
    layer: 'runner',
    language: 'shell',
    program: () =>
      `cat ${[1, 2].flatMap((pid) => RUNNER_FILES.map((name) => `/proc/${pid}/${name}`)).join(' ')} 2>/dev/null`,
    stopped: printsNothing,
  },
  {
    id: 'runner-write',
    what: 'write into the memory and descriptors of the runner and the reaper',
    layer: 'runner',
    language: 'python',
    program: () => `
for pid in (1, 2):
    for name in ('mem', 'fd/3', 'fd/2', 'oom_score_adj', 'timers', 'uid_map'):
        attempt(lambda: os.close(os.open('/proc/%d/%s' % (pid, name), os.O_RDWR)) or 'opened')`,
    stopped: (came) => came.result !== null && !said(came).includes('opened'),
  },
  {
    id: 'descriptors',
    what: 'find descriptors that it should not have',
    layer: 'runner',
    language: 'shell',
    program: () => 'ls /proc/$$/fd',
    stopped: ({ result }) => result?.stdout === '0\n1\n2\n',
  },
  {
    id: 'runner-debugger',
    what: 'open the debugger of the runner',
    layer: 'runner',
    language: 'shell',
    program: () =>
      `kill -USR1 2; sleep 0.3; cat /proc/net/tcp /proc/net/tcp6 | grep ' 0A ' | grep -vE '0100007F:0C38' | wc -l`,
    stopped: (came) => runnerLives(came) && said(came).at(-1) === '0',
  },
  {
    id: 'runner-program',
    what: 'read or change the program that the runner is',
    layer: 'runner',
    language: 'shell',
    program: () =>
      'cat /opt/factotum/node > copy; chmod 755 /opt/factotum/node; mv /opt/factotum /opt/x; rm -f /opt/factotum/runner/main.js; test -s copy',
    stopped: fails,
  },
  {
    id: 'kill-runner',
    what: 'live on without the runner that watches it',
    layer: 'runner',
    language: 'shell',
    program: () => 'setsid sleep 100 & kill -9 2; sleep 100',
    stopped: endsAs('crashed'),
    alone: true,
  },
  {
    id: 'stop-runner',
    what: 'put the runner to sleep',
    layer: 'runner',
    language: 'shell',
    program: () => 'kill -STOP 2; sleep 100',
    stopped: endsAs('crashed'),
    alone: true,
    timeoutMs: 500,
  },
  {
    id: 'kill-reaper',
    what: 'kill the first process of the sandbox, and all with it',
    layer: 'namespaces',
    language: 'shell',
    program: () => 'kill -9 1; kill -9 -1 2>/dev/null; echo fine',
    stopped: ({ end, result }) => end?.reason === 'crashed' || (result !== null && end === null),
    alone: true,
  },
  {
    id: 'daemon',
    what: 'outlive its command as a daemon',
    layer: 'runner',
    language: 'shell',
    program: () => '(setsid sh -c "setsid sleep 71 & sleep 73" >/dev/null 2>&1 &) ; sleep 60',
    stopped: ({ result }) => result?.timedOut === true,
    timeoutMs: 300,
  },
  {
    id: 'ignores-signals',
    what: 'run for ever, ignoring every signal that can be ignored',
    layer: 'runner',
    language: 'shell',
    program: () => `trap '' TERM INT HUP QUIT; while :; do :; done`,
    stopped: ({ result }) => result?.timedOut === true,
    timeoutMs: 300,
  },
  {
    id: 'fork-bomb',
    what: 'multiply until nothing else can run',
    layer: 'limits',
    language: 'shell',
    program: () => 'bomb() { bomb | bomb & }; bomb; sleep 30',
    stopped: ({ result, end }) => end !== null || result?.timedOut === true || result?.exitCode !== 0,
    alone: true,
    limits: { processes: 64 },
    timeoutMs: 1_500,
  },
  {
    id: 'memory-bomb',
    what: 'take all memory',
    layer: 'limits',
    language: 'node',
    program: () => `const all = []; for (;;) all.push(Buffer.alloc(${8 * MEGABYTE}, 1))`,
    stopped: ({ result, end }) =>
      end?.reason === 'memory' || (result !== null && result.exitCode !== 0 && !result.timedOut),
    alone: true,
    limits: { memoryBytes: 300 * MEGABYTE },
  },
  {
    id: 'fill-temporary',
    what: 'fill /tmp, /dev/shm, /run and its home',
    layer: 'limits',
    language: 'shell',
    program: () =>
      `for folder in /tmp /dev/shm /run /home/user; do head -c 600M /dev/zero 2>/dev/null > $folder/fill && echo through; rm -f $folder/fill; done; echo fine`,
    stopped: (came) => came.end !== null || (goesOn(came) && !said(came).includes('through')),
    alone: true,
  },
  {
    id: 'fill-disk',
    what: 'fill the disk through the workspace',
    layer: 'limits',
    language: 'shell',
    program: () => 'i=0; while [ $i -lt 100 ]; do head -c 4M /dev/urandom > file-$i; i=$((i+1)); sleep 0.1; done',
    stopped: endsAs('disk'),
    alone: true,
    limits: { diskBytes: 20 * MEGABYTE },
  },
  {
    id: 'fill-hidden',
    what: 'fill the disk in a folder that nobody may read',
    layer: 'limits',
    language: 'shell',
    program: () => 'mkdir hidden; head -c 30M /dev/urandom > hidden/file; chmod 000 hidden; sleep 15',
    stopped: endsAs('disk'),
    alone: true,
    limits: { diskBytes: 20 * MEGABYTE },
  },
  {
    id: 'large-file',
    what: 'write one file beyond the limit of a file',
    layer: 'limits',
    language: 'shell',
    program: () => 'truncate -s 2G large',
    stopped: fails,
  },
  {
    id: 'open-files',
    what: 'open more files than it may',
    layer: 'limits',
    language: 'python',
    program: () => `
opened = []
try:
    while True: opened.append(os.open('/dev/null', 0))
except OSError as error:
    print(errno.errorcode[error.errno], len(opened) <= 4096)`,
    stopped: (came) => said(came)[0] === 'EMFILE True',
  },
  {
    id: 'raise-limits',
    what: 'raise its limits and its priority',
    layer: 'limits',
    language: 'python',
    program: () => `
import resource
for what in (resource.RLIMIT_NOFILE, resource.RLIMIT_NPROC, resource.RLIMIT_FSIZE, resource.RLIMIT_CORE):
    try: resource.setrlimit(what, (10**10, 10**10)); print('raised')
    except (ValueError, OSError): print('EPERM')
attempt(lambda: os.nice(-10))
attempt(lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(10)) or 'set')`,
    stopped: refusedAll(['EPERM']),
  },
  {
    id: 'core-dump',
    what: 'leave a core dump where the host collects them',
    layer: 'limits',
    language: 'shell',
    program: () => "ulimit -c unlimited 2>/dev/null; sh -c 'kill -SEGV $$'; ls core* 2>/dev/null",
    stopped: printsNothing,
  },
  {
    id: 'timers',
    what: 'arm timers without end',
    layer: 'limits',
    language: 'node',
    program: () => `for (let i = 0; i < 300000; i++) setTimeout(() => {}, 1e6); console.log('fine'); process.exit()`,
    stopped: ({ end, result }) => end === null && result !== null,
  },
  {
    id: 'output-flood',
    what: 'flood the host with output',
    layer: 'runner',
    language: 'shell',
    program: () => 'yes | head -c 60000000; yes | head -c 60000000 >&2',
    stopped: ({ result }) =>
      result !== null && Buffer.byteLength(result.stdout) <= 64_000 && result.truncatedBytes > 100_000_000,
    timeoutMs: 40_000,
  },
]
