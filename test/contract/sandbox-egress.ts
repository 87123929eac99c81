// What every sandbox promises of its way out: whoever opens it is asked about each connection, told what became of it, and obeyed.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import type { Sandbox, SandboxEgress } from '../../src/core/ports/sandbox.ts'
import { targetText } from '../../src/core/vocabulary/egress.ts'
import type { EgressReport, EgressTarget, EgressVerdict } from '../../src/core/vocabulary/egress.ts'

export type SandboxWithWayOut = {
  readonly sandbox: Sandbox
  /** A program inside that gets something from there by HTTP; true where it had an answer of the host itself. */
  readonly reach: (target: EgressTarget) => Promise<boolean>
}

/** With that egress, or with none; closed after the test. Null after skipping it with a reason. Every host there is answers on port 80. */
export type OpenWithEgress = (t: TestContext, egress?: SandboxEgress) => Promise<SandboxWithWayOut | null>

const at = (host: string): EgressTarget => ({ host, port: 80 })
const VERDICTS: Readonly<Record<string, EgressVerdict>> = {
  'listed.example': { type: 'allow', rule: 'r.listed', private: true },
  'unlisted.example': { type: 'ask', rule: 'r.unlisted', why: 'It is not on the list.' },
}
const NEVER: EgressVerdict = { type: 'deny', rule: 'r.never', why: 'Nobody goes there.' }

export function sandboxEgressContract(name: string, open: OpenWithEgress): void {
  const promise = (title: string, body: (t: TestContext) => Promise<void>): void =>
    void test(`${name}: ${title}`, (t) => body(t))

  promise(
    'what is allowed is reached, what is asked about or denied is not, and each is told of by its rule',
    async (t) => {
      const decided: string[] = []
      const reports: EgressReport[] = []
      const place = await open(t, {
        decide: (target) => {
          decided.push(targetText(target))
          return VERDICTS[target.host] ?? NEVER
        },
        report: (report) => void reports.push(report),
        secrets: [],
      })
      if (place === null) return
      const reached: boolean[] = []
      for (const host of ['listed.example', 'unlisted.example', 'evil.example'])
        reached.push(await place.reach(at(host)))
      assert.deepEqual(reached, [true, false, false])
      assert.deepEqual(decided, ['listed.example:80', 'unlisted.example:80', 'evil.example:80'])
      // The end of a connection that was used is told of once it is over.
      await place.sandbox.close()
      assert.deepEqual(
        reports.map(({ host, port, verdict, rule }) => `${host}:${port} ${verdict} ${rule}`).toSorted(),
        ['evil.example:80 deny r.never', 'listed.example:80 allow r.listed', 'unlisted.example:80 ask r.unlisted'],
      )
      for (const { verdict, bytesOut, bytesIn, address, why } of reports) {
        assert.equal(bytesIn > 0 && bytesOut > 0 && address !== null, verdict === 'allow')
        assert.equal(why === null, verdict === 'allow')
      }
    },
  )

  promise('what is decided holds for one connection: the next one is asked about anew', async (t) => {
    let verdict: EgressVerdict = NEVER
    const place = await open(t, { decide: () => verdict, report: () => undefined, secrets: [] })
    if (place === null) return
    assert.equal(await place.reach(at('listed.example')), false)
    verdict = { type: 'allow', rule: 'approved', private: true }
    assert.equal(await place.reach(at('listed.example')), true)
    verdict = NEVER
    assert.equal(await place.reach(at('listed.example')), false)
  })

  promise('without an egress nothing leaves it', async (t) => {
    const place = await open(t)
    if (place !== null) assert.equal(await place.reach(at('listed.example')), false)
  })
}
