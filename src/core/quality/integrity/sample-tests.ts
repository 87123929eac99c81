// Small test files in many languages, which the tests of this folder change for better and worse.
import { findWeakenings } from '../find-weakenings.ts'
import type { ChangedFile, Weakening } from '../weakening.ts'

export type Files = Readonly<Record<string, string | null>>
/** Rules that must be found, and no others; null: nothing that anybody has to be asked about. */
export type Sample = readonly [title: string, before: Files, after: Files, rules: readonly string[] | null]

export const js = (body: string, name = 'adds') => `import assert from 'node:assert/strict'
import { test } from 'node:test'
import { add } from './add.js'
test('${name}', () => {
${body}
})
`
export const SUM = '  assert.equal(add(1, 2), 3)\n  assert.equal(add(2, 2), 4)'
export const one = (before: string, after: string): [Files, Files] => [
  { 'add.test.js': before },
  { 'add.test.js': after },
]
export const at = (path: string, before: string, after: string | null): [Files, Files] => [
  { [path]: before },
  { [path]: after },
]

export const py = (body: string, head = '') => `from calc import add\n\n${head}def test_add():\n${body}\n`
export const PY = '    assert add(1, 2) == 3\n    assert add(2, 2) == 4'
export const go = (body: string) => `package calc\n\nimport "testing"\n\nfunc TestAdd(t *testing.T) {\n${body}\n}\n`
export const GO = '\tif got := Add(1, 2); got != 3 {\n\t\tt.Errorf("got %d", got)\n\t}'
export const rust = (body: string, head = '') =>
  `#[cfg(test)]\nmod tests {\n    use super::*;\n\n    #[test]\n${head}    fn adds() {\n${body}\n    }\n}\n`
export const RUST = '        assert_eq!(add(1, 2), 3);\n        assert_eq!(add(2, 2), 4);'
export const java = (body: string, head = '') =>
  `class CalcTest {\n    @Test\n${head}    void adds() {\n${body}\n    }\n}\n`
export const JAVA = '        assertEquals(3, add(1, 2));\n        assertEquals(4, add(2, 2));'
export const ruby = (body: string, word = 'it') => `describe Calc do\n  ${word} "adds" do\n${body}\n  end\nend\n`
export const RUBY = '    expect(add(1, 2)).to eq(3)\n    expect(add(2, 2)).to eq(4)'
export const php = (body: string) =>
  `<?php\nclass CalcTest extends TestCase {\n    public function testAdds(): void {\n${body}\n    }\n}\n`
export const PHP = '        $this->assertSame(3, add(1, 2));\n        $this->assertSame(4, add(2, 2));'
export const manifest = (scripts: Record<string, string>, more: object = {}) =>
  JSON.stringify({ name: 'x', scripts, ...more }, null, 2)
export const expectJs = (body: string) =>
  `import { expect, it, describe } from 'vitest'\ndescribe('math', () => {\n  it('adds', () => {\n${body}\n  })\n})\n`

function changes(before: Files, after: Files): readonly ChangedFile[] {
  const paths = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  return paths.map((path) => ({ path, before: before[path] ?? null, after: after[path] ?? null }))
}

export function errors(before: Files, after: Files): readonly Weakening[] {
  return findWeakenings(changes(before, after)).filter(({ severity }) => severity === 'error')
}
