// JSON with trailing commas or comments, which people and models write and JSON does not have.
import { linesOf } from '../text-lines.ts'
import type { Rule } from '../rule.ts'
import { lineFix, saidBy } from '../rule.ts'

const SAYS_JSON =
  /JSON\.parse|in JSON at position|is not valid JSON|Expected .{0,40} in JSON|JSONDecodeError|Invalid package config|ERR_INVALID_PACKAGE_CONFIG|EJSONPARSE|Unexpected token|Expected double-quoted|not JSON|json\.decoder|Bad control character|Expecting (?:property name|value)|Illegal trailing comma/i
/** Written with comments by custom. */
const WITH_COMMENTS = /(?:^|\/)(?:tsconfig[^/]*|jsconfig|devcontainer|\.eslintrc|\.babelrc|\.swcrc)\.json$|\.vscode\//
const MOST_CHARACTERS = 500_000

export const jsonSyntax: Rule = {
  name: 'JSON syntax',
  diagnose: async ({ failed, paths, read }) => {
    const said = saidBy(failed)
    if (!SAYS_JSON.test(said) && !failed.some(({ check }) => check.includes('.json'))) return null
    const fixes = []
    for (const path of paths.filter((one) => one.endsWith('.json') && !WITH_COMMENTS.test(one)).slice(0, 100)) {
      const text = await read(path)
      if (text === null || text.length > MOST_CHARACTERS || isJson(text)) continue
      const plain = plainJson(text)
      if (plain === null || !isJson(plain)) continue
      const [before, after] = [linesOf(text), linesOf(plain)]
      if (before.length !== after.length) continue
      for (const [index, { text: line }] of before.entries()) {
        const now = after[index]?.text ?? ''
        if (line !== now)
          fixes.push(lineFix(path, index + 1, line, now.trimEnd(), 'JSON has no trailing commas and no comments'))
      }
    }
    if (fixes.length === 0) return null
    return { cause: 'A JSON file has trailing commas or comments, which JSON does not have.', fixes, commands: [] }
  },
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text.replace(/^\uFEFF/, ''))
    return true
  } catch {
    return false
  }
}

/** Without comments and commas before a closing bracket, line for line; null where a string does not end. */
function plainJson(text: string): string | null {
  let result = ''
  let comma = -1
  for (let at = 0; at < text.length;) {
    const char = text.charAt(at)
    if (char === '"') {
      const string = /^"(?:[^"\\\n]|\\.)*"/.exec(text.slice(at))?.[0]
      if (string === undefined) return null
      result += string
      at += string.length
      comma = -1
    } else if (text.startsWith('//', at) || text.startsWith('/*', at)) {
      const isLine = text.startsWith('//', at)
      const end = isLine ? text.indexOf('\n', at) : text.indexOf('*/', at)
      if (end === -1 && !isLine) return null
      const comment = text.slice(at, end === -1 ? text.length : isLine ? end : end + 2)
      result += comment.replace(/[^\r\n]/g, '')
      at += comment.length
    } else {
      if ((char === '}' || char === ']') && comma !== -1) result = result.slice(0, comma) + result.slice(comma + 1)
      if (char === ',') comma = result.length
      else if (!/\s/.test(char)) comma = -1
      result += char
      at += 1
    }
  }
  return result
}
