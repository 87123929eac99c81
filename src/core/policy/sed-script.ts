// What a script of sed would do beside printing: write files, run programs.
import type { Arg, Effect } from './effect.ts'
import { hides, reads, together, writes } from './effect.ts'
import { parseArguments } from './arguments.ts'

export function sedEffect(args: readonly Arg[]): Effect {
  const inPlace = args.some((arg) => arg !== null && (/^-[a-zA-Z]*i/.test(arg) || arg.startsWith('--in-place')))
  const plain = args.map((arg) => (arg !== null && /^-i.+/.test(arg) ? '-i' : arg))
  const { operands, values, has } = parseArguments(plain, ['-e', '--expression', '-f', '--file', '-l'])
  const isGiven = has('-e', '--expression', '-f', '--file')
  const scripts = isGiven ? values('-e', '--expression') : operands.slice(0, 1)
  const files = isGiven ? operands : operands.slice(1)
  const found = scripts.map((script) => (script === null ? 'unclear' : sedDoes(script)))
  const effects = [inPlace ? writes('sed -i writes', files) : reads('sed only reads', files)]
  if (found.includes('unclear') || has('-f', '--file')) effects.push(hides('its script may run programs'))
  if (found.includes('writes')) effects.push(writes('its script writes files', [null]))
  return together(...effects)
}

const ADDRESS = /^\s*(?:\d+(?:~\d+)?|\$|\/(?:[^/\\\n]|\\.)*\/[IM]*|\\(.)(?:(?!\1)[^\\\n]|\\.)*\1[IM]*)?/s

/** 'unclear' for what runs a program, and for whatever is not understood. */
function sedDoes(script: string): 'reads' | 'writes' | 'unclear' {
  let rest = script
  let does: 'reads' | 'writes' = 'reads'
  const skip = (pattern: RegExp): string | null => {
    const match = pattern.exec(rest)
    if (match === null || match.index !== 0) return null
    rest = rest.slice(match[0].length)
    return match[0]
  }
  while (rest.trim() !== '') {
    if (skip(/^[\s;}]+/) !== null && rest === '') break
    if (skip(/^#[^\n]*/) !== null) continue
    skip(ADDRESS)
    if (skip(/^\s*,\s*[+~]?/) !== null) skip(ADDRESS)
    skip(/^[\s!]*/)
    const command = rest[0] ?? ''
    rest = rest.slice(1)
    if (command === 's' || command === 'y') {
      const delimiter = rest[0] ?? ''
      if (delimiter === '' || /[\s\\]/.test(delimiter)) return 'unclear'
      rest = rest.slice(1)
      for (let part = 0; part < 2; part += 1) {
        let at = 0
        while (at < rest.length && rest[at] !== delimiter) at += rest[at] === '\\' ? 2 : 1
        if (at >= rest.length) return 'unclear'
        rest = rest.slice(at + 1)
      }
      const flags = skip(/^[a-zA-Z0-9]*/) ?? ''
      if (/e/.test(flags)) return 'unclear'
      if (/w/.test(flags)) {
        does = 'writes'
        skip(/^[^\n]*/)
      }
    } else if (command === 'w' || command === 'W') {
      does = 'writes'
      skip(/^[^\n]*/)
    } else if ('aicrR'.includes(command) && command !== '') skip(/^(?:[^\\\n]|\\[\s\S])*/)
    else if ('btTqQlL'.includes(command) && command !== '') skip(/^[^;}\n]*/)
    else if (!'pPdDgGhHxnN=z{}F'.includes(command) || command === '') return 'unclear'
  }
  return does
}
