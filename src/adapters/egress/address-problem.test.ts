import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { addressProblem } from './address-problem.ts'
import { parseTarget } from './target.ts'

const NONE: ReadonlySet<string> = new Set()
const byte = fc.integer({ min: 0, max: 255 })

/** First address, and how many leading bits the range has. */
const NOT_PUBLIC = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const

const inside = fc
  .tuple(fc.constantFrom(...NOT_PUBLIC), fc.integer({ min: 0, max: 2 ** 32 - 1 }))
  .map(([[first, bits], random]) => {
    const start = first.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
    return start + (random % 2 ** (32 - bits))
  })

function bytesOf(value: number): readonly number[] {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256)
}

function hexWords(value: number): string {
  return `${Math.floor(value / 65_536).toString(16)}:${(value % 65_536).toString(16)}`
}

/** Every way that C libraries and browsers know of writing an IPv4 address, and every way of carrying one in IPv6. */
function spellings(value: number): readonly string[] {
  const bytes = bytesOf(value)
  const [a = 0, b = 0, c = 0, d = 0] = bytes
  const dotted = bytes.join('.')
  const flipped = hexWords(2 ** 32 - 1 - value)
  return [
    dotted,
    `${dotted}.`,
    String(value),
    `0x${value.toString(16)}`,
    `0${value.toString(8)}`,
    bytes.map((part) => `0${part.toString(8)}`).join('.'),
    bytes.map((part) => `0x${part.toString(16)}`).join('.'),
    `${a}.${b * 65_536 + c * 256 + d}`,
    `${a}.${b}.${c * 256 + d}`,
    `[::ffff:${dotted}]`,
    `[::ffff:${hexWords(value)}]`,
    `[::ffff:0:${hexWords(value)}]`,
    `[::${hexWords(value)}]`,
    `[64:ff9b::${hexWords(value)}]`,
    `[64:ff9b:1::${hexWords(value)}]`,
    `[2002:${hexWords(value)}::1]`,
    `[2001:0:808:808:0:0:${flipped}]`,
  ]
}

test('no address outside of the public internet is reached, however it is written', () => {
  fc.assert(
    fc.property(inside, (value) => {
      for (const spelling of spellings(value)) {
        const target = parseTarget(spelling, 80)
        // What is no address is asked of a resolver, whose answers are checked as well.
        assert.ok(target !== null, spelling)
        assert.notEqual(addressProblem(target.host, false, NONE), null, `${spelling} as ${target.host}`)
      }
    }),
  )
})

test('addresses of the public internet are reached, and those that carry one', () => {
  for (const address of [
    '93.184.216.34',
    '8.8.8.8',
    '1.1.1.1',
    '2606:4700::1111',
    '64:ff9b::808:808',
    '::ffff:8.8.8.8',
  ]) {
    assert.equal(addressProblem(address, false, NONE), null, address)
  }
})

test('IPv6 outside of what is global unicast is refused, also where no range has a name', () => {
  const special = fc
    .tuple(
      fc.constantFrom('fc', 'fd', 'fe', 'ff', '00', '01', '40', '5f', '80', 'c0'),
      fc.array(byte, { minLength: 15, maxLength: 15 }),
    )
    .map(([first, rest]) => {
      const hex = first + rest.map((part) => part.toString(16).padStart(2, '0')).join('')
      return hex.match(/.{4}/g)?.join(':') ?? ''
    })
  fc.assert(fc.property(special, (address) => assert.notEqual(addressProblem(address, false, NONE), null, address)))
  for (const address of ['::', '::1', 'fe80::1', 'fec0::1', '2001:db8::1', '3fff::1', '2001:2::1', '100::1']) {
    assert.notEqual(addressProblem(address, false, NONE), null, address)
  }
})

test('what describes the machine to clouds is never reached, not even in an own network', () => {
  const addresses = [
    '169.254.169.254',
    '169.254.170.2',
    '100.100.100.200',
    '168.63.129.16',
    'fd00:ec2::254',
    'fd20:ce::254',
  ]
  const carried = ['::ffff:169.254.169.254', '64:ff9b::a9fe:a9fe', '2002:a9fe:a9fe::1', '::ffff:100.100.100.200']
  for (const address of [...addresses, ...carried])
    assert.match(addressProblem(address, true, NONE) ?? '', /credentials/)
})

test('an own network is private and unique-local addresses, and this machine; nothing else', () => {
  for (const address of ['10.1.2.3', '192.168.1.1', '100.64.0.1', '127.0.0.1', 'fd12::1', '::1', '::ffff:10.0.0.1']) {
    assert.equal(addressProblem(address, true, NONE), null, address)
  }
  for (const address of [
    '0.0.0.0',
    '255.255.255.255',
    '224.0.0.1',
    '240.0.0.1',
    'fe80::1',
    'ff02::1',
    '::',
    '169.254.1.1',
  ]) {
    assert.notEqual(addressProblem(address, true, NONE), null, address)
  }
})

test('this machine under its public address counts as private', () => {
  const own = new Set(['93.184.216.34'])
  assert.match(addressProblem('93.184.216.34', false, own) ?? '', /this machine/)
  assert.match(addressProblem('::ffff:93.184.216.34', false, own) ?? '', /this machine/)
  assert.equal(addressProblem('93.184.216.34', true, own), null)
})

test('what is no address is none', () => {
  for (const text of ['', 'example.org', '1.2.3.4.5', 'fe80::1%eth0', '::ffff:1.2.3.4%lo', '1.2.3.4/8']) {
    assert.equal(addressProblem(text, true, NONE), 'it is no address', text)
  }
})
