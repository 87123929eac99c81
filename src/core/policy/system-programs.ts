// Programs that concern the machine as a whole: some of them never run.
import type { Effect, Program, Programs } from './effect.ts'
import { destroys, hides, needsRights, reads, starts, together, writes } from './effect.ts'
import { commandAfter, parseArguments } from './arguments.ts'

const stops = (why: string): Effect => ({ ...needsRights(why), hard: 'hard.shutdown' })
const kernel = (why: string): Effect => ({ ...needsRights(why), hard: 'hard.kernel' })

const shutdown: Program = ({ name, args }) =>
  args.some((arg) => arg === '-c' || arg === '--help')
    ? needsRights(`${name} calls it off`)
    : stops(`${name} stops the machine`)
const format: Program = ({ name, args }) => {
  const targets = parseArguments(args, ['-t', '-L', '-b', '-m', '-U', '-n', '-i']).operands
  const device = targets.some((path) => path?.startsWith('/dev/') === true)
  return {
    ...together(
      destroys(`${name} wipes what is there`, targets.length === 0 ? [null] : targets),
      needsRights('and works on disks'),
    ),
    ...(device ? { hard: 'hard.wipe' as const } : {}),
  }
}
const container: Program = ({ name, args }) => {
  const rights = needsRights(`${name} has all rights on the machine`)
  const words = commandAfter(args, [
    '-H',
    '--host',
    '-c',
    '--context',
    '-l',
    '--log-level',
    '-f',
    '--file',
    '-p',
    '-n',
    '--namespace',
  ])
  const deletes = words.some(
    (word) => word !== null && /^(prune|rm|rmi|remove|kill|down|delete|drain|destroy|purge)$/.test(word),
  )
  const isSending = words[0] === 'push' || words[0] === 'login'
  const effects: Effect[] = [rights]
  if (deletes) effects.push(destroys(`${name} deletes`, [null]))
  if (isSending) effects.push({ classes: ['network'], why: `${name} ${words[0]} sends`, hosts: [null], sends: true })
  return together(...effects)
}

const DISKS = 'fdisk cfdisk sfdisk gdisk sgdisk parted wipefs blkdiscard mkswap badblocks nvme hdparm sg_format'

