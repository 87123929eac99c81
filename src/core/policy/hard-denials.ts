// What never happens, whoever asks and whatever an operator's rules or a person's yes say.
import type { Act, Policy } from '../vocabulary/policy.ts'
import type { CommandPart } from './classify.ts'
import type { HardDenial } from './effect.ts'
import { HARD_DENIALS } from './effect.ts'
import { isSystemRoot } from './file-programs.ts'
import { targetOf } from './match.ts'
import { isMetadataHost } from './metadata-hosts.ts'
import { normalPath } from './programs.ts'

type Denied = {
  readonly verdict: 'deny'
  readonly rule: HardDenial
  readonly why: string
  readonly people: 1
  readonly hosts: readonly string[]
}

const SOCKET = /\b(docker|containerd|podman|crio|cri-dockerd)\.sock\b/
const METADATA =
  /169\.254\.169\.254|169\.254\.170\.2\b|100\.100\.100\.200|metadata\.google\.internal|metadata\.goog\b|fd00:ec2::254|instance-data\.ec2/i
const OWN_FOLDER = /(^|[/\s'"=:])\.factotum(\/|$|[\s'";&|)])/
const OWN_SECRETS = /(^|[/\s'"=:@<>])\.env\.secrets\b/
const SYSRQ = /\/proc\/sysrq-trigger/

/** Of one part of a command, or of the act as a whole. */
export function hardDenialOf(policy: Policy, act: Act, part: CommandPart | null): Denied | null {
  const found = part === null ? inText(policy, act) : inPart(policy, act, part)
  return found === null ? null : { verdict: 'deny', rule: found, why: HARD_DENIALS[found], people: 1, hosts: [] }
}

function inPart(policy: Policy, act: Act, part: CommandPart): HardDenial | null {
  if (part.hard !== null) return part.hard
  const destroyed = part.paths.flatMap(({ path, does }) => (does === 'destroys' && path !== null ? [path] : []))
  // The home folder of a sandbox is nobody's.
  if (destroyed.some((path) => isSystemRoot(path) && (act.where === 'host' || !path.startsWith('~'))))
    return 'hard.wipe'
  if (
    act.where === 'host' &&
    part.paths.some(({ path, does }) => path !== null && isGuarded(policy, path, does === 'destroys'))
  )
    return 'hard.platform'
  if (part.hosts.some((host) => host !== null && isMetadataHost(targetOf(host).host))) return 'hard.metadata'
  return inWords(policy, act, part.words.map((word) => word ?? '').join(' '))
}

function inText(policy: Policy, act: Act): HardDenial | null {
  if (act.hosts.some((host) => isMetadataHost(targetOf(host).host))) return 'hard.metadata'
  if (act.where === 'host' && act.paths.some((path) => isGuarded(policy, path, act.tool !== 'read')))
    return 'hard.platform'
  return inWords(policy, act, [act.command ?? '', ...act.paths].join(' '))
}

function inWords(policy: Policy, act: Act, text: string): HardDenial | null {
  if (SOCKET.test(text)) return 'hard.docker-socket'
  if (METADATA.test(text)) return 'hard.metadata'
  if (SYSRQ.test(text)) return 'hard.kernel'
  if (OWN_FOLDER.test(text)) return 'hard.platform'
  if (act.where === 'host' && (OWN_SECRETS.test(text) || (policy.guarded ?? []).some((path) => names(text, path))))
    return 'hard.platform'
  return null
}

/** Whether the path stands there, and not only the beginning of another one's last name. */
function names(text: string, path: string): boolean {
  for (let at = text.indexOf(path); at >= 0; at = text.indexOf(path, at + 1)) {
    if (!/[\w.-]/.test(text[at + path.length] ?? '')) return true
  }
  return false
}

function isGuarded(policy: Policy, path: string, destroyed: boolean): boolean {
  const plain = normalPath(path)
  return (policy.guarded ?? []).some(
    (own) =>
      plain === own || plain.startsWith(`${own}/`) || (destroyed && own.startsWith(`${plain === '/' ? '' : plain}/`)),
  )
}
