// The verdicts that hold where no rule of an operator's says anything.
import { targetText } from '../vocabulary/egress.ts'
import type { Act, CommandClass, Policy, Verdict } from '../vocabulary/policy.ts'
import type { CommandPart } from './classify.ts'
import { egressVerdict, UNLISTED_HOSTS } from './egress-verdict.ts'
import { plainHost, targetOf } from './match.ts'

type Default = {
  readonly verdict: Verdict
  readonly rule: string
  readonly why: string
  readonly people: 1
  readonly hosts: readonly string[]
}

/** Every default there is, in words: what a list of rules shows behind the operator's. */
export const DEFAULT_RULES = {
  'default.host-read': ['allow', 'Reading on the host changes nothing.'],
  'default.host-secret-files': ['ask', 'This may show secrets, or files that nobody named.'],
  'default.host-write': ['ask', 'This changes files of the host.'],
  'default.host-network': ['ask', 'This reaches the network from the host.'],
  'default.host-install': ['ask', 'This installs programs on the host.'],
  'default.host-privileged': ['ask', 'This needs rights over the host.'],
  'default.host-destructive': ['ask', 'This deletes or overwrites on the host what can’t be had back.'],
  'default.host-unknown': ['ask', 'What this does on the host is not known.'],
  'default.host-tool': ['ask', 'This works on the host itself.'],
  'default.run': ['ask', 'A command that a person typed runs once somebody says yes to it.'],
  'default.secret': ['ask', 'A secret would be sent to a host.'],
  'default.other-tool': ['ask', 'What this tool does is not known.'],
  'default.read': ['allow', 'Reading in the sandbox reaches nothing outside of it.'],
  'default.write': ['allow', 'Writing in the sandbox can be undone.'],
  'default.install': ['allow', 'Installing in the sandbox reaches nothing outside of it.'],
  'default.tool': ['allow', 'This works on the files of the task alone.'],
  'default.destructive-inside': ['allow', 'All that is deleted lies in the workspace, where every step can be undone.'],
  'default.destructive': ['ask', 'This deletes or overwrites what may lie outside of the workspace.'],
  'default.loopback': ['allow', 'This talks to programs in the same sandbox.'],
  'default.egress-listed': ['allow', 'These hosts are reached freely.'],
  ...UNLISTED_HOSTS,
  'default.network': ['ask', 'This reaches a host that is not on the list of hosts that are reached freely.'],
  'default.network-unknown': ['ask', 'Which host this reaches is not known.'],
  'default.sends': ['ask', 'This sends something out of the sandbox.'],
  'default.privileged': [
    'deny',
    'Nothing in a sandbox has more rights than it starts with: do without sudo, containers and system services.',
  ],
  'default.unknown': ['allow', 'A program of the project’s own is harmless in its sandbox.'],
  'default.opaque': ['ask', 'What this would run can’t be seen from its text.'],
} as const satisfies Readonly<Record<string, readonly [Verdict, string]>>

const LOOKING = ['read', 'list', 'search', 'skill', 'finish']
const INSIDE = [...LOOKING, 'write', 'edit', 'shell', 'serve']

const SECRET_PATH =
  /(^|\/)(\.ssh|\.gnupg|\.aws|\.azure|\.kube|\.docker|\.config|\.netrc|\.pgpass|\.npmrc|\.pypirc|\.git-credentials|\.\w*_history|\.password-store|\.mozilla|\.local|\.vault-token|\.my\.cnf|\.htpasswd|\.age|\.credentials|secrets?|credentials?|keys?|tokens?|shadow-?|gshadow-?|sudoers(\.d)?|master\.passwd|environ|kcore|mem|private|ssl|letsencrypt|keychains?)(\/|$|\.)|(^|\/)\.env[^/]*$|\.(pem|key|p12|pfx|jks|keystore|kdbx|ovpn|asc|gpg|age)$|id_(rsa|dsa|ecdsa|ed25519)|^(\/|~|~?\/root|\/home(\/[^/]+)?|\/etc|\/proc|\/var|\/run|\/dev\/(sd|nvme|vd|mem).*)$/i
