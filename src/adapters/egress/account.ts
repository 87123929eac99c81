// The account of one connection: what became of it, and how much went through. It is handed in once.
import type net from 'node:net'
import type { SandboxEgress } from '../../core/ports/sandbox.ts'
import type { EgressReport, EgressTarget } from '../../core/vocabulary/egress.ts'

export type Account = {
  readonly allowed: (rule: string) => void
  /** Not let through after all; the first reason stays. */
  readonly refused: (verdict: 'ask' | 'deny', rule: string, why: string) => void
  /** Let through, but nothing came of it. */
  readonly failed: (why: string) => void
  /** What goes over this socket counts. */
  readonly over: (socket: net.Socket, address: string) => void
  readonly used: (secret: string) => void
  /** Hands it in. Later calls do nothing. */
  readonly close: () => void
}

export function openAccount(report: SandboxEgress['report'], target: EgressTarget, closed: () => void): Account {
  const sockets: net.Socket[] = []
  const secrets = new Set<string>()
  let how: Pick<EgressReport, 'verdict' | 'rule' | 'why'> = { verdict: 'deny', rule: 'hard.closed', why: null }
  let address: string | null = null
  let open = true
  const sum = (of: (socket: net.Socket) => number): number => sockets.reduce((all, socket) => all + of(socket), 0)
  return {
    allowed: (rule) => (how = { verdict: 'allow', rule, why: null }),
    refused: (verdict, rule, why) => {
      if (how.verdict === 'allow' || how.why === null) how = { verdict, rule, why }
    },
    failed: (why) => (how = how.verdict === 'allow' ? { ...how, why: how.why ?? why } : how),
    over: (socket, to) => {
      sockets.push(socket)
      address = to
    },
    used: (secret) => secrets.add(secret),
    close: () => {
      if (!open) return
      open = false
      closed()
      const bytesOut = sum((socket) => socket.bytesWritten)
      const bytesIn = sum((socket) => socket.bytesRead)
      report({ ...target, ...how, address, bytesOut, bytesIn, secrets: [...secrets] })
    },
  }
}
