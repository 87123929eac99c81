// Evidence with real sandboxes: a page that is served is looked at, every file is traced, and each limit is told of when it is met.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { withDeadline } from '../../src/adapters/models/in-order.ts'
import { isPng, takeScreenshots } from '../../src/core/crew/screenshots.ts'
import { readEvidence } from '../../src/core/evidence/recorded.ts'
import { reportOfTask } from '../../src/core/evidence/report-of-task.ts'
import type { SandboxLimits } from '../../src/core/ports/sandbox.ts'
import type { TaskId } from '../../src/core/vocabulary/ids.ts'
import { LIMITS, prepareGround } from '../hostile/ground.ts'
import { createWorkbench, FINISH, usualAnswers } from '../simulation/workbench.ts'
import type { WorkbenchOptions } from '../simulation/workbench.ts'

const ground = prepareGround()
const HAS_CHROMIUM = existsSync('/usr/lib/chromium/chromium') || existsSync('/opt/google/chrome/chrome')

/** Runs one development task over a real sandbox and real files. */
async function live(t: TestContext, options: WorkbenchOptions, limits: Partial<SandboxLimits> = {}) {
  const { workspaces } = ground
  const bench = createWorkbench({
    ...options,
    limits: { commandMs: 30_000, sandbox: { ...LIMITS, ...limits }, ...options.limits },
    tamper: (deps) => ({
      // Nothing is to leave it here.
      sandboxes: { ...ground.provider, open: (worktree, its) => ground.provider.open(worktree, its) },
      workspaces,
      worktrees: workspaces,
      ...options.tamper?.(deps),
    }),
  })
  const { id } = await bench.accept()
  const end = await bench.runOnce(id)
  t.after(async () => {
    if (end.type === 'over') await end.workshop?.close('the test is over')
    await workspaces.remove(id)
  })
  return { bench, id, task: await bench.task(id) }
}

async function namesOf(bench: ReturnType<typeof createWorkbench>, id: TaskId): Promise<readonly string[]> {
  return (await bench.base.artifacts.ofTask(id)).map(({ name }) => name).toSorted()
}

const shell = (command: string) => ({ tool: 'shell', input: { command } })

const SERVER = `require('node:http').createServer((_, answer) => {
  answer.setHeader('content-type', 'text/html; charset=utf-8')
  answer.end('<!doctype html><meta name="viewport" content="width=device-width"><title>Mugs</title><h1>Mugs</h1><script>nothing()</script>')
}).listen(process.env.PORT, '127.0.0.1')
`

test('work that serves a page: pictures of it, the author of each file, a report that holds them', async (t) => {
  if (!(await ground.isUsable(t))) return
  const calls = [
    shell(`cat >server.js <<'END'\n${SERVER}END\nmkdir notes && echo '# Why' >notes/why.md`),
    { tool: 'serve', input: { command: 'node server.js', port: 3400 } },
    FINISH,
  ]
  const { bench, id, task } = await live(t, {
    script: { object: usualAnswers('executor'), chat: (_, turn) => ({ calls: [calls[turn - 1] ?? FINISH] }) },
  })
  assert.equal(task.status, 'completed', task.error ?? '')
  const step = (await bench.told(id, 'step.completed')).find((one) => one.step === 'evidence')
  const record = readEvidence(step?.output)
  assert.ok(record !== null)
  assert.deepEqual(
    record.files.map(({ path, change }) => [path, change]),
    [
      ['notes/why.md', 'added'],
      ['server.js', 'added'],
    ],
  )
  for (const { authors } of record.files) {
    const last = authors.at(-1)
    assert.deepEqual([last?.type, last?.role, last?.step], ['agent', 'executor', 'subtask/work'])
    assert.match(last?.commit ?? '', /^[0-9a-f]{40}$/)
  }
  for (const file of record.artifacts) {
    const artifact = (await bench.base.artifacts.ofTask(id)).find(({ name }) => name === file.name)
    const bytes = await bench.base.objects.get(artifact?.objectKey ?? '')
    assert.equal(bytes === null ? null : bench.base.ids.digest(bytes), file.sha256, file.name)
  }
  const names = await namesOf(bench, id)
  for (const name of ['report.html', 'report.md', 'changes.patch', 'checks.sarif', 'checks.junit.xml'])
    assert.ok(names.includes(name), name)
  const page = await reportOfTask(bench.base, task, 'html')
  if (!HAS_CHROMIUM) return assert.match(record.no_screenshots ?? '', /Chromium/)
  assert.deepEqual(
    record.screenshots.map(({ view, width, height }) => [view, width, height]),
    [
      ['desktop', 1280, 800],
      ['phone', 780, 1688],
    ],
  )
  assert.match(record.page_errors.join('\n'), /nothing is not defined/)
  assert.equal(page.split('src="data:image/png;base64,').length, 3)
  // Nothing of the browser is among the files that were recorded.
  assert.deepEqual(task.result?.changed_files.toSorted(), ['notes/why.md', 'server.js'])
})

