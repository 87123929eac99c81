// Every command of the corpus is of the classes it should be, and has the verdicts it should have.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { createBashReader } from '../../src/adapters/shell/bash-reader.ts'
import { defaultPolicy } from '../../src/core/policy/default-policy.ts'
import { explainAct } from '../../src/core/policy/explain.ts'
import { COMMAND_CLASSES, VERDICTS } from '../../src/core/vocabulary/policy.ts'
import type { WorkPlace } from '../../src/core/vocabulary/policy.ts'
import { OWNER } from '../../src/core/vocabulary/principal.ts'

type Expected = {
  readonly command: string
  readonly classes: readonly string[]
  /** Others may be there too. */
  readonly atLeast: boolean
  readonly sandbox: string
  readonly host: string
}

function corpusOf(text: string): readonly Expected[] {
  let heading: Omit<Expected, 'command'> | null = null
  const found: Expected[] = []
  for (const line of text.split('\n')) {
    if (line.startsWith('## ')) {
      const words = line.slice(3).split(', ')
      const [sandbox = '', host = ''] = words.slice(-2)
      const names = words.slice(0, -2)
      const classes = names.map((name) => name.replace(/ …$/, ''))
      for (const name of classes)
        assert.ok(
          COMMAND_CLASSES.some((known) => known === name),
          line,
        )
      for (const verdict of [sandbox, host])
        assert.ok(
          VERDICTS.some((known) => known === verdict),
          line,
        )
      heading = { classes, atLeast: names.some((name) => name.endsWith('…')), sandbox, host }
    } else if (line !== '' && !line.startsWith('# ') && heading !== null)
      found.push({ ...heading, command: line.replaceAll(String.raw`\n`, '\n') })
  }
  return found
}

const textOf = (name: string) => readFileSync(new URL(`./policy-corpus-${name}.txt`, import.meta.url), 'utf8')
const CORPUS = { plain: textOf('plain'), hidden: textOf('hidden') }
const shell = createBashReader()
const policy = defaultPolicy()

function explained(command: string, where: WorkPlace) {
  const by = { userId: OWNER, role: 'owner' as const }
  const act = { tool: 'shell', where, by, bot: null, command, paths: [], hosts: [], tokens: null, at: new Date(0) }
  return explainAct(policy, act, shell)
}

for (const [name, text] of Object.entries(CORPUS)) {
  test(`the ${name} commands of the corpus are classified and decided on as expected`, () => {
    const wrong = corpusOf(text).flatMap((expected) => {
      const [inside, outside] = [explained(expected.command, 'sandbox'), explained(expected.command, 'host')]
      const classes = expected.atLeast
        ? expected.classes.every((one) => inside.classes.some((name) => name === one))
        : inside.classes.toSorted().join() === expected.classes.toSorted().join()
      const right = classes && inside.verdict === expected.sandbox && outside.verdict === expected.host
      return right
        ? []
        : [
            `${expected.command}: ${inside.classes.join()} ${inside.verdict} (${inside.rule}) ${outside.verdict} (${outside.rule})`,
          ]
    })
    assert.deepEqual(wrong, [])
  })
}

test('the corpus is large, and repeats nothing', () => {
  const commands = Object.values(CORPUS)
    .flatMap(corpusOf)
    .map(({ command }) => command)
  assert.ok(commands.length >= 350, `${commands.length}`)
  assert.equal(new Set(commands).size, commands.length)
})
