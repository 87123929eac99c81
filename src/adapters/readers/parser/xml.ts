// XML of documents, read as a stream of its elements. Entities of its own making are never expanded: they stay as they stand.
import { SaxesParser } from 'saxes'

export type XmlEvents = {
  /** `name` without its prefix; `attributes` by their names without prefixes. */
  readonly open?: (name: string, attributes: Readonly<Record<string, string>>) => void
  readonly close?: (name: string) => void
  readonly text?: (text: string) => void
}

const PIECE = 64_000

/** Reads as far as it can: what breaks off in the middle gives what came before. `stop` ends it early. */
export function readXml(bytes: Uint8Array, { open, close, text }: XmlEvents, stop: () => boolean): void {
  const parser = new SaxesParser({ fragment: false, position: false })
  // Told and passed over: documents in the wild are seldom quite well-formed.
  parser.on('error', () => {})
  parser.on('opentag', ({ name, attributes }) => {
    open?.(local(name), Object.fromEntries(Object.entries(attributes).map(([key, value]) => [local(key), value])))
  })
  parser.on('closetag', ({ name }) => close?.(local(name)))
  parser.on('text', (part) => text?.(part))
  parser.on('cdata', (part) => text?.(part))
  const decoder = new TextDecoder(isUtf16(bytes) ? 'utf-16le' : 'utf-8')
  for (let at = 0; at < bytes.length && !stop(); at += PIECE)
    parser.write(decoder.decode(bytes.subarray(at, at + PIECE), { stream: true }))
}

function isUtf16(bytes: Uint8Array): boolean {
  return bytes[0] === 0xff && bytes[1] === 0xfe
}

function local(name: string): string {
  return name.slice(name.indexOf(':') + 1)
}
