// git, by its subcommands and the settings that make it run other programs.
import type { Arg, Call, Effect } from './effect.ts'
import { asks, destroys, hides, reads, sends, starts, together, unknown, writes } from './effect.ts'
import { parseArguments } from './arguments.ts'
import { hostOfUrl } from './network-programs.ts'

const words = (text: string): readonly string[] => text.split(/\s+/).filter((word) => word !== '')

const VALUED = [
  '-C',
  '-c',
  '--git-dir',
  '--work-tree',
  '--namespace',
  '--exec-path',
  '--super-prefix',
  '--config-env',
  '--attr-source',
]
const READ =
  words(`status log diff show blame annotate shortlog describe rev-parse rev-list ls-files ls-tree cat-file grep whatchanged name-rev merge-base
  diff-tree diff-index diff-files for-each-ref count-objects fsck var version help check-ignore check-attr check-ref-format cherry show-ref show-branch
  merge-tree range-diff verify-commit verify-tag get-tar-commit-id column stripspace patch-id bugreport`)
const WRITE =
  words(`add commit merge rebase cherry-pick revert init mv am apply notes gc repack update-index write-tree commit-tree read-tree hash-object
  sparse-checkout format-patch archive bundle mergetool rerere replace pack-refs maintenance symbolic-ref mktag mktree unpack-objects index-pack citool gui bisect lfs subtree`)
const HARMLESS_SETTINGS =
  /^(user\.(name|email)|color\.\w+|core\.(quotepath|autocrlf|safecrlf|filemode|ignorecase|longpaths|precomposeunicode)|init\.defaultbranch|advice\.\w+|commit\.gpgsign|tag\.gpgsign|pull\.(rebase|ff)|merge\.ff|gc\.auto|log\.\w+|column\.ui|push\.default|fetch\.prune|safe\.directory|protocol\.version)(=|$)/i
const RUNNING_OPTIONS =
  /^(--upload-pack|--receive-pack|--exec-path=|--open-files-in-pager|-O.|--ext-diff|--textconv|--config-env|--extcmd)/

export function gitEffect({ args }: Call): Effect {
  const at = verbIndex(args)
  const verb = args[at]
  const { values, has } = parseArguments(args.slice(0, at), VALUED)
  const settings = values('-c', '--config-env')
  const effects: Effect[] = []
  if (settings.some((setting) => setting === null || !HARMLESS_SETTINGS.test(setting)))
    effects.push(hides('a setting of git may start a program'))
  for (const setting of settings) {
    const alias = /^alias\.[^=]*=!?(.*)$/s.exec(setting ?? '')?.[1]
    if (alias !== undefined) effects.push(starts('an alias of git starts it', { type: 'shell', text: alias }))
  }
  if (values('--exec-path').length > 0) effects.push(hides('git takes its programs from elsewhere'))
  if (verb === undefined)
    effects.push(
      has('--version', '--help', '-h', '-v') || args.length === 0
        ? reads('git tells about itself')
        : reads('git shows'),
    )
  else if (verb === null) effects.push(hides('what git would do is not known'))
  else effects.push(verbEffect(verb, args.slice(at + 1), values('-C')[0]))
  return together(...effects)
}

function verbIndex(args: readonly Arg[]): number {
  let index = 0
  for (; index < args.length; index += 1) {
    const arg = args[index]
    if (arg === undefined || arg === null || !arg.startsWith('-')) break
    if (VALUED.includes(arg)) index += 1
  }
  return index
}

