// The way out of a sandbox. Implemented by adapters/egress; whoever builds sandboxes asks for one gate each.
import type { SandboxEgress } from './sandbox.ts'

export type OpenGate = {
  /**
   * The certificate authority, as PEM, that the sandbox has to trust so that its secrets can be put into what it sends; null without
   * secrets. Its key stays in the gate.
   */
  readonly caCertificate: string | null
  /** Ends every connection through it at once and removes its socket. Idempotent. */
  readonly close: () => Promise<void>
}

export interface EgressGate {
  /**
   * Listens at `socketPath`, a unix socket in a folder that no sandbox can write to, and speaks HTTP there as a proxy: every connection
   * is decided on by `egress`, made to an address that was checked, and reported once. Throws where it can't listen.
   */
  open(egress: SandboxEgress, socketPath: string): Promise<OpenGate>
}
