import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { chromium } from 'playwright-core'
import type { Browser } from 'playwright-core'
import { WebSocketServer } from 'ws'
import { openPreviews, program, TASK } from './preview-world.ts'

const CHROMIUM = '/usr/bin/chromium'

async function openBrowser(t: TestContext): Promise<Browser> {
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] })
  t.after(() => browser.close())
  return browser
}

const PAGE = `<!doctype html><link rel="stylesheet" href="/style.css"><p id="out"></p>
<script type="module" src="/app.js"></script>`
const SCRIPT = `
const parts = [getComputedStyle(document.querySelector('p')).color]
parts.push(await (await fetch('/api', { method: 'POST', body: 'ping' })).text())
const socket = new WebSocket('ws://' + location.host + '/live')
parts.push(await new Promise((resolve) => socket.addEventListener('message', (event) => resolve(event.data))))
parts.push(document.cookie)
document.querySelector('p').textContent = parts.join('|')
`

/** An app that names everything from the root, as most do. */
async function openApp(t: TestContext) {
  const { socketPath, server } = await program(t, (request, response) => {
    const types = { '/style.css': 'text/css', '/app.js': 'text/javascript', '/api': 'text/plain' }
    const type = Object.entries(types).find(([path]) => path === request.url)?.[1] ?? 'text/html'
    response.setHeader('content-type', type)
    if (request.url === '/style.css') response.end('p { color: rgb(1, 2, 3) }')
    else if (request.url === '/app.js') response.end(SCRIPT)
    else if (request.url === '/api') response.end(`pong ${request.method}`)
    else response.end(PAGE)
  })
  const sockets = new WebSocketServer({ server })
  t.after(() => sockets.close())
  sockets.on('connection', (socket) => socket.send('live'))
  return socketPath
}

test('in a real browser the whole app works under its preview', async (t) => {
  if (!existsSync(CHROMIUM)) return t.skip(`${CHROMIUM} is not installed`)
  const { previews } = openPreviews(t)
  const { url } = await previews.open(TASK, 3_000, await openApp(t))
  const page = await (await openBrowser(t)).newPage()
  const done = () => page.waitForFunction(`document.querySelector('p')?.textContent !== ''`)
  const shown = () => page.evaluate(`document.querySelector('p').textContent`)
  await page.goto(url)
  await done()
  // The preview's own cookie is not for scripts.
  assert.equal(await shown(), 'rgb(1, 2, 3)|pong POST|live|')
  await page.goto(new URL('/other', url).href)
  await done()
  assert.equal(await shown(), 'rgb(1, 2, 3)|pong POST|live|')
  await page.reload()
  await done()
})

test('in a real browser one preview cannot use another', async (t) => {
  if (!existsSync(CHROMIUM)) return t.skip(`${CHROMIUM} is not installed`)
  const { previews } = openPreviews(t)
  const asked: string[] = []
  const victim = await program(t, (request, response) => {
    asked.push(`${request.method} ${request.url}`)
    response.end('<p>private</p>')
  })
  const attacker = await program(t, (_request, response) => {
    response.setHeader('content-type', 'text/html').end('<p></p>')
  })
  const theirs = await previews.open(TASK, 3_000, victim.socketPath)
  const mine = await previews.open(TASK, 4_000, attacker.socketPath)
  const page = await (await openBrowser(t)).newPage()
  await page.goto(theirs.url)
  await page.goto(mine.url)
  const before = asked.length
  const { host } = new URL(theirs.url)
  const outcome = await page.evaluate(async (target) => {
    const post = { method: 'POST', mode: 'no-cors', credentials: 'include', body: 'x' } as const
    await fetch(`http://${target}/delete`, post)
    const socket = new WebSocket(`ws://${target}/live`)
    return new Promise<string>((resolve) => {
      socket.addEventListener('open', () => resolve('open'))
      socket.addEventListener('error', () => resolve('refused'))
    })
  }, host)
  assert.equal(outcome, 'refused')
  assert.equal(asked.length, before)
})
