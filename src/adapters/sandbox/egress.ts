// What a sandbox with a way out has more than one without: a socket to the gate, the certificates to trust, and the variables
// by which programs find both.
import { chmod, chown, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { rootCertificates } from 'node:tls'
import type { EgressGate } from '../../core/ports/egress-gate.ts'
import type { SandboxEgress } from '../../core/ports/sandbox.ts'
import type { SandboxUser } from './sandbox-user.ts'

export type EgressFiles = {
  readonly socket: string
  /** Null without secrets: then nothing in there has to trust anybody new. */
  readonly certificates: string | null
}

export type SandboxGate = EgressFiles & {
  /** For every command; what a command says itself comes first. */
  readonly env: Readonly<Record<string, string>>
  readonly close: () => Promise<void>
}

/** Inside. */
export const EGRESS_SOCKET = '/opt/factotum/egress'
export const EGRESS_CERTIFICATES = '/opt/factotum/certificates.pem'
export const EGRESS_PORT = 3128

const PROXY = `http://127.0.0.1:${EGRESS_PORT}`
const DIRECTLY = 'localhost,127.0.0.1,::1'
const SYSTEM_BUNDLES = ['/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt', '/etc/ssl/cert.pem']
const TRUSTING = [
  'NODE_EXTRA_CA_CERTS',
  'SSL_CERT_FILE',
  'REQUESTS_CA_BUNDLE',
  'CURL_CA_BUNDLE',
  'GIT_SSL_CAINFO',
  'PIP_CERT',
  'CARGO_HTTP_CAINFO',
]

/** `folder` is one that only we can enter. */
export async function openSandboxGate(
  gate: EgressGate,
  egress: SandboxEgress,
  folder: string,
  user: SandboxUser,
): Promise<SandboxGate> {
  const socket = join(folder, 'egress')
  const { caCertificate, close } = await gate.open(egress, socket)
  try {
    await chmod(socket, 0o600)
    if (user.dedicated) await chown(socket, user.uid, user.gid)
    const certificates = caCertificate === null ? null : join(folder, 'certificates.pem')
    if (certificates !== null) {
      await writeFile(certificates, `${await systemBundle()}\n${caCertificate}`, { mode: 0o644 })
      await chmod(certificates, 0o644)
    }
    return { socket, certificates, env: environment(egress, certificates !== null), close }
  } catch (error) {
    await close()
    throw error
  }
}

function environment({ secrets }: SandboxEgress, trusting: boolean): Readonly<Record<string, string>> {
  const proxies = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY'].flatMap((name) => [name, name.toLowerCase()])
  return {
    ...Object.fromEntries(proxies.map((name) => [name, PROXY])),
    NO_PROXY: DIRECTLY,
    no_proxy: DIRECTLY,
    NODE_USE_ENV_PROXY: '1',
    npm_config_proxy: PROXY,
    npm_config_https_proxy: PROXY,
    npm_config_noproxy: DIRECTLY,
    npm_config_update_notifier: 'false',
    npm_config_fund: 'false',
    PIP_PROXY: PROXY,
    PIP_DISABLE_PIP_VERSION_CHECK: '1',
    ...(trusting ? Object.fromEntries(TRUSTING.map((name) => [name, EGRESS_CERTIFICATES])) : {}),
    ...Object.fromEntries(secrets.map(({ name, placeholder }) => [name, placeholder])),
  }
}

let bundle: Promise<string> | null = null

/** What this machine trusts; read once, because every sandbox with secrets needs it. */
function systemBundle(): Promise<string> {
  bundle ??= (async () => {
    for (const path of SYSTEM_BUNDLES) {
      const text = await readFile(path, 'utf8').catch(() => null)
      if (text !== null) return text
    }
    return rootCertificates.join('\n')
  })()
  return bundle
}
