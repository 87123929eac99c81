// The code hosts that are known here, and which of them a host is: by its name, or as the operator says.
import type { CodeHost, GuardedFetch } from '../../core/ports/code-host.ts'
import { createGitea } from './gitea.ts'
import { createGitHub } from './github.ts'

/** `setting`: `host=kind`, comma-separated; hosts may have a port. */
export function createCodeHosts(setting: string | undefined, fetch: GuardedFetch): readonly CodeHost[] {
  const kinds = new Map(
    (setting ?? '').split(',').flatMap((pair) => {
      const [host = '', kind = ''] = pair.split('=').map((part) => part.trim().toLowerCase())
      return host === '' ? [] : [[host, kind] as const]
    }),
  )
  const kindOf = (host: string, authority: string): string | null =>
    kinds.get(authority) ?? kinds.get(host) ?? kindByName(host)
  return [createGitHub(fetch, kindOf), createGitea(fetch, kindOf)]
}

function kindByName(host: string): string | null {
  if (host === 'github.com' || host.startsWith('github.')) return 'github'
  return host === 'codeberg.org' || /^(?:gitea|forgejo)\./.test(host) ? 'gitea' : null
}