function verbEffect(verb: string, args: readonly Arg[], folder: Arg | undefined): Effect {
  const { has, values, operands } = parseArguments(args, [
    '-m',
    '-b',
    '-B',
    '-o',
    '-x',
    '--exec',
    '-X',
    '-s',
    '-n',
    '--message',
    '--output',
    '--branch',
    '--depth',
    '-u',
    '-c',
    '--config',
    '--template',
    '-F',
    '-C',
  ])
  const lost = (why: string, paths: readonly Arg[] = [folder === undefined ? '.' : folder]) => destroys(why, paths)
  const starter = args.some((arg) => arg !== null && RUNNING_OPTIONS.test(arg))
  const extra = starter ? [hides('an option of git starts a program')] : []
  const target = values('--output')
  if (target.length > 0) extra.push(writes('git writes its output', target))
  const effect = (...more: readonly Effect[]) => together(...more, ...extra)
  const first = operands[0]
  switch (verb) {
    case 'push': {
      const forced =
        has('-f', '--force', '--force-with-lease', '--mirror', '--delete', '-d', '--prune') ||
        operands.some((one) => one === null || /^[+:]/.test(one))
      const away = sends('git push sends the work away', [remoteHost(first)])
      return effect(away, ...(forced ? [lost('it may overwrite what others have there', [null])] : []))
    }
    case 'fetch':
    case 'pull':
    case 'ls-remote':
      return effect(
        asks(`git ${verb} fetches`, [remoteHost(first)]),
        ...(verb === 'ls-remote' ? [] : [writes(`git ${verb} writes`)]),
        ...transport(first),
      )
    case 'clone':
      return effect(
        asks('git clone fetches', [remoteHost(first)]),
        writes('git clone writes', operands.slice(1)),
        ...transport(first),
        ...settingsOf(values('-c', '--config')),
        ...(has('--template') ? [hides('its template brings programs')] : []),
      )
    case 'submodule':
      if (first === 'foreach')
        return effect(
          starts('in every submodule', {
            type: 'shell',
            text: operands.slice(1).every((one) => one !== null) ? operands.slice(1).join(' ') : null,
          }),
        )
      return first === undefined || first === 'status' || first === 'summary'
        ? effect(reads('git submodule tells'))
        : effect(asks('submodules are fetched'), writes('and written'))
    case 'send-email':
    case 'imap-send':
    case 'request-pull':
    case 'svn':
    case 'p4':
    case 'http-push':
      return effect(sends(`git ${verb} sends the work away`))
    case 'daemon':
    case 'instaweb':
    case 'shell':
    case 'credential':
    case 'credential-store':
    case 'difftool':
      return effect(hides(`git ${verb} may start a program`))
    case 'reset':
      return has('--hard', '--merge', '--keep') || args.includes(null)
        ? effect(lost('what was not committed is lost'))
        : effect(writes('git reset writes'))
    case 'clean':
      return has('-n', '--dry-run')
        ? effect(reads('git clean only tells'))
        : effect(lost('git clean deletes what git does not know', operands.length > 0 ? operands : undefined))
    case 'checkout':
      return has('-f', '--force') ||
        args.includes('--') ||
        operands.some((one) => one === null || one === '.' || one.startsWith('./'))
        ? effect(lost('what was not committed is lost'))
        : effect(writes('git checkout writes'))
    case 'switch':
      return has('-f', '--force', '--discard-changes')
        ? effect(lost('what was not committed is lost'))
        : effect(writes('git switch writes'))
    case 'restore':
      return has('--staged', '-S') && !has('--worktree', '-W')
        ? effect(writes('git restore --staged writes'))
        : effect(lost('what was not committed is lost', operands))
    case 'rm':
      return has('--cached', '-n', '--dry-run')
        ? effect(writes('git rm --cached writes'))
        : effect(lost('git rm deletes', operands))
    case 'branch':
      if (has('-D') || (has('-d', '--delete') && has('-f', '--force')))
        return effect(lost('commits of the branch may be lost'))
      return has('-d', '--delete', '-m', '-M', '-c', '-f', '--set-upstream-to', '-u') || operands.length > 0
        ? effect(writes('git branch writes'))
        : effect(reads('git branch lists'))
    case 'tag':
      if (has('-d', '--delete')) return effect(lost('the tag is lost'))
      return operands.length > 0 && !has('-l', '--list')
        ? effect(writes('git tag writes'))
        : effect(reads('git tag lists'))
    case 'stash':
      if (first === 'drop' || first === 'clear') return effect(lost('what was stashed is lost'))
      return first === 'list' || first === 'show'
        ? effect(reads('git stash tells'))
        : effect(writes('git stash writes'))
    case 'reflog':
      return first === 'expire' || first === 'delete'
        ? effect(lost('the way back is lost'))
        : effect(reads('git reflog tells'))
    case 'update-ref':
      return has('-d') ? effect(lost('the ref is lost')) : effect(writes('git update-ref writes'))
    case 'prune':
    case 'prune-packed':
      return effect(lost('git prune deletes'))
    case 'worktree':
      return first === 'remove' || first === 'prune'
        ? effect(lost('files of the worktree are lost', operands.slice(1)))
        : first === 'list'
          ? effect(reads('git worktree lists'))
          : effect(writes('git worktree writes', operands.slice(1, 2)))
    case 'filter-branch':
    case 'filter-repo':
    case 'fast-import':
      return effect(lost('the history is rewritten'), hides('and programs may be started for it'))
    case 'remote':
      if (first === undefined || first === 'get-url') return effect(reads('git remote lists'))
      return first === 'update' || first === 'show' || first === 'prune'
        ? effect(asks('git remote asks'))
        : effect(writes('git remote writes'), ...transport(operands[2]))
    case 'config':
      return effect(configEffect(args, operands))
    case 'rebase':
    case 'bisect': {
      const texts =
        verb === 'rebase'
          ? values('-x', '--exec')
          : first === 'run'
            ? [operands.slice(1).every((one) => one !== null) ? operands.slice(1).join(' ') : null]
            : []
      const runs = texts.map((text) => ({ type: 'shell' as const, text }))
      return effect(
        writes(`git ${verb} writes`),
        ...(runs.length === 0 ? [] : [starts(`git ${verb} starts it`, ...runs)]),
      )
    }
    default:
      if (READ.includes(verb)) return effect(reads(`git ${verb} only reads`))
      if (WRITE.includes(verb)) return effect(writes(`git ${verb} writes`))
      return effect(unknown(`git ${verb} is no command of git’s own`))
  }
}

