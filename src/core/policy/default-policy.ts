// The policy that holds where an operator says nothing else, and what theirs is laid upon.
import type { EgressRule, Policy, SecretPolicy } from '../vocabulary/policy.ts'

export const DEFAULT_SECRETS: SecretPolicy = { warnDays: 80, maxDays: 90, atMax: 'ask' }

const HTTPS = [443] as const
const https = (...hosts: readonly string[]): readonly EgressRule[] => hosts.map((host) => ({ host, ports: HTTPS }))

export const NPM_REGISTRY = 'registry.npmjs.org'

/** Where installers of packages get them. Nothing is sent there but the names of what is wanted. */
export const DEFAULT_EGRESS: readonly EgressRule[] = [
  ...https(NPM_REGISTRY),
  ...https('pypi.org', 'files.pythonhosted.org'),
  ...https('index.crates.io', 'static.crates.io'),
  ...https('proxy.golang.org', 'sum.golang.org'),
  ...https('rubygems.org', 'index.rubygems.org'),
  ...https('repo.maven.apache.org', 'repo1.maven.org'),
  ...https('repo.packagist.org'),
  { host: 'deb.debian.org' },
  { host: 'security.debian.org' },
  { host: 'archive.ubuntu.com' },
  { host: 'security.ubuntu.com' },
  { host: 'dl-cdn.alpinelinux.org' },
]

const DEFAULT_DIGEST = 'default-1'

/** What an operator's file may say; everything of it may be missing. */
export type OperatorPolicy = Partial<Pick<Policy, 'rules' | 'egress'>> & {
  readonly secrets?: Partial<SecretPolicy>
  /** Without ours: only the operator's hosts are reached without a question. */
  readonly replaceEgress?: boolean
}

/** `rules` are the operator's alone; the built-in ones come after them, and hard denials before, in every decision. */
export function policyOf(operator: OperatorPolicy, digest: string): Policy {
  const ours = operator.replaceEgress === true ? [] : DEFAULT_EGRESS
  return {
    version: 1,
    rules: operator.rules ?? [],
    egress: [...(operator.egress ?? []), ...ours],
    secrets: { ...DEFAULT_SECRETS, ...operator.secrets },
    digest,
  }
}

export function defaultPolicy(): Policy {
  return policyOf({}, DEFAULT_DIGEST)
}
