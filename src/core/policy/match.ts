// Whether a text is one that a rule means: globs and hosts, in time that no text can blow up.
import type { EgressRule } from '../vocabulary/policy.ts'
import type { EgressTarget } from '../vocabulary/egress.ts'

/** `*` stands for anything, also nothing; every other character for itself. */
export function matchesGlob(glob: string, text: string): boolean {
  let at = 0
  let inGlob = 0
  let star = -1
  let retry = 0
  while (at < text.length) {
    if (glob[inGlob] === '*') {
      star = inGlob
      retry = at
      inGlob += 1
    } else if (inGlob < glob.length && glob[inGlob] === text[at]) {
      inGlob += 1
      at += 1
    } else if (star !== -1) {
      inGlob = star + 1
      retry += 1
      at = retry
    } else return false
  }
  while (glob[inGlob] === '*') inGlob += 1
  return inGlob === glob.length
}

/** `*.example.org` is every name below example.org, not itself. Case and a final dot make no difference. */
export function matchesHost(pattern: string, host: string): boolean {
  return matchesGlob(plainHost(pattern), plainHost(host))
}

export function plainHost(host: string): string {
  return host.toLowerCase().replace(/\.+$/, '')
}

/** Of a `name` or `name:port`, also of an address in brackets. */
export function targetOf(text: string, port = 443): EgressTarget {
  const parts = /^(\[[^\]]*\]|[^:]*)(?::(\d{1,5}))?$/.exec(text)
  return { host: parts?.[1] ?? text, port: parts?.[2] === undefined ? port : Number(parts[2]) }
}

const USUAL_PORTS = [443, 80]

export function egressRuleFor(rules: readonly EgressRule[], target: EgressTarget): EgressRule | null {
  return (
    rules.find((rule) => (rule.ports ?? USUAL_PORTS).includes(target.port) && matchesHost(rule.host, target.host)) ??
    null
  )
}
