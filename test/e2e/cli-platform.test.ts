// `factotum up` as an operator uses it, on embedded defaults: start, stop, start again, kill, two at once, abort.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { setTimeout as sleep } from 'node:timers/promises'
import { newPlace } from '../support/factotum.ts'
import type { Place, Started } from '../support/factotum.ts'

const run = promisify(execFile)
let place: Place
before(async () => {
  place = await newPlace({ PREVIEW_MINUTES: '5' }, { embedded: true })
})
after(() => place.leave())

async function up(
  ...words: readonly string[]
): Promise<{ readonly platform: Started; readonly url: string; readonly token: string }> {
  const platform = place.start('up', ...words)
  const [, url = '', token = ''] = await platform.line(
    /^Factotum is up: (http:\/\/127\.0\.0\.1:\d+)\/login\?token=(\w+)$/,
  )
  return { platform, url, token }
}

async function bearer(): Promise<Record<string, string>> {
  const { stdout } = await place.run('token', 'issue')
  return { authorization: `Bearer ${stdout.trim()}`, 'content-type': 'application/json' }
}

async function until<T>(look: () => Promise<T | null>): Promise<T> {
  for (let tries = 0; tries < 600; tries += 1) {
    const found = await look()
    if (found !== null) return found
    await sleep(100)
  }
  throw new Error('It did not come about')
}

async function taskUntil(url: string, headers: Record<string, string>, id: string, statuses: readonly string[]) {
  return until(async () => {
    const task = (await (await fetch(`${url}/v1/tasks/${id}`, { headers })).json()) as {
      status: string
      result: { preview_url: string } | null
    }
    return statuses.includes(task.status) ? task : null
  })
}

async function processesWith(text: string): Promise<readonly string[]> {
  const { stdout } = await run('ps', ['-eo', 'pid,args'])
  return stdout.split('\n').filter((line) => line.includes(text) && !line.includes('ps -eo'))
}

