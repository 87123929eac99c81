// SARIF and JUnit files that others can read, whatever a check has printed.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Ajv } from 'ajv'
import fc from 'fast-check'
import { SaxesParser } from 'saxes'
import type { CheckReport } from '../vocabulary/check.ts'
import { toJunit } from './to-junit.ts'
import { toSarif } from './to-sarif.ts'

/** The part of the standard's schema that is written, as strict as it is there: nothing beside the properties it names. */
const object = (properties: object, required: readonly string[] = []) => ({
  type: 'object',
  properties: { ...properties, properties: { type: 'object' } },
  required,
  additionalProperties: false,
})
const message = object({ text: { type: 'string' } }, ['text'])
const many = (items: object) => ({ type: 'array', items })
const SARIF = {
  type: 'object',
  required: ['version', 'runs'],
  additionalProperties: false,
  properties: {
    $schema: { type: 'string', pattern: '^https:' },
    version: { const: '2.1.0' },
    runs: many(
      object(
        {
          tool: object(
            {
              driver: object({ name: { type: 'string' }, rules: many(object({ id: { type: 'string' } }, ['id'])) }, [
                'name',
              ]),
            },
            ['driver'],
          ),
          invocations: many(
            object(
              {
                executionSuccessful: { type: 'boolean' },
                commandLine: { type: 'string' },
                exitCode: { type: 'integer' },
                toolExecutionNotifications: many(
                  object({ level: { enum: ['none', 'note', 'warning', 'error'] }, message }, ['message']),
                ),
              },
              ['executionSuccessful'],
            ),
          ),
          columnKind: { enum: ['utf16CodeUnits', 'unicodeCodePoints'] },
          results: many(
            object(
              {
                ruleId: { type: 'string' },
                ruleIndex: { type: 'integer', minimum: -1 },
                level: { enum: ['none', 'note', 'warning', 'error'] },
                message,
                baselineState: { enum: ['new', 'unchanged', 'updated', 'absent'] },
                locations: many(
                  object({
                    physicalLocation: object({
                      artifactLocation: object({
                        uri: { type: 'string', pattern: "^[A-Za-z0-9._~!*'()%/-]+$" },
                        uriBaseId: { type: 'string' },
                      }),
                      region: object({ startLine: { type: 'integer', minimum: 1 } }),
                    }),
                  }),
                ),
              },
              ['message'],
            ),
          ),
        },
        ['tool'],
      ),
    ),
  },
}
const isSarif = new Ajv().compile(SARIF)

const PASSED: CheckReport = {
  check: 'tsc',
  status: 'passed',
  command: 'tsc --noEmit',
  exit_code: 0,
  duration_ms: 1_250,
  output: '',
  reason: null,
  kind: 'types',
  findings: [],
  more_findings: 0,
}
const FAILED: CheckReport = {
  ...PASSED,
  check: 'npm test',
  status: 'failed',
  exit_code: 1,
  output: 'a <b> & "c"\u0000 ]]>',
  reason: 'It ended with exit code 1.',
  kind: 'tests',
  findings: [
    { file: 'src/a b.js', line: 3, rule: 'adds <1 & 1>', message: '2 !== 3', severity: 'error' },
    { file: null, line: null, rule: null, message: 'odd', severity: 'warning' },
  ],
}
const SKIPPED: CheckReport = {
  ...PASSED,
  check: 'ruff',
  status: 'skipped',
  command: null,
  exit_code: null,
  reason: 'ruff is not installed',
}

type Element = { readonly name: string; readonly attributes: Readonly<Record<string, string>> }

function elementsOf(xml: string): readonly Element[] {
  const found: Element[] = []
  const parser = new SaxesParser()
  parser.on('error', (error) => {
    throw error
  })
  parser.on('opentag', ({ name, attributes }) => found.push({ name, attributes }))
  parser.write(xml).close()
  return found
}

test('a failed check becomes a run with its results where they are', () => {
  const sarif = JSON.parse(toSarif([PASSED, FAILED, SKIPPED]))
  assert.equal(isSarif(sarif), true, JSON.stringify(isSarif.errors))
  assert.deepEqual(
    sarif.runs.map((run: { tool: { driver: { name: string } }; results: unknown[] }) => [
      run.tool.driver.name,
      run.results.length,
    ]),
    [
      ['tsc', 0],
      ['npm test', 2],
      ['ruff', 0],
    ],
  )
  const [first] = sarif.runs[1].results
  assert.equal(first.locations[0].physicalLocation.artifactLocation.uri, 'src/a%20b.js')
  assert.equal(first.locations[0].physicalLocation.region.startLine, 3)
  assert.equal(first.baselineState, undefined)
  const old = JSON.parse(toSarif([{ ...FAILED, failed_before: true }]))
  assert.equal(old.runs[0].results[0].baselineState, 'unchanged')
})

test('a check that failed and names nothing is a result all the same', () => {
  const sarif = JSON.parse(toSarif([{ ...FAILED, findings: [] }]))
  assert.equal(sarif.runs[0].results[0].message.text, 'It ended with exit code 1.')
})

test('JUnit: a suite for each check, a failure for each thing that it found, what was skipped with its reason', () => {
  const elements = elementsOf(toJunit([PASSED, FAILED, SKIPPED]))
  const suites = elements.filter(({ name }) => name === 'testsuite').map(({ attributes }) => attributes)
  assert.deepEqual(
    suites.map(({ name, tests, failures, skipped }) => [name, tests, failures, skipped]),
    [
      ['tsc', '1', '0', '0'],
      ['npm test', '1', '1', '0'],
      ['ruff', '1', '0', '1'],
    ],
  )
  const failed = elements.find(({ attributes }) => attributes['classname'] === 'npm test')
  assert.equal(failed?.attributes['name'], 'adds <1 & 1>')
  assert.equal(failed.attributes['file'], 'src/a b.js')
  assert.equal(elements.find(({ name }) => name === 'skipped')?.attributes['message'], 'ruff is not installed')
})

test('whatever checks have printed, both files can be read, and count what there is', () => {
  const text = fc.string({ unit: 'binary', maxLength: 60 })
  const finding = fc.record({
    file: fc.option(fc.string({ minLength: 1, unit: 'binary', maxLength: 20 })),
    line: fc.option(fc.integer({ min: 1 })),
    rule: fc.option(text),
    message: text,
    severity: fc.constantFrom('error' as const, 'warning' as const, 'note' as const),
  })
  const report: fc.Arbitrary<CheckReport> = fc.record({
    check: text,
    status: fc.constantFrom('passed' as const, 'failed' as const, 'skipped' as const),
    command: fc.option(text),
    exit_code: fc.option(fc.integer()),
    duration_ms: fc.nat(),
    output: text,
    reason: fc.option(text),
    findings: fc.array(finding, { maxLength: 4 }),
    more_findings: fc.nat(),
    failed_before: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(report, { maxLength: 4 }), (checks) => {
      assert.equal(isSarif(JSON.parse(toSarif(checks))), true, JSON.stringify(isSarif.errors))
      const elements = elementsOf(toJunit(checks))
      const [all] = elements
      const count = (name: string) => elements.filter((element) => element.name === name).length
      assert.equal(count('testsuite'), checks.length)
      assert.equal(all?.attributes['tests'], String(count('testcase')))
      assert.equal(all?.attributes['failures'], String(count('failure')))
      assert.equal(all?.attributes['skipped'], String(count('skipped')))
      assert.equal(count('skipped'), checks.filter(({ status }) => status === 'skipped').length)
    }),
  )
})