test('what is no page is not looked at, and a page that never ends is left in time', async (t) => {
  const sandbox = await ground.open(t)
  if (sandbox === null) return
  const serve = async (port: number, script: string) => {
    await sandbox.writeFile(`s${port}.js`, new TextEncoder().encode(script))
    const command = { command: `node s${port}.js`, cwd: '.', env: {}, port, readyTimeoutMs: 10_000 }
    assert.equal((await sandbox.serve(command, new AbortController().signal)).type, 'listening')
  }
  const { signal } = new AbortController()
  assert.match((await takeScreenshots(sandbox, [], signal)).skipped ?? '', /Nothing is served/)
  if (!HAS_CHROMIUM) return t.skip('there is no Chromium on this machine')
  await serve(
    3401,
    `require('node:http').createServer((_, a) => { a.setHeader('content-type', 'application/json'); a.end('{}') }).listen(3401, '127.0.0.1')`,
  )
  assert.match((await takeScreenshots(sandbox, [3401], signal)).skipped ?? '', /application\/json/)
  await serve(
    3402,
    `require('node:http').createServer((_, a) => { a.setHeader('content-type', 'text/html'); a.end('<script>for (;;) alert(1)</script>') }).listen(3402, '127.0.0.1')`,
  )
  const hostile = await takeScreenshots(sandbox, [3402], signal, 4_000)
  assert.ok(hostile.skipped !== null || hostile.shots.length > 0)
  const left = await sandbox.exec(
    {
      command: 'ls /tmp; cat /proc/[0-9]*/cmdline | tr "\\0" " "',
      cwd: '.',
      env: {},
      timeoutMs: 10_000,
      maxOutputBytes: 100_000,
    },
    signal,
  )
  assert.doesNotMatch(left.stdout, /chrom(e|ium)\/chrom|look-/, 'no browser and no profile is left')
})

test('a PNG is one of its size from beginning to end', () => {
  const png = new Uint8Array(200)
  png.set([
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52, 0, 0, 5, 0, 0, 0, 3, 32,
  ])
  png.set([0, 0, 0, 0, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82], 188)
  assert.equal(isPng(png, 1280, 800), true)
  assert.equal(isPng(png, 1280, 801), false)
  assert.equal(isPng(png.subarray(0, 199), 1280, 800), false)
  assert.equal(isPng(new Uint8Array(), 1280, 800), false)
})

test('memory: a command that needs too much is stopped, told of with the figure, and the work goes on', async (t) => {
  if (!(await ground.isUsable(t))) return
  const hog = `node -e "const all = []; for (;;) all.push(Buffer.alloc(8e6, 1))"`
  const { bench, id, task } = await live(
    t,
    { script: { chat: (_, turn) => ({ calls: [turn === 1 ? shell(hog) : FINISH] }) } },
    { memoryBytes: 192 * 1024 ** 2 },
  )
  const met = await bench.told(id, 'budget.exhausted')
  if (met.length === 0) return t.skip('memory is not limited by a control group here')
  assert.deepEqual(met, [{ limit: 'memory an agent', used: 192 * 1024 ** 2, allowed: 192 * 1024 ** 2 }])
  const [told] = await bench.told(id, 'tool.finished')
  assert.match(told?.output ?? '', /more memory than the 192 MB an agent may use.*\(SANDBOX_MEMORY_MB\)/)
  assert.equal(task.status, 'completed', task.error ?? '')
  assert.match(await reportOfTask(bench.base, task, 'md'), /192 MB an agent may use/)
})

test('disk: a project that grows too large fails with the figure and the setting, and has its report', async (t) => {
  if (!(await ground.isUsable(t))) return
  const { bench, id, task } = await live(
    t,
    { script: { chat: () => ({ calls: [shell('head -c 80000000 /dev/zero >big; sleep 20')] }) } },
    { diskBytes: 24 * 1024 ** 2 },
  )
  assert.equal(task.status, 'failed')
  assert.match(task.error ?? '', /beyond the 24 MB it may take \(it took \d+ MB\).*\(SANDBOX_DISK_MB\)/)
  const [met] = await bench.told(id, 'budget.exhausted')
  assert.equal(met?.limit, 'disk a project')
  assert.ok((met?.used ?? 0) > (met?.allowed ?? 0))
  assert.ok((await namesOf(bench, id)).includes('report.html'))
  const report = await reportOfTask(bench.base, task, 'html')
  assert.match(report, /was met/)
})

test('a generation: a model that does not finish is told of with the figure and the setting', async (t) => {
  if (!(await ground.isUsable(t))) return
  const { bench, id, task } = await live(t, {
    limits: { modelDeadlineMs: 300 },
    tamper: ({ models }) => ({
      models: {
        ...models,
        chat: (request, signal) => withDeadline(request.deadlineMs, signal, () => new Promise(() => undefined)),
      },
    }),
  })
  assert.equal(task.status, 'failed')
  assert.match(task.error ?? '', /within the 0\.3 seconds a generation may take \(MODEL_DEADLINE_SECONDS\)/)
  assert.deepEqual(await bench.told(id, 'budget.exhausted'), [{ limit: 'a generation', used: 300, allowed: 300 }])
  assert.ok((await namesOf(bench, id)).includes('report.md'))
})
