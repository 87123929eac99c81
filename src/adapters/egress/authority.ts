// The certificate authority of one sandbox: what makes programs in it accept the proxy in the place of the few hosts that
// secrets are for. It is made when the sandbox is, kept in memory alone, and trusted nowhere else.
import net from 'node:net'
import { createSecureContext } from 'node:tls'
import type { SecureContext } from 'node:tls'

export type Authority = {
  /** PEM. */
  readonly certificate: string
  /** For connections to `host`; made at the first need and kept. */
  readonly contextFor: (host: string) => Promise<SecureContext>
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
const BEFORE_MS = 60 * 60_000
const AFTER_MS = 7 * 24 * 60 * 60_000
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1'
const MOST_HOSTS = 200

export async function createAuthority(): Promise<Authority> {
  // Most sandboxes need none of this, and it takes longer to load than a sandbox to start.
  await import('reflect-metadata')
  const x509 = await import('@peculiar/x509')
  const validity = { notBefore: new Date(Date.now() - BEFORE_MS), notAfter: new Date(Date.now() + AFTER_MS) }
  const newKeys = () => crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
  const [authorityKeys, keys] = await Promise.all([newKeys(), newKeys()])
  const usage = x509.KeyUsageFlags
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=Factotum sandbox',
    serialNumber: serialNumber(),
    ...validity,
    keys: authorityKeys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(usage.keyCertSign | usage.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(authorityKeys.publicKey),
    ],
  })
  const key = pem('PRIVATE KEY', await crypto.subtle.exportKey('pkcs8', keys.privateKey))
  const certificate = authority.toString('pem')
  const contexts = new Map<string, Promise<SecureContext>>()

  async function issue(host: string): Promise<SecureContext> {
    const leaf = await x509.X509CertificateGenerator.create({
      subject: [{ CN: [host.slice(0, 64)] }],
      issuer: authority.subject,
      serialNumber: serialNumber(),
      ...validity,
      publicKey: keys.publicKey,
      signingKey: authorityKeys.privateKey,
      signingAlgorithm: ALGORITHM,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(usage.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([SERVER_AUTH]),
        new x509.SubjectAlternativeNameExtension([{ type: net.isIP(host) === 0 ? 'dns' : 'ip', value: host }]),
        await x509.AuthorityKeyIdentifierExtension.create(authorityKeys.publicKey),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    })
    return createSecureContext({ key, cert: `${leaf.toString('pem')}\n${certificate}`, minVersion: 'TLSv1.2' })
  }

  return {
    certificate: `${certificate}\n`,
    contextFor: (host) => {
      const known = contexts.get(host)
      if (known !== undefined) return known
      if (contexts.size >= MOST_HOSTS) contexts.clear()
      const made = issue(host)
      contexts.set(host, made)
      return made
    },
  }
}

function serialNumber(): string {
  // Positive and of full length: the first byte is neither 0 nor above 127.
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  bytes[0] = 0x40 | ((bytes[0] ?? 0) & 0x3f)
  return Buffer.from(bytes).toString('hex')
}

function pem(label: string, bytes: ArrayBuffer): string {
  const lines =
    Buffer.from(bytes)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`
}
