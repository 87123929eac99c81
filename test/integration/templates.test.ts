// Every project template: what it promises, and its own tests in a real sandbox; then the project as a zip that runs elsewhere.
import assert from 'node:assert/strict'
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { unzipSync } from 'fflate'
import { createPacking } from '../../src/adapters/sandbox/recorded-files.ts'
import { createSecretScanner } from '../../src/adapters/secrets/secret-scanner.ts'
import { createDirectoryTemplates } from '../../src/adapters/templates/directory.ts'
import { sortOut } from '../../src/core/crew/assembly.ts'
import { fillFile, projectNames } from '../../src/core/crew/fill-template.ts'
import { layTemplate } from '../../src/core/crew/lay-template.ts'
import type { Sandbox } from '../../src/core/ports/sandbox.ts'
import type { Template } from '../../src/core/ports/templates.ts'
import { composeFindings } from '../../src/core/quality/checks/compose.ts'
import { dockerfileFindings } from '../../src/core/quality/checks/dockerfile.ts'
import { LIMITS, prepareGround } from '../hostile/ground.ts'
import { ROOT } from '../house/repository.ts'

const NAMES = [
  'cli-tool',
  'django-site',
  'full-stack',
  'node-web-app',
  'python-api',
  'static-site',
  'telegram-bot',
  'typescript-api',
]
const PROMISED = ['.dockerignore', '.env.example', '.gitignore', 'Dockerfile', 'README.md', 'compose.yaml']
/** In pieces, as in the house tests. */
const REGISTRIES = new RegExp(['registry\\.(npmjs|yarnpkg)', 'npmmirror', 'files\\.python', '//pypi'].join('|'))

const ground = prepareGround()
const templates = createDirectoryTemplates(join(ROOT, 'templates'))
const scanner = createSecretScanner({ known: async () => [], log: () => undefined })
const never = new AbortController().signal

async function read(name: string): Promise<Template> {
  const template = await templates.read(name)
  assert.ok(template, name)
  return template
}

function textsOf(template: Template): ReadonlyMap<string, string> {
  const names = projectNames('my-shop', 'My shop')
  return new Map(
    template.files.map((file) => [file.path, new TextDecoder().decode(fillFile(file, names).bytes)] as const),
  )
}

test('these are the templates, each said in one line that the planner gets whole', async () => {
  const list = await templates.list()
  assert.deepEqual(
    list.map(({ name }) => name),
    NAMES,
  )
  for (const { says, own } of list) {
    assert.ok(says.length <= 120, says)
    assert.equal(own, false)
  }
})

