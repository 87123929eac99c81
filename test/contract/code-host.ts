// What every CodeHost promises. Each adapter's test brings a server that keeps pull requests as the real one does.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import type { CodeHost } from '../../src/core/ports/code-host.ts'
import type { PullRequestWanted } from '../../src/core/vocabulary/code-host.ts'

export type CodeHostStage = {
  readonly host: CodeHost
  /** Of the one repository that is there, which takes `token`. */
  readonly url: string
  readonly token: string
  /** From now on everything is answered with this. */
  readonly answerWith: (status: number, body: string) => void
  /** Answers nothing from now on. */
  readonly hang: () => void
  readonly opened: () => number
}

export function codeHostContract(name: string, stageOf: (t: TestContext) => Promise<CodeHostStage>): void {
  const signal = new AbortController().signal
  const promise = (title: string, body: (stage: CodeHostStage, wanted: PullRequestWanted) => Promise<void>): void =>
    void test(`${name}: ${title}`, async (t) => {
      const stage = await stageOf(t)
      const about = { branch: 'work', base: 'main', title: 'Work', body: 'Done.', allowPrivate: true }
      await body(stage, { ...about, url: stage.url, token: stage.token })
    })

  promise('what is asked for twice is opened once, and found', async ({ host, opened }, wanted) => {
    assert.equal(await host.findPullRequest(wanted, signal), null)
    const first = await host.openPullRequest(wanted, signal)
    assert.ok(first.type === 'opened' && !first.existed, JSON.stringify(first))
    const again = await host.openPullRequest(wanted, signal)
    assert.deepEqual(again, { ...first, existed: true })
    assert.deepEqual(await host.findPullRequest(wanted, signal), first.request)
    assert.equal(opened(), 1)
    assert.ok(first.request.url.startsWith(wanted.url), first.request.url)
  })
  promise('another branch is another pull request', async ({ host, opened }, wanted) => {
    await host.openPullRequest(wanted, signal)
    assert.equal(await host.findPullRequest({ ...wanted, branch: 'other' }, signal), null)
    const other = await host.openPullRequest({ ...wanted, branch: 'other' }, signal)
    assert.ok(other.type === 'opened' && !other.existed)
    assert.equal(opened(), 2)
  })
  promise('without a token, with a wrong one, and where there is no such repository', async ({ host }, wanted) => {
    for (const [more, reason] of [
      [{ token: null }, 'no_token'],
      [{ token: 'wrong' }, 'no_token'],
      [{ url: wanted.url.replace('/shop', '/none') }, 'not_found'],
    ] as const) {
      const refused = await host.openPullRequest({ ...wanted, ...more }, signal)
      assert.ok(refused.type === 'refused')
      assert.equal(refused.reason, reason)
      assert.match(refused.problem, /^[^\n]{10,600}[.:]/)
      assert.ok(!refused.problem.includes(wanted.token ?? ''))
    }
  })
  promise('errors and nonsense are sentences', async ({ host, answerWith }, wanted) => {
    for (const [status, body, reason] of [
      [403, '{"message":"no\\u001b[31m"}', 'forbidden'],
      [500, 'oops', 'broken'],
      [301, '', 'not_found'],
      [200, '<html>', 'broken'],
      [201, '{"number":"1; rm -rf"}', 'broken'],
      [201, '[[[', 'broken'],
      [200, 'x'.repeat(3_000_000), 'unreachable'],
    ] as const) {
      answerWith(status, body)
      const refused = await host.openPullRequest(wanted, signal)
      assert.ok(refused.type === 'refused', String(status))
      assert.equal(refused.reason, reason, `${status}: ${refused.problem}`)
      assert.ok(!/\p{Cc}/u.test(refused.problem))
    }
  })
  promise(
    'one that does not answer is given up, and so is one that nobody waits for',
    async ({ host, hang }, wanted) => {
      hang()
      const refused = await host.openPullRequest(wanted, signal)
      assert.ok(refused.type === 'refused' && refused.reason === 'unreachable' && refused.again)
      await assert.rejects(host.openPullRequest(wanted, AbortSignal.abort()))
    },
  )
  promise('only its own repositories are its', async ({ host, url }) => {
    assert.equal(host.matches(url), true)
    assert.equal(host.matches('https://elsewhere.example.org/ada/shop'), false)
    assert.equal(host.matches('no url'), false)
  })
}