export const SYSTEM_PROGRAMS: Programs = {
  shutdown,
  reboot: shutdown,
  halt: shutdown,
  poweroff: shutdown,
  init: ({ args }) =>
    /^[06]$/.test(args[0] ?? '') ? stops('init stops the machine') : needsRights('init changes what runs'),
  telinit: ({ args }) =>
    /^[06]$/.test(args[0] ?? '') ? stops('telinit stops the machine') : needsRights('telinit changes what runs'),
  systemctl: ({ args }) => {
    const verb = parseArguments(args).operands[0]
    if (
      verb !== undefined &&
      verb !== null &&
      /^(reboot|poweroff|halt|kexec|soft-reboot|rescue|emergency|suspend|hibernate|exit)$/.test(verb)
    )
      return stops(`systemctl ${verb} stops the machine`)
    return verb !== undefined && verb !== null && /^(status|list-\S+|show|cat|is-\S+|get-default)$/.test(verb)
      ? reads('systemctl tells')
      : needsRights('systemctl changes what runs')
  },
  insmod: () => kernel('insmod loads code into the kernel'),
  rmmod: () => kernel('rmmod takes code out of the kernel'),
  modprobe: () => kernel('modprobe loads code into the kernel'),
  kexec: () => kernel('kexec starts another kernel'),
  sysctl: ({ args }) =>
    args.some((arg) => arg === null || /^(-w|--write|-p|--load|--system)|=/.test(arg))
      ? kernel('sysctl changes the kernel')
      : reads('sysctl tells'),
  dmesg: ({ args }) =>
    args.some((arg) => arg !== null && /^-[a-zA-Z]*[Cc]/.test(arg))
      ? together(needsRights('dmesg changes the log'), destroys('the log is lost', [null]))
      : reads('dmesg tells'),
  journalctl: ({ args }) =>
    args.some((arg) => arg !== null && /^--(vacuum|rotate|flush)/.test(arg))
      ? together(needsRights('journalctl changes the log'), destroys('entries of the log are lost', [null]))
      : reads('journalctl tells'),
  history: ({ args }) =>
    args.some((arg) => arg !== null && /^-[a-z]*[cd]/.test(arg))
      ? destroys('the history is lost', [null])
      : reads('history tells'),
  kill: ({ args }) => killEffect('kill', args.includes('-l') || args.includes('-L'), args.slice(1).includes('-1')),
  pkill: ({ args }) =>
    killEffect('pkill', false, args.includes('.') || args.some((arg) => arg !== null && /^-[a-z]*[uU]/.test(arg))),
  killall: () => killEffect('killall', false, false),
  killall5: () => destroys('killall5 ends everything', [null]),
  fuser: ({ args }) =>
    args.some((arg) => arg !== null && /^-[a-z]*k/.test(arg)) ? writes('fuser ends processes') : reads('fuser tells'),
  date: ({ args }) =>
    args.some((arg) => arg !== null && /^(-s|--set)/.test(arg))
      ? needsRights('date sets the clock')
      : reads('date tells'),
  hostname: ({ args }) =>
    parseArguments(args).operands.length > 0 ? needsRights('hostname renames the machine') : reads('hostname tells'),
  ifconfig: ({ args }) => (args.length > 1 ? needsRights('ifconfig changes the network') : reads('ifconfig tells')),
  ip: ({ args }) => {
    if (args.includes('exec'))
      return together(
        needsRights('ip works in another network'),
        starts('it starts a program', { type: 'command', words: args.slice(args.indexOf('exec') + 2) }),
      )
    return args.some(
      (arg) => arg === null || /^(add|del|delete|set|flush|change|replace|append|up|down|attach|-b\w*)$/.test(arg),
    )
      ? needsRights('ip changes the network')
      : reads('ip tells')
  },
  route: ({ args }) =>
    args.some((arg) => arg !== null && /^(add|del|flush)/.test(arg))
      ? needsRights('route changes the network')
      : reads('route tells'),
  tcpdump: ({ args }) =>
    args.some((arg) => arg !== null && arg.startsWith('-z'))
      ? together(needsRights('tcpdump listens'), hides('and starts a program'))
      : needsRights('tcpdump listens to the network'),
  service: ({ args }) => (args[1] === 'status' ? reads('service tells') : needsRights('service changes what runs')),
  passwd: () => needsRights('passwd changes who may come in'),
  userdel: ({ args }) =>
    together(
      needsRights('userdel removes a user'),
      destroys('and may delete their files', [...args.slice(-1).map(() => null)]),
    ),
  crictl: container,
  mkfs: format,
  newfs: format,
  ...Object.fromEntries(
    ['ext2', 'ext3', 'ext4', 'xfs', 'btrfs', 'vfat', 'fat', 'ntfs', 'f2fs', 'exfat', 'minix', 'msdos'].map((kind) => [
      `mkfs.${kind}`,
      format,
    ]),
  ),
  mke2fs: format,
  mkdosfs: format,
  ...Object.fromEntries(
    DISKS.split(' ').map(
      (name) =>
        [
          name,
          (call) => (call.args.some((arg) => arg === '-l' || arg === '--list') ? reads(`${name} lists`) : format(call)),
        ] satisfies [string, Program],
    ),
  ),
  ...Object.fromEntries(
    [
      'docker',
      'docker-compose',
      'podman',
      'buildah',
      'nerdctl',
      'kubectl',
      'oc',
      'ctr',
      'lxc',
      'incus',
      'k3s',
      'minikube',
      'kind',
    ].map((name) => [name, container]),
  ),
}

function killEffect(name: string, lists: boolean, all: boolean): Effect {
  if (lists) return reads(`${name} lists signals`)
  return all ? destroys(`${name} ends everything that may be ended`, [null]) : writes(`${name} ends processes`)
}
