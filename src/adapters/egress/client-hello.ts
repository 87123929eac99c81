// The name in the first message of a TLS connection (RFC 8446, 4.1.2 and RFC 6066, 3), read without believing a length in it.

export type ClientHello =
  /** More bytes are needed to say. */
  | { readonly type: 'partial' }
  | { readonly type: 'not-tls' }
  /** `name` is null where the client sent none. */
  | { readonly type: 'hello'; readonly name: string | null }

const HANDSHAKE = 22
const CLIENT_HELLO = 1
const SERVER_NAME = 0
const HOST_NAME = 0
const RECORD_HEADER = 5
const LONGEST_RECORD = 16_384
/** Longer than any honest one, with keys for after quantum computers and all. */
export const LONGEST_HELLO = 64 * 1024

export function readClientHello(bytes: Buffer): ClientHello {
  const message = handshakeIn(bytes)
  if (message === 'partial' || message === 'not-tls') return { type: message }
  try {
    return { type: 'hello', name: nameIn(message) }
  } catch (error) {
    if (error instanceof RangeError) return { type: 'not-tls' }
    throw error
  }
}

/** The handshake message, which may be cut into several records. */
function handshakeIn(bytes: Buffer): Buffer | 'partial' | 'not-tls' {
  const pieces: Buffer[] = []
  let held = 0
  for (let at = 0; ;) {
    if (bytes.length > at && bytes[at] !== HANDSHAKE) return 'not-tls'
    if (bytes.length > at + 1 && bytes[at + 1] !== 3) return 'not-tls'
    if (bytes.length < at + RECORD_HEADER) return 'partial'
    const length = bytes.readUInt16BE(at + 3)
    if (length === 0 || length > LONGEST_RECORD) return 'not-tls'
    const piece = bytes.subarray(at + RECORD_HEADER, at + RECORD_HEADER + length)
    pieces.push(piece)
    held += piece.length
    const message = Buffer.concat(pieces, held)
    if (message.length > 0 && message[0] !== CLIENT_HELLO) return 'not-tls'
    if (message.length >= 4) {
      const whole = 4 + message.readUIntBE(1, 3)
      if (whole > LONGEST_HELLO) return 'not-tls'
      if (message.length >= whole) return message.subarray(4, whole)
    }
    if (piece.length < length) return 'partial'
    at += RECORD_HEADER + length
  }
}

/** Throws a RangeError where a length leads out of the message, or where there are two names. */
function nameIn(message: Buffer): string | null {
  let at = 2 + 32
  const skip = (lengthBytes: number): void => {
    at += lengthBytes + message.readUIntBE(at, lengthBytes)
  }
  skip(1)
  skip(2)
  skip(1)
  if (at === message.length) return null
  const end = at + 2 + message.readUInt16BE(at)
  at += 2
  if (end > message.length) throw new RangeError('extensions too long')
  let name: string | null = null
  while (at < end) {
    const type = message.readUInt16BE(at)
    const length = message.readUInt16BE(at + 2)
    const data = message.subarray(at + 4, at + 4 + length)
    if (data.length < length) throw new RangeError('extension too long')
    if (type === SERVER_NAME) {
      if (name !== null) throw new RangeError('two names')
      name = hostNameIn(data)
    }
    at += 4 + length
  }
  return name
}

function hostNameIn(data: Buffer): string {
  const length = data.readUInt16BE(3)
  // A list of names has never had more than one in it.
  if (data.readUInt16BE(0) !== data.length - 2 || data[2] !== HOST_NAME || length !== data.length - 5) {
    throw new RangeError('an odd list of names')
  }
  return data.subarray(5).toString('latin1').toLowerCase()
}
