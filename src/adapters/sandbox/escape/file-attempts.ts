// Attempts that go for files: of the host, of the system, and the devices beside them.
import { printsNothing, refusedAll, said } from './attempt.ts'
import type { Attempt, Came } from './attempt.ts'

const OUTSIDE = [
  '/x',
  '/usr/bin/x',
  '/etc/x',
  '/opt/x',
  '/opt/node/bin/node',
  '/opt/factotum/runner/main.js',
  '/dev/x',
  '/lib/x',
  '/var/x',
]
const SETTINGS = [
  'proc/sys/kernel/core_pattern',
  'proc/sys/kernel/hostname',
  'proc/sys/vm/drop_caches',
  'proc/sysrq-trigger',
  'proc/sys/user/max_user_namespaces',
  'sys/kernel/mm/x',
  'sys/fs/cgroup/x',
]
const HARMLESS_DEVICES = 'core fd full null ptmx pts random shm stderr stdin stdout tty urandom zero console'.split(' ')
const HARMLESS_VARIABLES = 'FACTOTUM_COMMAND HOME LANG LOGNAME PATH PWD SHELL TMPDIR USER OLDPWD _ SHLVL'.split(' ')
const MADE_UP_USERS = 'root user nobody'.split(' ')

const nothingWent = (came: Came): boolean => came.result !== null && !said(came).includes('through')
const through = (lines: readonly string[]): string =>
  lines.map((line) => `(${line}) 2>/dev/null && echo through`).join('\n')

export const FILE_ATTEMPTS: readonly Attempt[] = [
  {
    id: 'host-file',
    what: 'read a file of the host',
    layer: 'mounts',
    language: 'shell',
    program: ({ file }) => `cat ${file} /proc/1/root${file} /proc/2/root${file} 2>/dev/null`,
    stopped: printsNothing,
  },
  {
    id: 'host-folders',
    what: "read the host's accounts, logs and homes",
    layer: 'mounts',
    language: 'shell',
    program: () =>
      through(
        ['/etc/shadow', '/root/.ssh', '/root/.bashrc', '/var/log', '/home/*/.ssh', '/boot', '/sys/kernel', '/srv'].map(
          (path) => `ls ${path}`,
        ),
      ),
    stopped: nothingWent,
  },
  {
    id: 'host-users',
    what: 'learn who has an account on the host',
    layer: 'mounts',
    language: 'shell',
    program: () => 'cut -d : -f 1 /etc/passwd',
    stopped: (came) => said(came).every((name) => MADE_UP_USERS.includes(name)),
  },
  {
    id: 'environment',
    what: 'find secrets in the environment of any process',
    layer: 'mounts',
    language: 'shell',
    program: () => 'cat /proc/[0-9]*/environ 2>/dev/null | tr "\\0" "\\n" | cut -d = -f 1 | sort -u',
    stopped: (came) => came.result !== null && said(came).every((name) => HARMLESS_VARIABLES.includes(name)),
  },
  {
    id: 'write-outside',
    what: 'write outside of the workspace, over programs and over the runner',
    layer: 'mounts',
    language: 'shell',
    program: () => through(OUTSIDE.map((path) => `echo x > ${path}`)),
    stopped: nothingWent,
  },
  {
    id: 'kernel-settings',
    what: 'write kernel settings: core_pattern, sysrq, control groups',
    layer: 'mounts',
    language: 'shell',
    program: () => through(SETTINGS.map((path) => `echo 1 > /${path}`)),
    stopped: nothingWent,
  },
  {
    id: 'kernel-secrets',
    what: 'read the memory, the log and the symbols of the kernel',
    layer: 'mounts',
    language: 'shell',
    program: () =>
      'cat /proc/kcore /proc/kallsyms /proc/kmsg /proc/keys /proc/cmdline /proc/config.gz /dev/mem /dev/kmem /dev/kmsg 2>/dev/null | head -c 1000; ls /sys',
    stopped: printsNothing,
  },
  {
    id: 'device-nodes',
    what: 'make device nodes of a disk and of memory',
    layer: 'namespaces',
    language: 'shell',
    program: () => through(['mknod disk b 8 0', 'mknod memory c 1 1']),
    stopped: nothingWent,
  },
  {
    id: 'devices',
    what: 'find a device: a disk, kvm, a GPU, memory',
    layer: 'mounts',
    language: 'shell',
    program: () => 'ls /dev',
    stopped: (came) => said(came).every((name) => HARMLESS_DEVICES.includes(name)),
  },
  {
    id: 'hard-link',
    what: 'take a file of the system into the workspace by a hard link',
    layer: 'mounts',
    language: 'shell',
    program: () => through(['ln /etc/passwd hard', 'ln /usr/bin/env hard']),
    stopped: nothingWent,
  },
  {
    id: 'symbolic-link',
    what: 'reach the host by a link in the workspace',
    layer: 'mounts',
    language: 'shell',
    program: ({ file }) => `ln -sf ${file} link; ln -sfn / root; cat link root${file} ../..${file} 2>/dev/null`,
    stopped: printsNothing,
  },
  {
    id: 'setuid',
    what: 'gain the rights of a program by its setuid bit',
    layer: 'namespaces',
    language: 'shell',
    program: () => 'cp /usr/bin/id planted; chmod 6777 planted; ./planted -u',
    stopped: (came) => said(came)[0] === '1000',
  },
  {
    id: 'docker-socket',
    what: "reach a container engine's or the system's own socket",
    layer: 'mounts',
    language: 'shell',
    program: () =>
      through(
        [
          '/var/run/docker.sock',
          '/run/docker.sock',
          '/run/podman/podman.sock',
          '/run/systemd/private',
          '/run/dbus/system_bus_socket',
        ].map((path) => `test -e ${path}`),
      ),
    stopped: nothingWent,
  },
  {
    id: 'preload',
    what: 'have the runner and others load its own code (LD_PRELOAD, ld.so.preload)',
    layer: 'mounts',
    language: 'shell',
    program: () =>
      through([
        'echo /workspace/x.so > /etc/ld.so.preload',
        'echo x > /etc/ld.so.cache',
        'touch /lib/x.so',
        'cp /bin/true /opt/factotum/node',
      ]),
    stopped: nothingWent,
  },
  {
    id: 'file-locks',
    what: 'change the owner of a file to one of the host',
    layer: 'namespaces',
    language: 'python',
    program: () =>
      `open('mine', 'w').close()\nattempt(lambda: os.chown('mine', 0, 0) or 'changed')\nattempt(lambda: os.setuid(0) or 'root')\nattempt(lambda: os.setgroups([0]) or 'root')`,
    stopped: refusedAll(['EPERM', 'EINVAL']),
  },
]
