import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { createMemoryAuditLog } from '../../adapters/memory/audit-log.ts'
import type { Anchor, AuditAnchor } from '../ports/audit-log.ts'
import { AUDIT_ACTIONS, NO_HASH } from '../vocabulary/audit.ts'
import type { AuditEntry, SealedEntry } from '../vocabulary/audit.ts'
import type { UserId } from '../vocabulary/ids.ts'
import { verifyAudit } from './verify.ts'
import type { AuditReport } from './verify.ts'

const NOW = new Date('2026-03-01T10:00:00Z')

const entryOf: fc.Arbitrary<AuditEntry> = fc.record({
  at: fc.date({ min: new Date('2026-02-28T00:00:00Z'), max: NOW, noInvalidDate: true }),
  actor: fc.constantFrom('owner', 'telegram:4711', 'ada').map((id) => id as UserId),
  action: fc.constantFrom(...AUDIT_ACTIONS),
  taskId: fc.constant(null),
  subject: fc.string({ unit: 'binary', maxLength: 60 }),
  data: fc.dictionary(fc.string({ maxLength: 5 }), fc.oneof(fc.string({ maxLength: 9 }), fc.integer(), fc.boolean())),
})
const chainOf = fc.array(entryOf, { minLength: 2, maxLength: 30 }).map(sealed)

test('of a chain that nobody touched nothing is found, whatever it says', async () => {
  await fc.assert(
    fc.asyncProperty(chainOf, fc.nat(), async (chain, at) => {
      const anchors = [anchorAt(chain, at % chain.length), anchorAt(chain, chain.length - 1)]
      const report = await verify(chain, anchors)
      assert.deepEqual(report.problems, [])
      assert.equal(report.ok, true)
      assert.deepEqual(report.warnings, [])
      assert.equal(report.entries, chain.length)
      assert.deepEqual(report.anchored?.seq, chain.length)
    }),
    { numRuns: 200 },
  )
})

/** What somebody who can write the table may do to it; null where it would change nothing. */
type Tampering = (chain: readonly SealedEntry[], one: number, other: number) => readonly SealedEntry[] | null

const withoutAnchor: Readonly<Record<string, Tampering>> = {
  'an edited text': (chain, one) =>
    changed(chain, one, ({ entry }) => ({ entry: entry.replace('"actor":"', '"actor":"x') })),
  'an edited hash': (chain, one) => changed(chain, one, () => ({ hash: sha256('x') })),
  'an edited link': (chain, one) => changed(chain, one, () => ({ previous: sha256('x') })),
  'a text sealed anew in its place': (chain, one) =>
    one === chain.length - 1 ? null : changed(chain, one, ({ seq, previous }) => sealedAgain(seq, previous, '{}')),
  'a gap': (chain, one) => (one === chain.length - 1 ? null : chain.toSpliced(one, 1)),
  'a gap that was numbered away': (chain, one) =>
    one === chain.length - 1 ? null : chain.toSpliced(one, 1).map((it, index) => ({ ...it, seq: index + 1 })),
  'two that changed places': (chain, one, other) => {
    const [first, second] = [chain[one], chain[other]]
    return one === other || first === undefined || second === undefined
      ? null
      : chain.with(one, { ...second, seq: first.seq }).with(other, { ...first, seq: second.seq })
  },
  'two texts that changed places': (chain, one, other) => {
    const [first, second] = [chain[one], chain[other]]
    return first === undefined || second === undefined || first.entry === second.entry
      ? null
      : chain.with(one, { ...first, entry: second.entry }).with(other, { ...second, entry: first.entry })
  },
  'one that was put in': (chain, one) => {
    const at = Math.min(one, chain.length - 2)
    const put = sealedAgain(at + 2, chain[at]?.hash ?? '', '{"at":"2026-02-28T00:00:00Z"}')
    return [...chain.slice(0, at + 1), put, ...chain.slice(at + 1).map((it) => ({ ...it, seq: it.seq + 1 }))]
  },
  'one that is there twice': (chain, one) => chain.toSpliced(one, 0, ...chain.slice(one, one + 1)),
  'the wrong order': (chain) => chain.toReversed(),
}

const withAnchor: Readonly<Record<string, Tampering>> = {
  ...withoutAnchor,
  'an end that was cut off': (chain, one) => chain.slice(0, one),
  'a chain written anew from somewhere on': (chain, one) => rewritten(chain, one),
  'a chain written anew, and longer': (chain, one) => rewritten([...chain, ...chain.slice(-1)], one),
}

for (const [name, tamper] of Object.entries(withoutAnchor)) {
  test(`${name} is found without an anchor`, () => findsIt(tamper, () => []))
}
for (const [name, tamper] of Object.entries(withAnchor)) {
  test(`${name} is found with an anchor at the end`, () =>
    findsIt(tamper, (chain) => [anchorAt(chain, chain.length - 1)]))
}

async function findsIt(tamper: Tampering, anchorsOf: (chain: readonly SealedEntry[]) => Anchor[]): Promise<void> {
  let runs = 0
  await fc.assert(
    fc.asyncProperty(chainOf, fc.nat(), fc.nat(), async (chain, one, other) => {
      const changedChain = tamper(chain, one % chain.length, other % chain.length)
      if (changedChain === null) return
      runs += 1
      const report = await verify(changedChain, anchorsOf(chain))
      assert.equal(report.ok, false)
      assert.ok(report.problems.every(({ seq, problem }) => seq >= 1 && problem.includes(`${seq}`)))
    }),
    { numRuns: 100 },
  )
  assert.ok(runs > 0)
}

