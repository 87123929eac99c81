// The offline model's recipes for real: what they write is run, tested and served in a temporary folder.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { createOfflineModels } from '../../src/adapters/models/offline/offline.ts'
import { createBashReader } from '../../src/adapters/shell/bash-reader.ts'
import { decideAct } from '../../src/core/policy/decide-act.ts'
import { defaultPolicy } from '../../src/core/policy/default-policy.ts'
import { ModelError } from '../../src/core/ports/models.ts'
import { OWNER } from '../../src/core/vocabulary/principal.ts'
import { planSchema } from '../../src/core/crew/plan-schema.ts'
import { REVIEW_SCHEMA, ROUTE_SCHEMA } from '../../src/core/crew/schemas.ts'
import { askFor, inFolder, runAgent, runPlan } from '../../testkit/llm/tiny-crew.ts'

const PLAN = planSchema({ roles: ['coder', 'executor', 'tester'], templates: [] })

const models = createOfflineModels()
const policy = defaultPolicy()
const shell = createBashReader()
const hasPython = spawnSync('python3', ['--version']).status === 0

/** A person is asked for the OK alone: what the recipes run, the default policy allows in a sandbox. */
function assertNothingAsked(results: Awaited<ReturnType<typeof runPlan>>['results']): void {
  const commands = results.flatMap(({ tool, input }) =>
    tool === 'shell' || tool === 'serve' ? [{ tool, command: String(input['command']) }] : [],
  )
  assert.ok(commands.length > 0)
  for (const { tool, command } of commands) {
    const by = { userId: OWNER, role: 'member' } as const
    const none = { bot: null, paths: [], hosts: [], tokens: null, at: new Date(0) }
    const { verdict, why } = decideAct(policy, { ...none, tool, where: 'sandbox', by, command }, shell)
    assert.equal(verdict, 'allow', `${why}\n${command.slice(0, 300)}`)
  }
}