function configEffect(args: readonly Arg[], operands: readonly Arg[]): Effect {
  if (args.some((arg) => arg !== null && /^(-l|--list|--get\S*|-e|--show-\w+)$/.test(arg)) && !args.includes('-e'))
    return reads('git config tells')
  const [name, value] =
    operands[0] === 'set' || operands[0] === 'get' || operands[0] === 'list' ? operands.slice(1) : operands
  if (operands[0] === 'get' || operands[0] === 'list' || (operands.length === 1 && name !== null))
    return reads('git config tells')
  if (name === undefined || name === null || value === null || !HARMLESS_SETTINGS.test(name))
    return together(writes('git config writes'), hides('the setting may start a program later'))
  return writes('git config writes')
}

function settingsOf(settings: readonly Arg[]): readonly Effect[] {
  return settings.every((setting) => setting !== null && HARMLESS_SETTINGS.test(setting))
    ? []
    : [hides('a setting of git may start a program')]
}

/** A remote by its address; by its name alone it is not known where it leads. */
function remoteHost(remote: Arg | undefined): Arg {
  if (remote === undefined || remote === null) return null
  const short = /^(?:[^@/]+@)?([\w.-]+):(?!\/\/)/.exec(remote)
  if (short !== null) return `${short[1]}:22`
  return remote.includes('://') ? hostOfUrl(remote) : null
}

function transport(remote: Arg | undefined): readonly Effect[] {
  return typeof remote === 'string' && /^(ext|fd)::|^-|^ssh:\/\/-/.test(remote)
    ? [hides('this address starts a program')]
    : []
}
