// Recipe: a command-line tool for Node with tests: one of a few programs that the offline model knows by heart.
import type { Project } from '../project.ts'
import type { Program } from './cli-programs.ts'
import { csvToJson, greet, jsonPretty, wordCount } from './cli-programs.ts'

export function commandLineTool(request: string): Project {
  const { program, isAsked } = programFor(request)
  const stand = isAsked
    ? ''
    : ' The offline model does not know the program that was asked for, so this is a small greeter to start from.'
  return {
    summary: `A command-line tool “${program.name}” (Node, no dependencies) that ${program.does}, with tests.${stand}`,
    folder: program.name,
    files: [
      { path: 'package.json', content: packageJson(program) },
      { path: 'cli.js', content: cli(program) },
      { path: 'program.js', content: program.source },
      { path: 'README.md', content: readme(program, stand) },
    ],
    tests: [{ path: 'test/cli.test.js', content: tests(program) }],
    verifyCommand: 'node --check cli.js && node --check program.js && node cli.js --help',
    testCommand: 'npm test',
    serve: null,
    acceptance: {
      files: [`\`node cli.js\` ${program.does}`, '`--help` says how to use it', 'Errors are one line and exit code 1'],
      tests: ['`npm test` passes'],
      serve: [],
    },
  }
}

function programFor(request: string): { readonly program: Program; readonly isAsked: boolean } {
  const text = request.toLowerCase()
  if (/\bcsv\b/.test(text)) return { program: csvToJson, isAsked: /json|convert|pars/.test(text) }
  if (/\bjson\b/.test(text)) return { program: jsonPretty, isAsked: /pretty|format|print|indent|valid|read/.test(text) }
  if (
    /\b(?:word|line|character|letter)s?\b.*\bcount|\bcount\w*\b.*\b(?:word|line|character)s?\b|\bwc\b|word-?count/.test(
      text,
    )
  ) {
    return { program: wordCount, isAsked: true }
  }
  const rest = text.replaceAll(/[^a-z ]+/g, ' ').split(/\s+/)
  return { program: greet, isAsked: rest.every((word) => GREETING_WORDS.has(word)) }
}

const GREETING_WORDS = new Set(
  ' a an the me my please create make build write generate simple small tiny basic new nice command line cli tool app application program utility script terminal console that which to for with and tests test in node nodejs js javascript using no dependencies greet greets greeting greeter hello world says say prints print name names user users people someone somebody by their its'.split(
    ' ',
  ),
)

function packageJson({ name }: Program): string {
  const content = {
    name,
    version: '1.0.0',
    private: true,
    type: 'module',
    bin: { [name]: 'cli.js' },
    scripts: { start: 'node cli.js', test: 'node --test' },
    engines: { node: '>=20' },
  }
  return `${JSON.stringify(content, null, 2)}\n`
}

function cli({ name, usage, does, readsInput }: Program): string {
  const reading = `
async function readInput(files) {
  if (files.length > 1) throw new Error('Give one file, or none to read standard input.')
  if (files.length === 1) return await readFile(files[0], 'utf8')
  const chunks = []
  for await (const chunk of process.stdin) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}
`
  return `#!/usr/bin/env node
// The command line around program.js: reads what it is given, prints the result, and says in one line what went wrong.
${readsInput ? "import { readFile } from 'node:fs/promises'\n" : ''}import { parseArgs } from 'node:util'
import { run } from './program.js'

const HELP = \`Usage: ${usage}

It ${does}.${readsInput ? ' Without a file it reads standard input.' : ''}

  -h, --help  shows this\`
${readsInput ? reading : ''}
try {
  const { values, positionals } = parseArgs({ options: { help: { type: 'boolean', short: 'h' } }, allowPositionals: true })
  console.log(values.help ? HELP : run(${readsInput ? 'await readInput(positionals)' : 'positionals'}))
} catch (error) {
  console.error(\`${name}: \${error.message}\`)
  process.exitCode = 1
}
`
}

function tests({ name, readsInput, tests: own }: Program): string {
  const fileHelper = `
async function file(text) {
  const folder = await mkdtemp(join(tmpdir(), '${name}-'))
  after(() => rm(folder, { recursive: true }))
  const path = join(folder, 'input.txt')
  await writeFile(path, text)
  return path
}
`
  const lastTest = readsInput
    ? `test('a file that is not there, and an unknown option, fail in one line', async () => {
  for (const args of [['/nowhere/at/all'], ['--nonsense']]) {
    const { code, out, error } = await ${name}(args)
    assert.equal(code, 1)
    assert.equal(out, '')
    assert.match(error, /^${name}: .+\\n/)
  }
})`
    : `test('an unknown option fails in one line', async () => {
  const { code, error } = await ${name}(['--nonsense'])
  assert.equal(code, 1)
  assert.match(error, /^${name}: .+\\n/)
})`
  return `import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
${readsInput ? "import { mkdtemp, rm, writeFile } from 'node:fs/promises'\nimport { tmpdir } from 'node:os'\nimport { join } from 'node:path'\n" : ''}import { ${readsInput ? 'after, ' : ''}test } from 'node:test'
import { fileURLToPath } from 'node:url'
${own}
test('--help says how to use it', async () => {
  const { code, out } = await ${name}(['--help'])
  assert.equal(code, 0)
  assert.match(out, /^Usage: ${name}/)
})

${lastTest}

function ${name}(args) {
  const path = fileURLToPath(new URL('../cli.js', import.meta.url))
  return new Promise((resolve) => {
    execFile(process.execPath, [path, ...args], (error, out, errorOutput) => {
      resolve({ code: error === null ? 0 : error.code, out, error: errorOutput })
    })
  })
}
${readsInput ? fileHelper : ''}`
}

function readme({ name, does, usage }: Program, stand: string): string {
  return `# ${name}

A command-line tool that ${does}. Node 20 or newer, no dependencies.${stand}

\`\`\`
node cli.js --help
\`\`\`

Usage: \`${usage}\` (\`node cli.js …\`, or \`npm link\` to have it as \`${name}\`). \`npm test\` runs the tests.
`
}