for (const name of NAMES) {
  test(`${name} has the promised files, nothing left to fill, nothing unpinned, no secret`, async () => {
    const template = await read(name)
    const texts = textsOf(template)
    for (const path of PROMISED) assert.ok(texts.has(path), `${name} lacks ${path}`)
    for (const [path, text] of texts) {
      assert.doesNotMatch(text, /\{\{(?:name|title)\}\}/, path)
      assert.doesNotMatch(text, REGISTRIES, path)
      assert.deepEqual(path.endsWith('package-lock.json') ? [] : await scanner.scan(text, path), [], path)
    }
    assert.match(texts.get('README.md') ?? '', /^# My shop\n/)
    assert.ok((texts.get('README.md') ?? '').split('\n').length <= 45, 'a README of one screen')
    assert.match([...texts.values()].join('\n'), /My shop|my-shop/)
    assert.ok(
      [...texts.keys()].some((path) => /(?:^|\/)tests?\//.test(path)),
      'it has tests',
    )
  })

  test(`${name} pins what it depends on`, async () => {
    const texts = textsOf(await read(name))
    const manifest = JSON.parse(texts.get('package.json') ?? '{}') as Readonly<Record<string, Record<string, string>>>
    const wanted = { ...manifest['dependencies'], ...manifest['devDependencies'] }
    for (const [dependency, version] of Object.entries(wanted)) assert.match(version, /^\d+\.\d+\.\d+$/, dependency)
    const lock = texts.get('package-lock.json')
    assert.equal(lock !== undefined, Object.keys(wanted).length > 0, 'a lock file where there is something to lock')
    assert.doesNotMatch(lock ?? '', /"resolved"|https?:\/\/[^"]*\.tgz/)
    for (const [path, text] of texts) {
      if (!/requirements.*\.txt$/.test(path)) continue
      const lines = text.split('\n').filter((line) => line !== '' && !/^(?:#|-r )/.test(line))
      for (const line of lines) assert.match(line, /^[a-z0-9-]+==\d+(?:\.\d+)+$/, path)
    }
  })

  test(`${name} is packed as the platform's own checks want it`, async () => {
    const texts = textsOf(await read(name))
    const project = { files: [...texts.keys()], text: (path: string) => texts.get(path) ?? null }
    assert.deepEqual(dockerfileFindings('Dockerfile', project), [])
    assert.deepEqual(composeFindings('compose.yaml', project), [])
    const dockerfile = texts.get('Dockerfile') ?? ''
    for (const [, image = ''] of dockerfile.matchAll(/^FROM (\S+)/gm)) assert.match(image, /:\d+\.\d+\.\d+/)
    assert.match(dockerfile, /^USER (?!root|0\b)\w+$/m)
    assert.match(dockerfile, /^HEALTHCHECK /m)
  })
}

const TO_BREAK: Readonly<Record<string, readonly [path: string, from: string, to: string]>> = {
  'static-site': ['site/index.html', 'href="/about"', 'href="/nowhere"'],
  'node-web-app': ['src/html.js', "'<': '&lt;'", "'<': '<'"],
  'cli-tool': ['src/text.js', 'isWordLike }) => isWordLike', 'isWordLike }) => !isWordLike'],
  'typescript-api': ['src/task-routes.ts', '201', '200'],
  'telegram-bot': ['src/bot.ts', '`Kept: ', '`Lost: '],
  'full-stack': ['frontend/src/state.ts', '[change.task, ...tasks]', '[...tasks, change.task]'],
}

for (const [name, [path, from, to]] of Object.entries(TO_BREAK)) {
  test(`the tests of ${name} pass in a sandbox, and fail when the code is wrong`, async (t) => {
    if (!(await ground.isUsable(t))) return
    const template = await read(name)
    const packages = packagesOf(t, template)
    if (packages === null) return
    const task = ground.newTask()
    await ground.workspaces.prepare(task, { type: 'directory', path: packages })
    const sandbox = await ground.provider.open(task, LIMITS)
    t.after(() => sandbox.close())
    const laid = await layTemplate({ templates, signal: never }, sandbox, name)
    assert.ok(laid.files.includes(path))
    const right = await shell(sandbox, template.info.commands.test)
    assert.equal(right.exitCode, 0, right.stdout.slice(-3_000) + right.stderr)
    const text = textsOf(template).get(path) ?? ''
    assert.ok(text.includes(from), `${path} should have ${from}`)
    await sandbox.writeFile(path, new TextEncoder().encode(text.replaceAll(from, to)))
    assert.notEqual((await shell(sandbox, template.info.commands.test)).exitCode, 0)
  })
}

test('a finished project is one zip, the same every time, that runs where it is unpacked', async (t) => {
  if (!(await ground.isUsable(t))) return
  const packing = createPacking({ dataDir: ground.dataDir, limits: LIMITS, say: () => undefined })
  const task = ground.newTask()
  await ground.workspaces.prepare(task, { type: 'empty' })
  const sandbox = await ground.provider.open(task, LIMITS)
  t.after(() => sandbox.close())
  await layTemplate({ templates, signal: never }, sandbox, 'node-web-app')
  const odd = `printf 'SECRET=1' > .env; mkdir -p node_modules/x; echo 1 > node_modules/x/index.js
    ln -s /etc/passwd leak; ln -s src/main.js start.js; printf '#!/bin/sh\\n' > go.sh; chmod +x go.sh
    printf 'odd' > "$(printf 'a\\n100644 blob 0 0\\tb')"; printf 'q' > '"q"'`
  assert.equal((await shell(sandbox, odd)).exitCode, 0)
  const commit = await ground.workspaces.snapshot(task, 'all of it')
  // What is done afterwards is no part of it.
  await shell(sandbox, 'rm -rf src; echo later > later.txt')

  const recorded = await packing.recorded(task, commit, 10_000_000)
  assert.ok(!('type' in recorded))
  assert.equal(recorded.find(({ path }) => path === 'go.sh')?.type, 'executable')
  assert.equal(recorded.find(({ path }) => path === 'leak')?.type, 'link')
  const { taken, leftOut } = sortOut(recorded)
  assert.deepEqual(
    leftOut.map(({ path }) => path),
    ['.env', 'a\n100644 blob 0 0\tb', 'leak'],
  )
  const zip = packing.zip(taken)
  assert.deepEqual(zip, packing.zip(sortOut(await asFiles(packing.recorded(task, commit, 10_000_000))).taken))
  assert.deepEqual(await packing.recorded(task, commit, 100), {
    type: 'too_large',
    bytes: recorded.reduce((sum, { bytes }) => sum + bytes.length, 0),
  })
  await assert.rejects(packing.recorded(task, 'f'.repeat(40) as typeof commit, 100), /no commit/)

  const folder = temporary(t)
  for (const [path, bytes] of Object.entries(unzipSync(zip))) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), bytes)
  }
  const other = ground.newTask()
  await ground.workspaces.prepare(other, { type: 'directory', path: folder })
  const elsewhere = await ground.provider.open(other, LIMITS)
  t.after(() => elsewhere.close())
  const tests = await shell(elsewhere, 'npm test')
  assert.equal(tests.exitCode, 0, tests.stdout.slice(-3_000) + tests.stderr)
  const served = await elsewhere.serve(
    {
      command: 'npm start',
      cwd: '.',
      env: { PORT: '8123', DATABASE_FILE: ':memory:' },
      port: 8123,
      readyTimeoutMs: 20_000,
    },
    never,
  )
  assert.equal(served.type, 'listening', served.output)
  const asked = await shell(
    elsewhere,
    `node -e "fetch('http://127.0.0.1:8123/healthz').then(async (r) => console.log(r.status, await r.text()))"`,
  )
  assert.equal(asked.stdout.trim(), '200 ok')
})

test('an operator has templates of their own, and of two with one name theirs is meant', async (t) => {
  const [given, own] = [temporary(t), temporary(t)]
  const about = (says: string) =>
    JSON.stringify({
      says,
      kind: 'site',
      stack: ['HTML'],
      port: null,
      health: null,
      commands: { install: null, build: null, test: 'true', start: null },
      needs: [],
    })
  for (const [place, name, says] of [
    [given, 'page', 'Theirs.'],
    [given, 'other', 'Other.'],
    [own, 'page', 'Mine.'],
  ] as const) {
    mkdirSync(join(place, name, 'node_modules'), { recursive: true })
    writeFileSync(join(place, name, 'template.json'), about(says))
    writeFileSync(join(place, name, 'index.html'), says)
    writeFileSync(join(place, name, 'node_modules', 'x.js'), '')
  }
  mkdirSync(join(own, 'no-template'))
  const both = createDirectoryTemplates(given, own)
  assert.deepEqual(
    (await both.list()).map(({ name, says, own: isOwn }) => [name, says, isOwn]),
    [
      ['other', 'Other.', false],
      ['page', 'Mine.', true],
    ],
  )
  const page = await both.read('page')
  assert.deepEqual(
    page?.files.map(({ path, bytes }) => [path, Buffer.from(bytes).toString()]),
    [['index.html', 'Mine.']],
  )
  for (const name of ['nowhere', 'no-template', '../page', '', 'page/..'])
    assert.equal(await both.read(name), null, name)
  assert.deepEqual(
    await createDirectoryTemplates(given, join(own, 'nowhere'))
      .read('page')
      .then((it) => it?.info.own),
    false,
  )
  writeFileSync(join(own, 'page', 'template.json'), '{"says": 1}')
  await assert.rejects(both.list(), /page.template\.json does not describe a template/)
})

test('a template that is not there ends the work with a sentence', async (t) => {
  const sandbox = await ground.open(t)
  if (sandbox === null) return
  await assert.rejects(layTemplate({ templates, signal: never }, sandbox, 'nope'), /no project template called nope/)
})

async function shell(sandbox: Sandbox, command: string) {
  return sandbox.exec({ command, cwd: '.', env: {}, timeoutMs: 60_000, maxOutputBytes: 200_000 }, never)
}

async function asFiles(found: ReturnType<ReturnType<typeof createPacking>['recorded']>) {
  const files = await found
  assert.ok(!('type' in files))
  return files
}

function temporary(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'factotum-templates-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  chmodSync(folder, 0o755)
  return folder
}

/** A folder with what the template's code needs at run time, taken from what this project has installed; null where something is not there. */
function packagesOf(t: TestContext, template: Template): string | null {
  const folder = temporary(t)
  const lock = textsOf(template).get('package-lock.json')
  if (lock === undefined) return folder
  const { packages } = JSON.parse(lock) as { packages: Record<string, { version?: string; dev?: boolean }> }
  for (const [path, { version, dev }] of Object.entries(packages)) {
    if (path === '' || dev === true) continue
    const from = join(ROOT, path)
    const there = existsSync(from)
      ? (JSON.parse(readFileSync(join(from, 'package.json'), 'utf8')) as { version: string }).version
      : null
    if (there !== version) {
      t.skip(`${path} ${version} is not installed here`)
      return null
    }
    cpSync(from, join(folder, path), { recursive: true, dereference: true })
  }
  return folder
}
