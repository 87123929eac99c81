// An attempt to get out of a sandbox, or to take more than is given: a program, and how it looks when it was stopped.
import type { CommandResult, SandboxEnd } from '../../../core/ports/sandbox.ts'

/** What stops it. */
export type Layer = 'namespaces' | 'mounts' | 'system calls' | 'limits' | 'way out' | 'runner'

/** What of the host the attempts go for: made for them, and worth nothing. */
export type Prey = {
  /** A file on the host. */
  readonly file: string
  /** A TCP server on the host's loopback address, which says `reached`. */
  readonly port: number
  /** The same at a unix socket, by its path and by an abstract name. */
  readonly socket: string
  readonly abstractName: string
  /** A process of the host. */
  readonly pid: number
}

/** How the program ended; `result` is null where the sandbox ended first. */
export type Came = { readonly result: CommandResult | null; readonly end: SandboxEnd | null }

export type Attempt = {
  readonly id: string
  /** Goes on from "tries to". */
  readonly what: string
  readonly layer: Layer
  readonly language: 'shell' | 'python' | 'node'
  readonly program: (prey: Prey) => string
  readonly stopped: (came: Came, prey: Prey) => boolean
  /** A sandbox of its own: what it does may end the sandbox, or spoil it for others. */
  readonly alone?: true
  /** With a way out that lets every host through: what the proxy itself refuses is what counts. */
  readonly wayOut?: true
  /** Tighter than usual. */
  readonly limits?: { readonly memoryBytes?: number; readonly processes?: number; readonly diskBytes?: number }
  readonly timeoutMs?: number
  /** The only processor that it makes sense on. */
  readonly processor?: 'x64'
}

export function said({ result }: Came): readonly string[] {
  return (result?.stdout ?? '').trim().split('\n')
}

/** Prints the name of an error for each of several system calls, and nothing else. */
export function refusedAll(errors: readonly string[]): (came: Came) => boolean {
  return (came) => said(came).length > 0 && said(came).every((line) => errors.includes(line))
}

export function printsNothing({ result }: Came): boolean {
  return result !== null && result.stdout.trim() === ''
}

export function fails({ result }: Came): boolean {
  return result !== null && result.exitCode !== 0
}

/** What it goes through, and the last line says so. */
export function goesOn({ result }: Came): boolean {
  return result?.stdout.trimEnd().endsWith('fine') === true
}

export function endsAs(...reasons: readonly SandboxEnd['reason'][]): (came: Came) => boolean {
  return ({ end }) => end !== null && reasons.includes(end.reason)
}

/** `call(x64, arm64, ...)` prints the name of the error, or what the call returned. */
export const PYTHON_PRELUDE = `
import ctypes, errno, os, platform, socket, struct, sys
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
def call(x64, arm64, *args):
    number = x64 if platform.machine() == 'x86_64' else arm64
    ctypes.set_errno(0)
    result = libc.syscall(*[ctypes.c_long(value) if isinstance(value, int) else value for value in (number, *args)])
    print(errno.errorcode[ctypes.get_errno()] if result == -1 else result, flush=True)
def attempt(work):
    try:
        print(work(), flush=True)
    except OSError as error:
        print(errno.errorcode.get(error.errno, 'refused'), flush=True)
`
