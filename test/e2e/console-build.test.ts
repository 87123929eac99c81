// Building the console: only when needed, whole or not at all, and small.
import assert from 'node:assert/strict'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { digestSources, ensureConsole, SOURCES_FILE } from '../../src/adapters/http/console-build.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

async function copyOfConsole(t: TestContext) {
  const root = await mkdtemp(join(tmpdir(), 'factotum-build-'))
  t.after(() => rm(root, { recursive: true, force: true }))
  const sourceDir = join(root, 'console')
  await cp(join(ROOT, 'console'), sourceDir, { recursive: true, filter: (path) => !path.endsWith('dist') })
  // The sources reach for packages, and for the words of the core, where they stand in the repository.
  await symlink(join(ROOT, 'node_modules'), join(root, 'node_modules'))
  await symlink(join(ROOT, 'src'), join(root, 'src'))
  await symlink(join(ROOT, 'tsconfig.json'), join(root, 'tsconfig.json'))
  const said: string[] = []
  return { sourceDir, outDir: join(root, 'out'), say: (line: string) => void said.push(line), said }
}

test('it is built once, again when a source changed, and is small', async (t) => {
  const build = await copyOfConsole(t)
  const first = await ensureConsole(build)
  assert.equal(await ensureConsole(build), first)
  assert.equal(build.said.length, 1)
  const assets = await readdir(join(first, 'assets'))
  const scripts = assets.filter((name) => name.endsWith('.js'))
  assert.equal(scripts.length, 1)
  const script = await readFile(join(first, 'assets', scripts[0]!))
  assert.ok(gzipSync(script).byteLength < 56_000)
  const page = await readFile(join(first, 'index.html'), 'utf8')
  assert.doesNotMatch(page, /<script(?![^>]*\bsrc=)|<style| on\w+=|https?:/)

  await writeFile(join(build.sourceDir, 'src/state/never-built.test.ts'), 'a test is no source')
  assert.equal(await ensureConsole(build), first)
  await writeFile(join(build.sourceDir, 'public/more.txt'), 'more')
  const second = await ensureConsole(build)
  assert.notEqual(second, first)
  assert.equal(await readFile(join(second, 'more.txt'), 'utf8'), 'more')
  assert.equal(build.said.length, 2)
})

test('several at once get one whole build, and leave nothing half done', async (t) => {
  const build = await copyOfConsole(t)
  const built = await Promise.all([ensureConsole(build), ensureConsole(build), ensureConsole(build)])
  assert.equal(new Set(built).size, 1)
  assert.deepEqual(await readdir(build.outDir), [built[0]!.split('/').at(-1)])
})

test('a prebuilt console is used as it is while it is of these sources', async (t) => {
  const build = await copyOfConsole(t)
  const dist = join(build.sourceDir, 'dist')
  await mkdir(dist)
  await writeFile(join(dist, 'index.html'), 'prebuilt')
  await writeFile(join(dist, SOURCES_FILE), `${await digestSources(build.sourceDir)}\n`)
  assert.equal(await ensureConsole(build), dist)
  assert.deepEqual(build.said, [])
  await writeFile(join(dist, SOURCES_FILE), 'of other sources')
  assert.notEqual(await ensureConsole(build), dist)
})

test('sources that do not build are said not to, and leave nothing behind', async (t) => {
  const build = await copyOfConsole(t)
  await writeFile(join(build.sourceDir, 'src/main.tsx'), 'this is not a program <')
  await assert.rejects(ensureConsole(build), /The web console could not be built/)
  assert.deepEqual(await readdir(build.outDir), [])
})