/** Files that no name is given of may be any. */
const WIDE_GLOB = /^[~/].*[*?[{]|(^|\/)\.[^/]*[*?[{]|^\.\.(\/|$)|^~[^/]|^~$/

export function defaultFor(policy: Policy, act: Act, part: CommandPart | null, name: CommandClass | null): Default {
  if (part === null || name === null) return toolDefault(act)
  if (act.where === 'host') {
    if (name !== 'read') return ofRule(`default.host-${name}`)
    return part.paths.some(({ path, does }) => does === 'reads' && maySecret(path))
      ? ofRule('default.host-secret-files')
      : ofRule('default.host-read')
  }
  switch (name) {
    case 'read':
    case 'write':
    case 'install':
      return ofRule(`default.${name}`)
    case 'privileged':
      return ofRule('default.privileged')
    case 'unknown':
      return ofRule(part.opaque ? 'default.opaque' : 'default.unknown')
    case 'destructive': {
      const gone = part.paths.filter(({ does }) => does === 'destroys')
      return ofRule(
        gone.length > 0 && gone.every(({ path }) => isInside(path))
          ? 'default.destructive-inside'
          : 'default.destructive',
      )
    }
    case 'network':
      return networkDefault(policy, act, part)
  }
}

function toolDefault({ tool, where, inside = false }: Act): Default {
  if (tool === 'run') return ofRule('default.run')
  if (tool === 'secret') return ofRule('default.secret')
  if (tool === 'egress') return ofRule('default.network')
  if (where === 'host') return ofRule(LOOKING.includes(tool) ? 'default.host-read' : 'default.host-tool')
  return ofRule(inside || INSIDE.includes(tool) ? 'default.tool' : 'default.other-tool')
}

function networkDefault(policy: Policy, act: Act, part: CommandPart): Default {
  const known = part.hosts.filter((host) => host !== null)
  if (known.length > 0 && known.length === part.hosts.length && known.every(isLoopback))
    return ofRule('default.loopback')
  if (part.sends) return ofRule('default.sends')
  if (known.length === 0 || known.length < part.hosts.length) return ofRule('default.network-unknown')
  const judged = known.map((host) => ({ target: targetOf(host), verdict: egressVerdict(policy, targetOf(host), act) }))
  const denied = judged.find(({ verdict }) => verdict.type === 'deny')?.verdict
  if (denied?.type === 'deny') return { verdict: 'deny', rule: denied.rule, why: denied.why, people: 1, hosts: [] }
  const asked = judged.filter(({ verdict }) => verdict.type === 'ask')
  if (asked.length === 0) return ofRule('default.egress-listed')
  return { ...ofRule('default.network'), hosts: asked.map(({ target }) => targetText(target)) }
}

/** In a sandbox that is the sandbox itself. */
function isLoopback(host: string): boolean {
  return /^(localhost|([\w-]+\.)+localhost|127(\.\d{1,3}){3}|0\.0\.0\.0|\[::1?\])$/.test(plainHost(targetOf(host).host))
}

function ofRule(rule: keyof typeof DEFAULT_RULES): Default {
  const [verdict, why] = DEFAULT_RULES[rule]
  return { verdict, rule, why, people: 1, hosts: [] }
}

/** A path that lies in the workspace, or among what is temporary, whatever is there. */
function isInside(path: string | null): boolean {
  if (path === null || /(^|\/)\.[^/]*[*?[{]/.test(path)) return false
  if (path.startsWith('/')) return /^\/(workspace(\/|$)|tmp\/.)/.test(path)
  return !path.startsWith('~') && path !== '..' && !path.startsWith('../')
}

function maySecret(path: string | null): boolean {
  return path === null || SECRET_PATH.test(path) || WIDE_GLOB.test(path)
}
