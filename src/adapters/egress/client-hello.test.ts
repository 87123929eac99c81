import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { readClientHello } from './client-hello.ts'

function sized(bytes: number, content: Buffer): Buffer {
  const length = Buffer.alloc(bytes)
  length.writeUIntBE(content.length, 0, bytes)
  return Buffer.concat([length, content])
}

function extension(type: number, data: Buffer): Buffer {
  return Buffer.concat([Buffer.from([type >> 8, type & 255]), sized(2, data)])
}

function serverName(name: string): Buffer {
  return extension(0, sized(2, Buffer.concat([Buffer.from([0]), sized(2, Buffer.from(name))])))
}

function helloOf(extensions: readonly Buffer[] | null): Buffer {
  const body = Buffer.concat([
    Buffer.from([3, 3]),
    Buffer.alloc(32, 7),
    sized(1, Buffer.alloc(32)),
    sized(2, Buffer.from([0x13, 1])),
    sized(1, Buffer.from([0])),
    ...(extensions === null ? [] : [sized(2, Buffer.concat(extensions))]),
  ])
  return Buffer.concat([Buffer.from([1]), sized(3, body)])
}

function records(message: Buffer, size = 16_384): Buffer {
  const pieces: Buffer[] = []
  for (let at = 0; at < message.length; at += size) {
    pieces.push(Buffer.concat([Buffer.from([22, 3, 1]), sized(2, message.subarray(at, at + size))]))
  }
  return Buffer.concat(pieces)
}

test('the name is found among other extensions, in lower case', () => {
  const hello = records(helloOf([extension(10, Buffer.from([0, 2, 0, 29])), serverName('API.example.org')]))
  assert.deepEqual(readClientHello(hello), { type: 'hello', name: 'api.example.org' })
})

test('a hello without a name, or without extensions, is one', () => {
  for (const extensions of [null, [], [extension(16, Buffer.from([0, 0]))]]) {
    assert.deepEqual(readClientHello(records(helloOf(extensions))), { type: 'hello', name: null })
  }
})

test('cut anywhere, into bytes or into records, it says the same or waits', () => {
  const hello = helloOf([extension(51, Buffer.alloc(1_200)), serverName('example.org')])
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 500 }), fc.nat(), (size, cut) => {
      const whole = records(hello, size)
      const at = cut % whole.length
      assert.deepEqual(readClientHello(whole.subarray(0, at)), { type: 'partial' })
      assert.deepEqual(readClientHello(Buffer.concat([whole, Buffer.from('more')])), {
        type: 'hello',
        name: 'example.org',
      })
    }),
  )
})

test('two names, lengths that lead out of it, and other protocols are not TLS', () => {
  const two = records(helloOf([serverName('a.example'), serverName('b.example')]))
  assert.deepEqual(readClientHello(two), { type: 'not-tls' })
  const long = helloOf([serverName('a.example')])
  long[long.length - 10] = 200
  assert.deepEqual(readClientHello(records(long)), { type: 'not-tls' })
  for (const text of ['GET / HTTP/1.1\r\n', 'SSH-2.0-OpenSSH\r\n', '\x16\x02\x01', '\x16\x03\x01\x00\x00']) {
    assert.deepEqual(readClientHello(Buffer.from(text, 'latin1')), { type: 'not-tls' }, text)
  }
})

test('no bytes make it throw', () => {
  const prefixed = fc
    .uint8Array({ maxLength: 200 })
    .map((bytes) => records(Buffer.concat([helloOf([]).subarray(0, 40), bytes])))
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), prefixed), (bytes) => {
      assert.ok(['partial', 'not-tls', 'hello'].includes(readClientHello(Buffer.from(bytes)).type))
    }),
  )
})
