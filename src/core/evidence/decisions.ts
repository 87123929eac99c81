// What was decided about a task's work: what people were asked and said, what the policy refused, whom it talked to, which secrets it used.
import type { EventOf, TaskEvent } from '../vocabulary/event.ts'
import type { Report, ReportedApproval, ReportedHost } from './report.ts'

type Decisions = Pick<Report, 'approvals' | 'refusals' | 'hosts' | 'secretsUsed' | 'secretsFound' | 'escapes' | 'met'>

export function decisionsOf(events: readonly TaskEvent[]): Decisions {
  const approvals = new Map<string, ReportedApproval>()
  const hosts = new Map<string, ReportedHost>()
  const found = { refusals: [], secretsUsed: [], secretsFound: [], escapes: [], met: [] } as Collected
  for (const { type, data } of events) {
    switch (type) {
      case 'approval.requested': {
        const why = data.policy?.why ?? (data.reason === '' ? null : data.reason)
        const { kind, subject } = data
        approvals.set(data.approval_id, { kind, subject, status: 'pending', by: null, comment: null, why })
        break
      }
      case 'approval.resolved': {
        const asked = approvals.get(data.approval_id)
        const { status, by, comment } = data
        if (asked !== undefined) approvals.set(data.approval_id, { ...asked, status, by, comment })
        break
      }
      case 'policy.decided':
        if (data.verdict === 'deny') found.refusals.push(data)
        break
      case 'egress.decided':
        addHost(hosts, data)
        break
      case 'secret.used':
        if (!found.secretsUsed.some(({ name, host }) => name === data.name && host === data.host))
          found.secretsUsed.push(data)
        break
      case 'secret.found':
        if (!found.secretsFound.some(({ rule, where }) => rule === data.rule && where === data.where))
          found.secretsFound.push(data)
        break
      case 'sandbox.escape':
        found.escapes.push(data.detail)
        break
      case 'budget.exhausted':
        if (!found.met.some(({ limit }) => limit === data.limit)) found.met.push(data)
        break
      default:
        break
    }
  }
  return { ...found, approvals: [...approvals.values()], hosts: [...hosts.values()] }
}

type Collected = {
  refusals: Report['refusals'][number][]
  secretsUsed: Report['secretsUsed'][number][]
  secretsFound: Report['secretsFound'][number][]
  escapes: string[]
  met: Report['met'][number][]
}

/** Connections to one place by one rule are summed up. */
function addHost(hosts: Map<string, ReportedHost>, data: EventOf<'egress.decided'>['data']): void {
  const host = `${data.host}:${data.port}`
  const key = JSON.stringify([host, data.verdict, data.rule])
  const before = hosts.get(key)
  hosts.set(key, {
    host,
    verdict: data.verdict,
    rule: data.rule,
    connections: (before?.connections ?? 0) + data.connections,
    bytesOut: (before?.bytesOut ?? 0) + data.bytes_out,
    bytesIn: (before?.bytesIn ?? 0) + data.bytes_in,
  })
}