test('each of several changes is told, with its number', async () => {
  const chain = sealed(Array.from({ length: 12 }, (_, index) => plain(`${index}`)))
  const edited = changed(
    changed(chain, 2, () => ({ entry: '{}' })),
    6,
    () => ({ entry: 'no JSON' }),
  ).toSpliced(9, 2)
  const { problems } = await verify(edited, [])
  assert.deepEqual(problems, [
    { seq: 3, problem: 'Entry 3 was changed: its hash is not the hash of what it says.' },
    { seq: 7, problem: 'Entry 7 was changed: its hash is not the hash of what it says.' },
    { seq: 10, problem: 'Entries 10 to 11 are missing.' },
  ])
})

test('what the anchor can not vouch for is said', async () => {
  const chain = sealed(Array.from({ length: 5 }, (_, index) => plain(`${index}`)))
  assert.match((await verify(chain, [])).warnings.join(), /There is no anchor/)
  const shortened = await verify(chain, [anchorAt(chain, 1)])
  assert.equal(shortened.ok, true)
  assert.equal(shortened.anchored?.seq, 2)
  assert.match(shortened.warnings.join(), /The anchor ends at entry 2, though entry 3 is from 2026-03-01T09:00/)
  const bad = await verify(chain, [anchorAt(chain, 4)], { type: 'bad', line: 7, problem: 'can not be read' })
  assert.deepEqual([bad.ok, bad.warnings], [true, ['Line 7 of the anchor can not be read.']])
})

test('an anchor tells since when a rewritten chain is wrong, and which end is gone', async () => {
  const chain = sealed(Array.from({ length: 9 }, (_, index) => plain(`${index}`)))
  const anchors = [anchorAt(chain, 2), anchorAt(chain, 5), anchorAt(chain, 8)]
  const again = await verify(rewritten(chain, 4), anchors)
  assert.deepEqual(
    again.problems.map(({ seq }) => seq),
    [6, 9],
  )
  assert.equal(again.anchored?.seq, 3)
  const cut = await verify(chain.slice(0, 6), anchors)
  assert.equal(cut.problems.length, 1)
  assert.match(cut.problems[0]?.problem ?? '', /^Entries 7 to 9 are missing\. The end was cut off/)
  const emptied = await verify([], anchors)
  assert.match(emptied.problems[0]?.problem ?? '', /^Entries 1 to 9 are missing/)
})

test('a hundred thousand entries are read one by one', async () => {
  let held = 0
  let most = 0
  async function* entries() {
    let previous = NO_HASH
    for (let seq = 1; seq <= 100_000; seq += 1) {
      held += 1
      most = Math.max(most, held)
      const one = sealedAgain(seq, previous, `{"at":"2026-03-01T09:00:00Z","subject":"${seq}"}`)
      previous = one.hash
      yield one
      held -= 1
    }
  }
  const report = await verifyAudit({ digest: sha256, now: NOW }, entries(), (async function* () {})())
  assert.deepEqual([report.ok, report.entries, most], [true, 100_000, 1])
})

test('however much is wrong, a report has an end', async () => {
  const chain = sealed(Array.from({ length: 3_000 }, (_, index) => plain(`${index}`)))
  const report = await verify(
    chain.map((one) => ({ ...one, entry: '{}' })),
    [],
  )
  assert.equal(report.problems.length, 1_000)
  assert.equal(report.moreProblems, 2_000)
})

function verify(
  chain: readonly SealedEntry[],
  anchors: readonly Anchor[],
  ...more: readonly (ReturnType<AuditAnchor['read']> extends AsyncIterable<infer Line> ? Line : never)[]
): Promise<AuditReport> {
  async function* entries() {
    yield* chain
  }
  async function* lines() {
    for (const anchor of anchors) yield { type: 'anchor' as const, ...anchor }
    yield* more
  }
  return verifyAudit({ digest: sha256, now: NOW }, entries(), lines())
}

function plain(subject: string): AuditEntry {
  const at = new Date('2026-03-01T09:00:00Z')
  return { at, actor: 'owner' as UserId, action: 'panic', taskId: null, subject, data: {} }
}

function sealed(entries: readonly AuditEntry[]): readonly SealedEntry[] {
  const chain: SealedEntry[] = []
  void createMemoryAuditLog(chain).append(entries)
  return chain
}

function anchorAt(chain: readonly SealedEntry[], index: number): Anchor {
  const { seq, hash } = chain[index] ?? { seq: 0, hash: NO_HASH }
  return { seq, hash, at: NOW }
}

function changed(
  chain: readonly SealedEntry[],
  index: number,
  change: (one: SealedEntry) => Partial<SealedEntry>,
): readonly SealedEntry[] {
  return chain.map((one, place) => (place === index ? { ...one, ...change(one) } : one))
}

/** As somebody who knows the formula would do it. */
function rewritten(chain: readonly SealedEntry[], from: number): readonly SealedEntry[] {
  const result = [...chain.slice(0, from)]
  for (const { entry } of chain.slice(from)) {
    result.push(
      sealedAgain(result.length + 1, result.at(-1)?.hash ?? NO_HASH, entry.replace('"at":"2026', '"at":"2025')),
    )
  }
  return result
}

function sealedAgain(seq: number, previous: string, entry: string): SealedEntry {
  return { seq, entry, previous, hash: sha256(`${previous}\n${seq}\n${entry}`) }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