test('it starts, runs a request, stays up, refuses a second one, and stops without leaving anything', async () => {
  const { platform, url, token } = await up('create a hello world web app')
  assert.equal((await fetch(`${url}/readyz`)).status, 200)
  const preview = await platform.line(/preview\s+(http:\S+)/)
  await platform.line(/✓ completed/)
  const page = await fetch(preview[1] ?? '')
  assert.equal(page.status, 200)
  assert.match(await page.text(), /Hello, world!/i)

  const session = await fetch(`${url}/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url },
    body: JSON.stringify({ token }),
  })
  assert.equal(session.ok, true)

  const second = await place.run('up')
  assert.equal(second.code, 1)
  assert.match(second.stderr, new RegExp(`up already.*${url}`))

  platform.child.kill('SIGTERM')
  assert.equal((await platform.ended).code, 0)
  await assert.rejects(fetch(preview[1] ?? ''))
  assert.deepEqual(await processesWith(place.dataDir), [])
})

test('killed with -9 in the middle of a task, it is started again and ends the task exactly once', async () => {
  const first = await up()
  const headers = await bearer()
  const body = JSON.stringify({ input_text: 'create a json api for notes' })
  const created = await fetch(`${first.url}/v1/tasks`, { method: 'POST', headers, body })
  assert.equal(created.status, 201)
  const { id } = (await created.json()) as { id: string }
  await until(async () => {
    const page = (await (await fetch(`${first.url}/v1/tasks/${id}/events`, { headers })).json()) as {
      items: { type: string }[]
    }
    return page.items.some((event) => event.type === 'tool.finished') ? true : null
  })
  first.platform.child.kill('SIGKILL')
  await first.platform.ended

  const second = await up()
  const task = await taskUntil(second.url, headers, id, ['completed', 'failed', 'aborted'])
  assert.equal(task.status, 'completed')
  const page = (await (await fetch(`${second.url}/v1/tasks/${id}/events`, { headers })).json()) as {
    items: { seq: number; type: string; data: { step?: string } }[]
  }
  assert.deepEqual(
    page.items.map((event) => event.seq),
    page.items.map((_, index) => index + 1),
  )
  assert.equal(page.items.filter((event) => /^task\.(completed|failed|aborted)$/.test(event.type)).length, 1)
  const steps = page.items.filter((event) => event.type === 'step.completed').map((event) => event.data.step)
  assert.equal(new Set(steps).size, steps.length)
  second.platform.child.kill('SIGTERM')
  assert.equal((await second.platform.ended).code, 0)
})

test('an abort kills what runs', async () => {
  const { platform, url } = await up()
  const headers = await bearer()
  const command = 'sleep 4711 & sleep 4712'
  const body = JSON.stringify({ input_text: command, task_type: 'shell_command' })
  const created = (await (await fetch(`${url}/v1/tasks`, { method: 'POST', headers, body })).json()) as {
    id: string
    status: string
  }
  assert.equal(created.status, 'needs_approval')
  assert.equal(
    (await fetch(`${url}/v1/tasks/${created.id}/approve`, { method: 'POST', headers, body: '{}' })).status,
    200,
  )
  await until(async () => ((await processesWith('sleep 4712')).length > 0 ? true : null))
  assert.equal(
    (await fetch(`${url}/v1/tasks/${created.id}/abort`, { method: 'POST', headers, body: '{}' })).status,
    200,
  )
  await taskUntil(url, headers, created.id, ['aborted'])
  assert.deepEqual(await processesWith('sleep 471'), [])
  platform.child.kill('SIGTERM')
  assert.equal((await platform.ended).code, 0)
})

test('a preview outlives `run` for the configured time, and is closed on request', async () => {
  const { code, stdout } = await place.run('run', 'create a static site about tea')
  assert.equal(code, 0)
  const url = /preview\s+(http:\S+)/.exec(stdout)?.[1] ?? ''
  const id = /^Task (\S+)/.exec(stdout)?.[1] ?? ''
  assert.equal((await fetch(url)).status, 200)
  const closed = await place.run('task', 'close', id)
  assert.equal(closed.code, 0)
  await until(async () => ((await processesWith(id)).length === 0 ? true : null))
  await assert.rejects(fetch(url))
})

test('`run` whose worker is told to leave says so and ends, and the task goes on when the platform is up', async () => {
  const task = place.start('run', '--shell', '--yes', 'sleep 4; echo done anyway')
  const [, id = ''] = await task.line(/^Task (\S+)/)
  await task.line(/approved by/)
  const [worker] = await until(async () => {
    const found = await processesWith(`--only ${id}`)
    return found.length > 0 ? found : null
  })
  process.kill(Number.parseInt(worker ?? '', 10), 'SIGTERM')
  const { code, stderr } = await task.ended
  assert.equal(code, 1)
  assert.match(stderr, /worker process ended early/)
  const { platform, url } = await up()
  await taskUntil(url, await bearer(), id, ['completed'])
  platform.child.kill('SIGTERM')
  assert.equal((await platform.ended).code, 0)
})

test('a command that is replayed waits for a yes again: an approval holds for one run', async () => {
  const approved = await place.run('run', '--shell', '--yes', 'echo once')
  const id = /^Task (\S+)/.exec(approved.stdout)?.[1] ?? ''
  assert.equal((await place.run('task', 'replay', id)).code, 3)
  assert.equal((await place.run('task', 'replay', id, '--yes')).code, 0)
})

test('a platform whose data directory is taken away says so and stops', async (t) => {
  const lost = await newPlace({}, { embedded: true })
  t.after(() => lost.leave())
  const platform = lost.start('up')
  await platform.line(/^Factotum is up/)
  const [pid = ''] = (await readFile(join(lost.dataDir, 'postgres', 'cluster', 'postmaster.pid'), 'utf8')).split('\n')
  // Tried again: the server writes its files while they are taken away.
  await rm(lost.dataDir, { recursive: true, force: true, maxRetries: 10 })
  // Whatever is written next may make the folder anew.
  await mkdir(join(lost.dataDir, 'audit'), { recursive: true })
  const { stderr } = await platform.ended
  assert.match(stderr, /was taken away: stopping/)
  // The server notices by itself within a minute; nothing of a test stays that long.
  process.kill(Number(pid), 'SIGQUIT')
})

test('doctor finds this machine fit, and says so in JSON too', async () => {
  const { code, stdout } = await place.run('doctor', '--json')
  const report = JSON.parse(stdout) as { healthy: boolean; findings: { name: string; ok: boolean }[] }
  assert.equal(code, report.healthy ? 0 : 1)
  assert.ok(report.findings.some((finding) => finding.name === 'database' && finding.ok))
})
