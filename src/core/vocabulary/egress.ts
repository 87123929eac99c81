// Egress: what a sandbox sends out of it, one connection at a time.

export type EgressTarget = { readonly host: string; readonly port: number }

export type EgressVerdict =
  | { readonly type: 'allow'; readonly rule: string; /** See EgressRule. */ readonly private: boolean }
  /** Refused for now: a person may allow it for this task. */
  | { readonly type: 'ask'; readonly rule: string; readonly why: string }
  | { readonly type: 'deny'; readonly rule: string; readonly why: string }

/** What became of one connection, when it is over. */
export type EgressReport = EgressTarget & {
  readonly verdict: EgressVerdict['type']
  readonly rule: string
  readonly why: string | null
  /** The address that was connected to; null where it never came to that. */
  readonly address: string | null
  readonly bytesOut: number
  readonly bytesIn: number
  /** Names of secrets that were put in. */
  readonly secrets: readonly string[]
}

export function targetText({ host, port }: EgressTarget): string {
  return port === 443 ? host : `${host}:${port}`
}

/** The names under which clouds hand a machine its own credentials. */
export const METADATA_NAMES: ReadonlySet<string> = new Set([
  'metadata',
  'metadata.google.internal',
  'metadata.goog',
  'metadata.azure.internal',
  'instance-data',
  'instance-data.ec2.internal',
])
