// Says in words what this machine can do: which level of isolation it gives and, where something is missing, what to do.
import { existsSync, readFileSync } from 'node:fs'
import type { SandboxReport } from '../../core/ports/sandbox.ts'
import type { Cgroups } from './cgroup.ts'
import { isAtLeast } from './obtain-programs.ts'
import type { Bubblewrap, findGit } from './obtain-programs.ts'
import type { SandboxUser } from './sandbox-user.ts'

type Finding = SandboxReport['findings'][number]
type Probed = {
  readonly bubblewrap: Bubblewrap | null
  /** Why a real sandbox did not start, or null when it did. */
  readonly problem: string | null
  readonly cgroups: Cgroups | null
  readonly git: ReturnType<typeof findGit>
  readonly user: SandboxUser
}

export function report({ bubblewrap, problem, cgroups, git, user }: Probed): SandboxReport {
  const version = bubblewrap === null ? null : bubblewrap.version.join('.')
  const findings: Finding[] = [
    {
      name: 'sandbox',
      ok: problem === null,
      detail: problem === null ? 'A sandbox was started and ran a command.' : `${sentence(problem)}${advice(problem)}`,
    },
  ]
  if (bubblewrap !== null) {
    findings.push(
      {
        name: 'bubblewrap',
        ok: isAtLeast(bubblewrap.version, [0, 8]),
        detail: isAtLeast(bubblewrap.version, [0, 8])
          ? `bubblewrap ${version} at ${bubblewrap.path}.`
          : `bubblewrap ${version} at ${bubblewrap.path} works; 0.8 or newer also forbids nested user namespaces by itself.`,
      },
      { name: 'control groups', ok: cgroups?.version !== null, detail: sentence(cgroups?.detail ?? 'not looked at') },
      {
        name: 'sandbox user',
        ok: true,
        detail: user.dedicated
          ? `Each task runs as a host user of its own (e.g. ${user.uid}) with no privileges.`
          : `Tasks run as you (uid ${user.uid}), without privileges and without your files.`,
      },
    )
  }
  findings.push(
    'path' in git
      ? { name: 'git', ok: true, detail: `git at ${git.path}.` }
      : { name: 'git', ok: false, detail: git.missing },
  )
  return {
    level: problem === null ? 'L1' : 'L0',
    backend: version === null ? 'none' : `bubblewrap ${version}`,
    findings,
  }
}

/** What to do about a sandbox that did not start, as far as the machine tells. */
function advice(problem: string): string {
  if (!/namespace|uid map|Operation not permitted|Permission denied|mount/i.test(problem)) return ''
  if (setting('kernel/apparmor_restrict_unprivileged_userns') === '1') {
    return ' AppArmor forbids user namespaces to programs without a profile: as root, write the profile "abi <abi/4.0>, include <tunables/global> profile bwrap /usr/bin/bwrap flags=(unconfined) { userns, }" to /etc/apparmor.d/bwrap and run "systemctl reload apparmor".'
  }
  if (setting('kernel/unprivileged_userns_clone') === '0') {
    return ' User namespaces are switched off: run "sysctl -w kernel.unprivileged_userns_clone=1" as root.'
  }
  if (setting('user/max_user_namespaces') === '0') {
    return ' User namespaces are switched off: run "sysctl -w user.max_user_namespaces=15000" as root.'
  }
  if (existsSync('/.dockerenv') || existsSync('/run/.containerenv')) {
    return ' This is a container, whose engine forbids namespaces inside: start it with "--security-opt seccomp=unconfined --security-opt apparmor=unconfined --security-opt systempaths=unconfined", or run Factotum outside of a container.'
  }
  return ' This machine does not let bubblewrap make namespaces: ask its administrator to allow user namespaces.'
}

function setting(name: string): string | null {
  try {
    return readFileSync(`/proc/sys/${name}`, 'latin1').trim()
  } catch {
    return null
  }
}

function sentence(text: string): string {
  const trimmed = text.trim()
  const start = trimmed.slice(0, 1).toUpperCase() + trimmed.slice(1)
  return /[.!?]$/.test(start) ? start : `${start}.`
}
