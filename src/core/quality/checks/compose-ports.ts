// The ports of compose files: whether they are any, and whether two services want the same one of the machine.
import { isRecord } from '../manifest.ts'

type PortFault = { readonly service: string; readonly rule: string; readonly message: string }

const SHORT_PORT =
  /^(?:(?:\[[\da-f:]+\]|\d+\.[\d.]+|localhost):)?(?:(\d{1,5})?(?:-(\d{1,5}))?:)?(\d{1,5})(?:-\d{1,5})?(?:\/(?:tcp|udp|sctp))?$/i

/** Which service's ports are written wrong, or taken by another. */
export function portsOf(services: Readonly<Record<string, unknown>>): readonly PortFault[] {
  const taken = new Map<string, string>()
  return Object.entries(services).flatMap(([service, is]) => {
    const ports: readonly unknown[] = isRecord(is) && Array.isArray(is['ports']) ? is['ports'] : []
    return ports.flatMap((port): readonly PortFault[] => {
      const read = hostPort(port)
      if (read === 'malformed')
        return [{ service, rule: 'malformed-port', message: `${JSON.stringify(port)?.slice(0, 80)} is no port.` }]
      if (read === null) return []
      const other = taken.get(read)
      taken.set(read, service)
      return other === undefined
        ? []
        : [
            {
              service,
              rule: 'port-twice',
              message: `${other} and ${service} both want port ${read.split('/')[0]} of the machine.`,
            },
          ]
    })
  })
}

/** Null where the machine chooses. */
function hostPort(port: unknown): string | null {
  if (typeof port === 'number') return Number.isInteger(port) && port > 0 && port < 65_536 ? null : 'malformed'
  if (isRecord(port)) {
    const [target, published, protocol] = [word(port['target']), word(port['published']), word(port['protocol'])]
    const number = Number(target)
    if (!(number > 0 && number < 65_536) && target?.includes('$') !== true) return 'malformed'
    return published === null || published.includes('$') ? null : `${published}/${protocol ?? 'tcp'}`
  }
  if (typeof port !== 'string') return 'malformed'
  const text = port.replace(/\$\{\w+:?-([^{}]*)\}/g, '$1')
  if (text.includes('$')) return null
  const match = SHORT_PORT.exec(text)
  if (
    match === null ||
    [match[1], match[2], match[3]].some((one) => one !== undefined && (Number(one) > 65_535 || Number(one) < 1))
  )
    return 'malformed'
  if (match[1] === undefined || match[2] !== undefined) return null
  const address = /^(\d+\.[\d.]+):\d/.exec(text)?.[1]
  return `${match[1]}/${/\/(\w+)$/.exec(text)?.[1] ?? 'tcp'}${address === undefined || address === '0.0.0.0' ? '' : ` on ${address}`}`
}

/** YAML gives numbers and words; anything else is neither. */
function word(value: unknown): string | null {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null
}
