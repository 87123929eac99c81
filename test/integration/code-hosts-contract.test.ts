// GitHub and Gitea against servers on loopback that keep pull requests as theirs do.
import http from 'node:http'
import type { TestContext } from 'node:test'
import { createCodeHosts } from '../../src/adapters/code-hosts/code-hosts.ts'
import { createGuardedFetch } from '../../src/adapters/egress/guarded-fetch.ts'
import { codeHostContract } from '../contract/code-host.ts'
import type { CodeHostStage } from '../contract/code-host.ts'
import { listening, portOf } from './egress-world.ts'

const TOKEN = 'token-of-ada'

type Opened = { readonly number: number; readonly head: string; readonly base: string }
type Kind = {
  readonly name: 'github' | 'gitea'
  readonly root: string
  readonly authorization: string
  readonly conflict: number
  readonly found: (all: readonly Opened[], query: URLSearchParams) => readonly object[]
}

const GITHUB: Kind = {
  name: 'github',
  root: '/api/v3/repos/ada/shop/pulls',
  authorization: `Bearer ${TOKEN}`,
  conflict: 422,
  found: (all, query) =>
    all.filter(({ head, base }) => query.get('head') === `ada:${head}` && query.get('base') === base),
}
const GITEA: Kind = {
  name: 'gitea',
  root: '/api/v1/repos/ada/shop/pulls',
  authorization: `token ${TOKEN}`,
  conflict: 409,
  found: (all, query) =>
    query.get('page') === '1'
      ? all.map(({ number, head, base }) => ({ number, head: { ref: head }, base: { ref: base } }))
      : [],
}

async function stageOf(t: TestContext, kind: Kind): Promise<CodeHostStage> {
  const all: Opened[] = []
  let fixed: { readonly status: number; readonly body: string } | 'nothing' | null = null
  const server = await listening(
    t,
    http.createServer((request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://host')
      const say = (status: number, body: unknown): void =>
        void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
      let text = ''
      request.on('data', (piece: Buffer) => (text += piece.toString()))
      request.on('end', () => {
        if (fixed === 'nothing') return
        if (fixed !== null) return void response.writeHead(fixed.status).end(fixed.body)
        if (request.headers.authorization !== kind.authorization) return say(401, { message: 'Bad credentials' })
        if (pathname !== kind.root) return say(404, { message: 'Not Found' })
        if (request.method === 'GET') return say(200, kind.found(all, searchParams))
        const { head, base } = JSON.parse(text) as { head: string; base: string }
        if (all.some((one) => one.head === head && one.base === base))
          return say(kind.conflict, { message: 'Validation Failed', errors: [{ message: 'It already exists.' }] })
        all.push({ number: all.length + 1, head, base })
        return say(201, { number: all.length, html_url: 'https://evil.example/' })
      })
    }),
  )
  const authority = `127.0.0.1:${portOf(server)}`
  const hosts = createCodeHosts(`${authority}=${kind.name}`, createGuardedFetch({ timeoutMs: 500 }))
  const host = hosts.find(({ name }) => name === kind.name)
  if (host === undefined) throw new Error('no such host')
  return {
    host,
    url: `http://${authority}/ada/shop`,
    token: TOKEN,
    answerWith: (status, body) => (fixed = { status, body }),
    hang: () => (fixed = 'nothing'),
    opened: () => all.length,
  }
}

codeHostContract('github', (t) => stageOf(t, GITHUB))
codeHostContract('gitea', (t) => stageOf(t, GITEA))
