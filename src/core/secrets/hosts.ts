// Where a secret may be sent: exact names, or every name below one. Whole networks and addresses by pattern are no answer.

const MOST_HOSTS = 20

const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?'
const NAME = new RegExp(`^(?:${LABEL}\\.)*${LABEL}$`)
/** `*.example.org`, but not `*.org`: nobody owns all of that. */
const BELOW = new RegExp(`^\\*\\.(?:${LABEL}\\.)+${LABEL}$`)
const ADDRESS = /^(?:\d{1,3}\.){3}\d{1,3}$/
const ALL_DIGITS = /(?:^|\.)(?:\d+|0x[0-9a-f]+)$/

/** In small letters, each once; or what is wrong with them, in one sentence. */
export function hostsOf(given: readonly string[]): readonly string[] | { readonly problem: string } {
  const hosts = [...new Set(given.map((host) => host.trim().toLowerCase().replace(/\.$/, '')))]
  if (hosts.length === 0) return { problem: 'Say which host it is for: a secret is sent to no other.' }
  if (hosts.length > MOST_HOSTS) return { problem: `A secret can be for ${MOST_HOSTS} hosts at most.` }
  for (const host of hosts) {
    const problem = problemOf(host)
    if (problem !== null) return { problem }
  }
  return hosts
}

function problemOf(host: string): string | null {
  const shown = JSON.stringify(host.slice(0, 80))
  if (host.length > 253 || host === '') return `${shown} is no host name.`
  if (host.includes('*')) {
    if (!BELOW.test(host)) return `${shown} covers too much: write a name such as api.example.org, or *.example.org.`
    return ALL_DIGITS.test(host) ? `${shown}: addresses have no names below them.` : null
  }
  if (ADDRESS.test(host)) return host.split('.').every((part) => Number(part) <= 255) ? null : `${shown} is no address.`
  if (!NAME.test(host) || ALL_DIGITS.test(host))
    return `${shown} is no host name: no scheme, port or path belongs to it.`
  return null
}
