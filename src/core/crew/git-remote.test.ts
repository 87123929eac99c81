// What people are told when git fails: the sentence that says what to do next, for each way in which it fails.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gitProblem } from './git-remote.ts'

const HTTPS = { origin: 'https://git.example', host: 'git.example', port: 443, path: 'ada/shop' }
const said = (
  stderr: string,
  more: { place?: typeof HTTPS; token?: string; refused?: string; timedOut?: boolean } = {},
) =>
  gitProblem(
    more.place ?? HTTPS,
    { stderr, timedOut: more.timedOut ?? false },
    { refused: () => more.refused ?? null },
    more.token === undefined ? null : { name: more.token },
  )

test('each failure of git is said in words that name the repository and the next thing to do', () => {
  const asked = "fatal: could not read Username for 'https://git.example': terminal prompts disabled"
  assert.equal(
    said(asked),
    'https://git.example/ada/shop is not there, or needs a token. A token is added with `factotum secret set NAME --host git.example`.',
  )
  const clear = { ...HTTPS, origin: 'http://git.example', port: 80 }
  assert.equal(
    said(asked, { place: clear }),
    'http://git.example/ada/shop wants a token, and tokens are never sent without TLS: use https.',
  )
  assert.equal(
    said('remote: Sign in.\nfatal: Authentication failed', { token: 'GIT_TOKEN' }),
    'https://git.example/ada/shop is not there, or does not take the token GIT_TOKEN.',
  )
  const forbidden = 'fatal: unable to access: The requested URL returned error: 403'
  assert.equal(said(forbidden), 'https://git.example/ada/shop refuses this without a token.')
  assert.equal(said(forbidden, { token: 'T' }), 'https://git.example/ada/shop refuses this with the token T.')
  assert.equal(
    said(forbidden, { refused: 'Not that host.' }),
    'https://git.example/ada/shop could not be reached: Not that host.',
  )
  assert.match(
    said('fatal: repository not found'),
    /^There is no repository https:.*, or it is a private one\. A token is/,
  )
  assert.match(said('fatal: early EOF'), /broke off\. It may work later\.$/)
  assert.match(said('', { timedOut: true }), /took longer than 10 minutes, so it was given up\.$/)
  assert.equal(said('a\n\u001b[31modd\n'), 'https://git.example/ada/shop could not be worked with: [31modd')
  assert.match(said(''), /git said nothing\.$/)
})