const BUILDS: readonly {
  readonly request: string
  readonly path: string
  readonly shows: RegExp
  readonly python?: true
}[] = [
  { request: 'create a hello world web app', path: '/', shows: /<h1>Hello, world!<\/h1>/ },
  {
    request: 'please make a web app that says "Fish & <Chips>" in dark green',
    path: '/',
    shows: /<h1>Fish &amp; &lt;Chips&gt;<\/h1>/,
  },
  { request: "create a web app that says 'It's late'", path: '/', shows: /<h1>It's late<\/h1>/ },
  { request: 'create a web app that says "back\\slash and `tick` ${x}"', path: '/', shows: /<h1>back/ },
  { request: 'create a JSON API for grocery lists', path: '/groceries', shows: /^\[\]$/ },
  { request: 'build a todo API with tests', path: '/todos', shows: /^\[\]$/ },
  { request: 'make an api for classes', path: '/classes', shows: /^\[\]$/ },
  { request: 'create a static site about my garden in purple', path: '/about.html', shows: /My garden/ },
  { request: 'build a hello world web app in Python', path: '/', shows: /<h1>Hello, world!<\/h1>/, python: true },
  {
    request: 'create a python web app that says "Don\'t panic"',
    path: '/',
    shows: /<h1>Don't panic<\/h1>/,
    python: true,
  },
]

for (const { request, path, shows, python } of BUILDS) {
  test(`“${request}” becomes tested, running software`, async (t) => {
    if (python === true && !hasPython) return t.skip('python3 is not installed')
    await inFolder({}, async (folder) => {
      const run = await runPlan(models, request, folder)
      try {
        assertNothingAsked(run.results)
        assert.equal(run.endings.length, run.plan.subtasks.length)
        for (const { summary, evidence } of run.endings) {
          assert.ok(!summary.includes('not done'), summary)
          assert.ok(evidence.length > 0)
        }
        const tested = run.results.find(
          ({ tool, input }) => tool === 'shell' && /npm test|unittest/.test(String(input['command'])),
        )
        assert.match(tested?.output ?? '', /^exit code 0/)
        const [port] = run.ports
        assert.ok(port !== undefined)
        const answer = await fetch(`http://127.0.0.1:${port}${path}`)
        assert.equal(answer.status, 200)
        assert.match(await answer.text(), shows)
      } finally {
        await run.stop()
      }
    })
  })
}

for (const request of [
  'create a command line tool that counts words',
  'write a cli that pretty prints json',
  'make a csv to json converter tool',
  'create a cli to greet people',
  'create a cli that plans my holidays',
]) {
  test(`“${request}” becomes a tested tool`, async () => {
    await inFolder({}, async (folder) => {
      const { endings, plan, results } = await runPlan(models, request, folder)
      assertNothingAsked(results)
      for (const { summary } of endings) assert.ok(!summary.includes('not done'), summary)
      assert.equal(/does not know the program/.test(plan.summary), request.includes('holidays'))
    })
  })
}

test('what is in the workspace already is not overwritten', async () => {
  const mine = { 'server.js': '// mine\n', 'README.md': '# Mine\n' }
  await inFolder(mine, async (folder) => {
    const run = await runPlan(models, 'create a hello world web app', folder)
    await run.stop()
    assert.equal(await readFile(join(folder, 'server.js'), 'utf8'), '// mine\n')
    assert.equal(await readFile(join(folder, 'README.md'), 'utf8'), '# Mine\n')
    assert.match(await readFile(join(folder, 'web-app/public/index.html'), 'utf8'), /Hello, world!/)
    for (const { summary } of run.endings) assert.ok(!summary.includes('not done'), summary)
  })
})

test('a page that is there gets other colours, and keeps its rules', async () => {
  await inFolder({}, async (folder) => {
    const first = await runPlan(models, 'create a hello world web app', folder)
    await first.stop()
    const before = await readFile(join(folder, 'public/style.css'), 'utf8')
    const second = await runPlan(models, 'make it dark red', folder)
    await second.stop()
    assertNothingAsked(second.results)
    assert.match(second.endings[0]?.summary ?? '', /dark red now/)
    const after = await readFile(join(folder, 'public/style.css'), 'utf8')
    assert.notEqual(after, before)
    assert.match(after, /^:root \{\n {2}color-scheme: dark;/)
    assert.equal(after.slice(after.indexOf('\n* {')), before.slice(before.indexOf('\n* {')))
  })
})

test('without a page there is nothing to colour, and it says so', async () => {
  await inFolder({}, async (folder) => {
    const { endings, stop } = await runPlan(models, 'make it dark', folder)
    await stop()
    assert.match(endings[0]?.summary ?? '', /not done/)
  })
})

test('a port that is taken: the next one is tried, and the probe asks that one', async () => {
  await inFolder({}, async (folder) => {
    const run = await runPlan(models, 'create a hello world web app', folder, { takenPorts: 1 })
    await run.stop()
    const served = run.results.filter(({ tool }) => tool === 'serve').map(({ input, ok }) => [input['port'], ok])
    assert.deepEqual(served, [
      [8000, false],
      [8001, true],
    ])
    assert.match(run.endings.at(-1)?.summary ?? '', /8001/)
  })
})

test('a write that fails once is made again; one that always fails ends in an honest report', async () => {
  for (const [failures, isDone] of [
    [1, true],
    [99, false],
  ] as const) {
    await inFolder({}, async (folder) => {
      const { ending } = await runAgent(models, {
        request: 'create a hello world web app',
        subject: 'web-app-files',
        role: 'coder',
        folder,
        failWrites: failures,
      })
      assert.equal(!ending.summary.includes('not done'), isDone, ending.summary)
    })
  }
})

test('tests that fail after the writing: the files are written once more, then it reports the failure', async () => {
  await inFolder({}, async (folder) => {
    const { results, ending } = await runAgent(models, {
      request: 'create a hello world web app',
      subject: 'web-app-tests',
      role: 'tester',
      folder,
      failShell: 99,
    })
    assert.match(ending.summary, /not done/)
    assert.ok(results.length < 20)
    assert.ok(ending.evidence.some((line) => line.startsWith('failed: ')))
  })
})

test('the same conversation always gets the same turn', async () => {
  const { request } = askFor({
    request: 'create a JSON API for notes',
    subject: 'json-api-files',
    role: 'coder',
    files: [],
  })
  const signal = new AbortController().signal
  assert.deepEqual(await models.chat(request, signal), await models.chat(request, signal))
})

test('routes fit the schema of the crew, and refusals tell how to set a key', async () => {
  const signal = new AbortController().signal
  const route = async (text: string) => {
    const { object } = askFor({ request: text, subject: 'route', role: 'router', files: [] })
    return (await models.object({ ...object, schemaName: 'route', schema: ROUTE_SCHEMA }, signal)).value
  }
  const built = await route('create a hello world web app')
  assert.deepEqual([built.task_type, built.command, built.refusal], ['dev_pipeline', null, null])
  const ran = await route('run `ls -la`')
  assert.deepEqual([ran.task_type, ran.command, ran.refusal], ['shell_command', 'ls -la', null])
  for (const text of ['write a compiler', 'write a </request> compiler', `write a compiler ${'x'.repeat(20_000)}`]) {
    const refused = await route(text)
    assert.match(refused.refusal ?? '', /No model key is set.*ANTHROPIC_API_KEY=.*\.env\.secrets/)
  }
  for (const text of ['asdf', 'x'.repeat(20_000), 'fix it']) assert.match((await route(text)).ask ?? '', /\?$/)
  assert.equal((await route('what is the capital of France?')).refusal, null)
  assert.equal((await route('what can you do?')).refusal, null)
})

test('it answers what it can do, and nothing else', async () => {
  const signal = new AbortController().signal
  const answer = async (text: string) =>
    (
      await models.chat(
        { ...askFor({ request: text, subject: 'answer', role: 'assistant', files: [] }).request, tools: [] },
        signal,
      )
    ).text
  assert.match(await answer('what can you do?'), /recipes[\s\S]*web app/)
  assert.match(await answer('what is the capital of France?'), /No model key is set/)
})

test('a plan for what it has no recipe for is refused', async () => {
  const { object } = askFor({ request: 'write a compiler', subject: 'plan', role: 'planner', files: [] })
  const asked = models.object({ ...object, schemaName: 'plan', schema: PLAN }, new AbortController().signal)
  await assert.rejects(
    asked,
    (error) => error instanceof ModelError && error.kind === 'unsupported' && /No model key/.test(error.message),
  )
})

const DIFFS: readonly (readonly [string, string, boolean, RegExp])[] = [
  ['clean work', '+export const a = 1', true, /Nothing found/],
  ['a conflict marker', '+<<<<<<< HEAD', false, /conflict marker/],
  ['a private key', '+-----BEGIN RSA PRIVATE KEY-----', false, /secret/],
  ['a password', "+const password = 'hunter2hunter2'", false, /secret/],
  ['a debugger', '+  debugger', false, /debugger/],
  ['a TODO', '+// TODO: later', true, /TODO/],
  ['a debug print', "+console.log('debug', x)", true, /debug print/],
  ['what was there before', ' <<<<<<< HEAD', true, /Nothing found/],
  ['what was taken away', '-debugger', true, /Nothing found/],
]

for (const [name, line, approved, expected] of DIFFS) {
  test(`the review of ${name}`, async () => {
    const diff = `diff --git a/src/a.js b/src/a.js\n--- a/src/a.js\n+++ b/src/a.js\n@@ -1,2 +1,3 @@\n const x = 1\n${line}\n`
    const review = await reviewOf(`<request>\nx\n</request>\n<diff>\n${diff}\n</diff>`)
    assert.equal(review.approved, approved)
    assert.match(JSON.stringify(review), expected)
    if (review.findings.length > 0) assert.equal(review.findings[0]?.file, 'src/a.js')
  })
}

test('an empty diff is not approved', async () => {
  assert.equal((await reviewOf('<request>\nx\n</request>\n<diff>\n\n</diff>')).approved, false)
})

async function reviewOf(prompt: string) {
  const { object } = askFor({ request: 'x', subject: 'review', role: 'reviewer', files: [] })
  return (
    await models.object(
      { ...object, prompt, schemaName: 'review', schema: REVIEW_SCHEMA },
      new AbortController().signal,
    )
  ).value
}

test('its own projects pass its own review', async () => {
  await inFolder({}, async (folder) => {
    const run = await runPlan(models, 'create a JSON API for notes', folder)
    await run.stop()
    const lines: string[] = []
    for (const { tool, input } of run.results) {
      if (tool !== 'write') continue
      const content = String(input['content'])
      lines.push(
        `diff --git a/x b/x`,
        `+++ b/${String(input['path'])}`,
        '@@ -0,0 +1 @@',
        ...content.split('\n').map((line) => `+${line}`),
      )
    }
    assert.deepEqual((await reviewOf(`<diff>\n${lines.join('\n')}\n</diff>`)).findings, [])
    await writeFile(join(folder, 'unused'), '')
  })
})
