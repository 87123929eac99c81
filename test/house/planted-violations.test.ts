// Proves that every rule of the house bites: a planted violation of each is found, and its clean twin passes.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative, sep } from 'node:path'
import { after, before, test } from 'node:test'
import { ROOT } from './repository.ts'
import { PLANTED } from './planted.ts'

type Finding = { readonly rule: string; readonly file: string }

const place = mkdtempSync(join(tmpdir(), 'factotum-house-'))
// Once: somebody may be adding a folder right now.
const folders = sourceFolders()
let findings: readonly Finding[] = []

before(() => {
  for (const file of ['.oxlintrc.json', 'tsconfig.json', 'package.json', 'test/house/lint-rules.ts']) {
    mkdirSync(dirname(join(place, file)), { recursive: true })
    copyFileSync(join(ROOT, file), join(place, file))
  }
  symlinkSync(join(ROOT, 'node_modules'), join(place, 'node_modules'))
  for (const { files } of PLANTED) for (const [path, text] of Object.entries(files)) write(path, text)
  for (const folder of folders) write(probePath(folder), probeText(folder))
  findings = lint()
})

after(() => rmSync(place, { recursive: true, force: true }))

for (const { name, rule, bad, clean } of PLANTED) {
  test(`the gate finds: ${name}`, () => {
    const rules = findings.filter((finding) => finding.file === bad).map((finding) => finding.rule)
    assert.ok(rules.includes(rule), `${bad} should break ${rule}; found: ${rules.join(', ') || 'nothing'}`)
    const innocent = findings.filter((finding) => finding.file === clean)
    assert.deepEqual(innocent, [], `${clean} should pass`)
  })
}

test('no folder below main.ts is left out: none may import it', () => {
  for (const folder of folders) {
    const rules = findings.filter((finding) => finding.file === probePath(folder)).map((finding) => finding.rule)
    assert.ok(rules.includes('eslint(no-restricted-imports)'), `${folder} may import src/main.ts, and nothing stops it`)
  }
})

test("main.ts ends the process and config.ts reads the environment, and neither does what is the other's", () => {
  for (const file of ['src/main.ts', 'src/config.ts']) {
    const rules = findings.filter((finding) => finding.file === file).map((finding) => finding.rule)
    assert.deepEqual(rules, ['eslint(no-restricted-properties)'], file)
  }
})

function write(path: string, text: string): void {
  const whole = join(place, path)
  mkdirSync(dirname(whole), { recursive: true })
  writeFileSync(whole, text)
}

/** Every folder of the real src/ that holds code, so that a new one can't escape the floors unnoticed. */
function sourceFolders(): readonly string[] {
  const entries = readdirSync(join(ROOT, 'src'), { recursive: true, withFileTypes: true })
  const folders = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(ROOT, entry.parentPath).split(sep).join('/'))
  return [...new Set(folders)].filter((folder) => folder !== 'src').toSorted()
}

function probePath(folder: string): string {
  return `${folder}/planted-probe.ts`
}

function probeText(folder: string): string {
  return `import { main } from '${'../'.repeat(folder.split('/').length - 1)}main.ts'\nexport const probe = main\n`
}

function lint(): readonly Finding[] {
  const oxlint = join(ROOT, 'node_modules/.bin/oxlint')
  const run = spawnSync(oxlint, ['--type-aware', '--deny-warnings', '--format', 'json', 'src', 'console', 'testkit'], {
    cwd: place,
    encoding: 'utf8',
    maxBuffer: 64_000_000,
  })
  assert.equal(
    run.status,
    1,
    `oxlint should find the planted violations.\n${run.stdout.slice(0, 2_000)}\n${run.stderr}`,
  )
  const report = JSON.parse(run.stdout) as { diagnostics: readonly { code: string; filename: string }[] }
  return report.diagnostics.map(({ code, filename }) => ({ rule: code, file: filename }))
}
