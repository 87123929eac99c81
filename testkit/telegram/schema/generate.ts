// JSON Schemas for what each Bot API method answers, read out of the published types, which nobody here wrote.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createFormatter, createParser, createProgram, DEFAULT_CONFIG, SchemaGenerator } from 'ts-json-schema-generator'
import type { CompletedConfig } from 'ts-json-schema-generator'

/** One definition for each method's answer, `AnyUpdate`, and those that they refer to. */
export type SchemaDocument = { readonly definitions: Readonly<Record<string, unknown>> }

type Program = ReturnType<typeof createProgram>

const require = createRequire(import.meta.url)

/** The definition of a method's result. */
export function answerName(method: string): string {
  return `Answer_${method}`
}

/** Takes a second or two. The types' own file names are read from the installed package. */
export function generateSchemas(): SchemaDocument {
  const folder = mkdtempSync(join(tmpdir(), 'telegram-schema-'))
  try {
    const types = copyTypes(folder)
    const path = join(folder, 'answers.ts')
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: COMPILER, files: ['answers.ts'] }))
    writeFileSync(path, `import type * as all from ${JSON.stringify(types)}\nexport type Nothing = all.Update\n`)
    const config: CompletedConfig = { ...DEFAULT_CONFIG, ...SETTINGS, path, tsconfig: join(folder, 'tsconfig.json') }
    writeFileSync(path, declareAnswers(createProgram(config), types))
    const program = createProgram(config)
    const generator = new SchemaGenerator(program, createParser(program, config), createFormatter(config), config)
    return { definitions: generator.createSchema('*').definitions ?? {} }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * What has to be read differently than it is written. "A message with these fields" is said with NonNullable, which the
 * generator takes for one more object that the value has to be, and for a field that may be missing: it would refuse
 * every array and miss every absence. Documents and audio files can be part of an album, too. A message whose caption
 * was edited still has its media.
 */
const CORRECTIONS: readonly (readonly [string, string])[] = [
  ['Record<P, NonNullable<Message[P]>>', '{ [K in P]: Exclude<Message[K], undefined> }'],
  ['type DocumentMessage = CaptionableMessage &', 'type DocumentMessage = MediaMessage &'],
  ['type AudioMessage = CaptionableMessage &', 'type AudioMessage = MediaMessage &'],
  ['(Update.Edited & Message.CaptionableMessage) | true', '(Update.Edited & Message) | true'],
]

function copyTypes(folder: string): string {
  const installed = dirname(require.resolve('@grammyjs/types/package.json'))
  const missing = new Set(CORRECTIONS.map(([written]) => written))
  for (const name of readdirSync(installed).filter((entry) => entry.endsWith('.d.ts'))) {
    let text = readFileSync(join(installed, name), 'utf8')
    for (const [written, meant] of CORRECTIONS) {
      if (text.includes(written)) missing.delete(written)
      text = text.replaceAll(written, meant)
    }
    writeFileSync(join(folder, name), text)
  }
  if (missing.size > 0) throw new Error(`the types no longer say ${[...missing].join(', ')}: look at them again`)
  return join(folder, 'mod.d.ts')
}

const SETTINGS = { type: '*', expose: 'all', jsDoc: 'none', additionalProperties: false } as const

const COMPILER = {
  target: 'esnext',
  module: 'nodenext',
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  allowImportingTsExtensions: true,
  types: [],
}

/**
 * One alias per method, with the return type as it is written: a type mapped over the methods would give schemas that
 * accept everything.
 */
function declareAnswers(program: Program, types: string): string {
  const checker = program.getTypeChecker()
  const file = program.getSourceFile(types)
  const module = file && checker.getSymbolAtLocation(file)
  if (module === undefined) throw new Error(`the types are not where they should be: ${types}`)
  const exported = checker.getExportsOfModule(module)
  const methods = exported.find((symbol) => symbol.name === 'ApiMethods')
  if (methods === undefined) throw new Error('the types have no ApiMethods')
  const aliases: string[] = []
  const used = new Set<string>(['Update'])
  const names = new Set(exported.map((symbol) => symbol.name))
  for (const method of checker.getDeclaredTypeOfSymbol(methods).getProperties()) {
    const written = checker.getTypeOfSymbol(method).getCallSignatures()[0]?.getDeclaration().type?.getText()
    if (written === undefined) throw new Error(`${method.name} has no written return type`)
    for (const [word] of written.matchAll(/\b[A-Z]\w*/g)) if (names.has(word)) used.add(word)
    aliases.push(`export type ${answerName(method.name)} = ${written}`)
  }
  const from = `import type { ${[...used].join(', ')} } from ${JSON.stringify(types)}`
  return [from, ...aliases, 'export type AnyUpdate = Update', ''].join('\n')
}
