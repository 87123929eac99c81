// From a name to a connection: resolved once, every address checked, connected to exactly what was checked.
import { lookup } from 'node:dns/promises'
import net from 'node:net'
import { networkInterfaces } from 'node:os'
import { METADATA_NAMES } from '../../core/vocabulary/egress.ts'
import type { EgressTarget } from '../../core/vocabulary/egress.ts'
import { messageOf } from '../../core/vocabulary/thrown.ts'
import { addressProblem } from './address-problem.ts'

/** All addresses of a name, in the order to try them. Rejects where there is none. */
export type Resolve = (host: string) => Promise<readonly string[]>
/** Begins to connect to an address. The socket is half-open on both sides. */
export type Dial = (address: string, port: number) => net.Socket

export type Reach = {
  /** Asks for the addresses of `target` and checks each. One bad one is enough to refuse them all. */
  readonly check: (target: EgressTarget, allowPrivate: boolean) => Promise<Checked>
  /** Tries the addresses in order. */
  readonly connect: (addresses: readonly string[], port: number) => Promise<Reached>
}
export type Checked =
  | { readonly type: 'checked'; readonly addresses: readonly string[] }
  | { readonly type: 'refused'; readonly why: string }
  | { readonly type: 'unknown'; readonly why: string }
export type Reached =
  | { readonly type: 'connected'; readonly socket: net.Socket; readonly address: string }
  | { readonly type: 'unreachable'; readonly why: string }

const MOST_TRIES = 4
const NOBODY_KNOWS = 'its name could not be resolved'

export const resolveBySystem: Resolve = async (host) => {
  const found = await lookup(host, { all: true, verbatim: true })
  return found.map(({ address }) => address)
}

export const dialDirectly: Dial = (address, port) =>
  net.connect({ host: address, port, allowHalfOpen: true, noDelay: true, keepAlive: true })

/** The addresses that this machine has now. */
function ownAddresses(): ReadonlySet<string> {
  return new Set(Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address)))
}

export function createReach(resolve: Resolve, dial: Dial, timeoutMs: number): Reach {
  return {
    check: async ({ host }, allowPrivate) => {
      const metadata = 'it is where clouds keep what describes this machine, and its credentials'
      if (METADATA_NAMES.has(host)) return { type: 'refused', why: metadata }
      const found = net.isIP(host) === 0 ? await inTime(resolve(host), timeoutMs) : [host]
      if (found === null || found.length === 0) return { type: 'unknown', why: NOBODY_KNOWS }
      const own = ownAddresses()
      for (const address of found) {
        const problem = addressProblem(address, allowPrivate, own)
        if (problem !== null) return { type: 'refused', why: `its address ${address} is not reached: ${problem}` }
      }
      return { type: 'checked', addresses: found }
    },
    connect: async (addresses, port) => {
      let why = 'there is no address'
      for (const address of addresses.slice(0, MOST_TRIES)) {
        const socket = await connected(dial(address, port), timeoutMs)
        if (socket instanceof net.Socket) return { type: 'connected', socket, address }
        why = socket
      }
      return { type: 'unreachable', why: `it could not be connected to (${why})` }
    },
  }
}

async function inTime(work: Promise<readonly string[]>, ms: number): Promise<readonly string[] | null> {
  const late = Promise.withResolvers<null>()
  const timer = setTimeout(() => late.resolve(null), ms)
  try {
    return await Promise.race([work, late.promise])
  } catch {
    return null
  } finally {
    clearTimeout(timer)
  }
}

/** The socket, or why it is none. */
function connected(socket: net.Socket, ms: number): Promise<net.Socket | string> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => socket.destroy(new Error('no answer in time')), ms)
    const fail = (error: Error): void => {
      clearTimeout(timer)
      socket.destroy()
      resolve('code' in error ? String(error.code) : messageOf(error))
    }
    socket.once('error', fail)
    socket.once('connect', () => {
      clearTimeout(timer)
      socket.off('error', fail)
      // Whoever takes it over listens for errors in the same turn or a later one: none may be lost in between.
      socket.on('error', () => socket.destroy())
      resolve(socket)
    })
  })
}
