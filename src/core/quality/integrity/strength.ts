// How much an assertion asks, told from its words: that something is there, that it is so in part, that it is exactly so.
import type { Language } from './languages.ts'

/** 0: it holds whatever the program does. */
export function strengthOf(text: string, language: Language): number {
  if (holdsAlways(text, language)) return 0
  const wild = WILDCARD.test(text) ? 0.4 : 0
  return Math.max(0.5, bare(text, language) - wild)
}

const WILDCARD =
  /\bexpect\.(?:any|anything|objectContaining|arrayContaining|stringContaining|stringMatching)\b|\b(?:mock\.)?ANY\b|\bmatch\.any\b|\banything\(\)|\bany\(\w*\)|\banyString\(\)|\bmock\.Anything\b/

function bare(text: string, language: Language): number {
  const verbs = verbsOf(text)
  const verb = verbs.at(-1) ?? ''
  const last = argumentsOf(text, text.lastIndexOf('(') === -1 ? text.length : lastCall(text))
  const negated =
    verbs.some((one) => one === 'not' || one === 'never') ||
    /^(?:not|refute|wont|should_?not|not_to|to_not)/i.test(verb)
  if (language === 'python' && /^assert\b(?!\s*\.|\w)/.test(text)) return ofCondition(text.replace(/^assert\s*\(?/, ''))
  if (language === 'go' && text.startsWith('if ')) return ofCondition(inverted(text.slice(3, text.lastIndexOf('{'))))
  if (
    /^(?:debug_)?assert!?\s*\(|^assert\.(?:ok)?\s*\(|^assert\.ok|assert(?:True|False|That)?\s*\((?!.*\)\s*\.)|\.(?:true|truthy|ok)\s*\($/i.test(
      text,
    ) &&
    isOfTruth(verb)
  )
    return ofCondition(argumentsOf(text, text.indexOf('('))[0] ?? '')
  return ofVerb(verb, verbs, last, negated, text)
}

function isOfTruth(verb: string): boolean {
  return /^(?:debug_)?(?:assert|assert_?true|assert_?false|ok|is_?true|true|that|assert_?that|t|expect_true)!?$/i.test(
    verb,
  )
}

const PARTLY =
  /contain|includ|match|regex|starts?_?with|ends?_?with|great|less|least|most|above|below|between|subset|like|hasitem|haskey|has_?entry|instance|typeof|kind_?of|isa|isin|property|assertin$|assert_in$|respond/i
const EXACT =
  /equal|^eql?$|_eq$|assert_eq|^tobe$|^be$|^is$|same|identical|deep|strict|null|nil$|none|empty|undefined|nan$|length|count|times|calledwith|called_with|called_once|statuscode|isodate|^a$|size/i
const FAILS = /throw|rais|reject|panic|expecterror|expectexception/i

function ofVerb(
  verb: string,
  verbs: readonly string[],
  last: readonly string[],
  negated: boolean,
  text: string,
): number {
  const word = verb.replace(/!$/, '')
  if (/^(?:pass|plan|anything)$/i.test(word)) return word.toLowerCase() === 'plan' ? 2 : 0
  if (FAILS.test(word) || verbs.some((one) => FAILS.test(one))) return ofFailure(word, last, negated, text)
  if (/no_?err|doesnot|does_not/i.test(word)) return 1.2
  if (
    /not_?null|is_?not_?none|not_?nil|not_?empty|defined$|truthy|falsy|exist|^ok$|^true$|^false$|^(?:be)?present$/i.test(
      word,
    ) &&
    !/undefined/i.test(word)
  )
    return 1
  if (/called$|wascalled|assert_called$/i.test(word)) return negated ? 2.6 : 1.5
  if (/snapshot/i.test(word)) return 2.6
  if (/close|approx|almost|delta|epsilon|within|allclose/i.test(word)) return 2.5
  if (/matchobject/i.test(word)) return 2.3
  if (/havelength|have_length|haveproperty/i.test(word)) return last.length > 1 || /length/i.test(word) ? 3 : 1.8
  if (PARTLY.test(word)) return isEmptyPattern(last) ? 0.5 : 2
  if (/not_?equal|notsame|notdeep|not_?eq|assert_ne|unequal/i.test(word) || (negated && EXACT.test(word)))
    return /null|undefined|none|nil|empty/i.test(word + last.join('')) ? 1 : 1.5
  if (/strict/i.test(word)) return 3.1
  return 3
}

function ofFailure(word: string, last: readonly string[], negated: boolean, text: string): number {
  if (negated || /not_?throw|nothing_?raised|doesnot|notrejects/i.test(word)) return 1.2
  if (/raises|warns/.test(word)) {
    const any = /^\s*(?:Base)?Exception\s*$/.test(last[0] ?? '')
    return any ? 2 : text.includes('match') ? 3.2 : 3
  }
  const wants = /^to/i.test(word) || /^expect/i.test(word) ? last.length > 0 : last.length > 1
  return wants ? (/^\s*(?:Error|Exception|Throwable\.class|Exception\.class)\s*$/.test(last.at(-1) ?? '') ? 2.2 : 3) : 2
}

/** `false` when it fails where the condition holds. */
function inverted(condition: string): string {
  return condition
    .replace(/^.*;/, '')
    .replaceAll('!=', '\u0001')
    .replaceAll('==', '!=')
    .replaceAll('\u0001', '==')
    .replace(/^\s*!\s*/, '')
}

/** Of an expression that has to be true. */
function ofCondition(condition: string): number {
  const text = condition.replace(/"[^"]*"|'[^']*'|`[^`]*`/g, '""').trim()
  if (/\s(?:or|\|\|)\s|\|\|/.test(text)) return 1.8
  if (/is\s+not\s+None|!==?\s*(?:null|undefined|nil|None)/.test(text)) return 1
  if (/approx|isclose|allclose/i.test(text)) return 2.5
  if (/===?|\bis\b|\.equals\(|\.eql?\(|isDeepStrictEqual|reflect\.DeepEqual|bytes\.Equal|Equal\(/.test(text)) return 3
  if (/!==?/.test(text)) return 1.5
  if (
    /[<>]=?|\bin\b|\.(?:includes|contains|has|match|test|startswith|endswith|startsWith|endsWith|some|every)\(|isinstance|instanceof|=~/.test(
      text,
    )
  )
    return 2
  return 1
}

function isEmptyPattern(last: readonly string[]): boolean {
  return last.some((one) =>
    /^\s*(?:r?""|r?''|``|\/(?:\.\*?|\^|\$|\(\?:\)|\.\+|\[\\s\\S\]\*)?\/\w*|r?["']\.[*+]["'])\s*$/.test(one),
  )
}

const LITERAL =
  /^\s*(?:true|True|1|"[^"]*"|'[^']+'|\[\s*\]|\{\s*\}|!0|!!1|not\s+False|!false|\d+\s*(?:===?|<=?)\s*\d+)\s*$/

function holdsAlways(text: string, language: Language): boolean {
  if (/\|\|\s*(?:true|1)\b|\bor\s+(?:True|1)\b/.test(text)) return true
  if (language === 'go' && text.startsWith('if ')) return /^if\s+(?:false|1\s*==\s*2)\b/.test(text)
  if (language === 'python' && /^assert\b(?!\s*\.|\w)/.test(text)) {
    const condition = text.replace(/^assert\s*/, '').replace(/,\s*f?["'][^"']*["']\s*$/, '')
    if (LITERAL.test(condition)) return true
    const sides = condition.split('==')
    return sides.length === 2 && isPlain(sides[0] ?? '') && sides[0]?.trim() === sides[1]?.trim()
  }
  const open = text.indexOf('(')
  if (open === -1) return false
  const first = argumentsOf(text, open)
  const verb = verbsOf(text).at(-1) ?? ''
  if (/^(?:expect|assertThat)\b/.test(text) && closeOf(text, open) < text.length - 1) {
    const subject = first[0]?.trim() ?? ''
    const last = argumentsOf(text, lastCall(text))[0]?.trim()
    if (/\.(?:rejects|resolves)\b/.test(text)) return false
    if (/\bnot\b/.test(text.slice(closeOf(text, open)))) return false
    if (LITERAL.test(subject) || /^-?\d+(?:\.\d+)?$/.test(subject)) return /^expect\s*\(/.test(text) || subject === last
    return last !== undefined && last === subject && isPlain(subject)
  }
  if (/^expect\s*\(/.test(text) && language === 'javascript') return true
  if (isOfTruth(verb)) return LITERAL.test(first[0] ?? '') && !/false/i.test(verb)
  const [one, two] = [first[0]?.trim() ?? '', first[1]?.trim() ?? '']
  return first.length >= 2 && one === two && isPlain(one) && !/not|throw|ne!?$/i.test(verb)
}

/** The same text twice compares something with itself; two calls may be about what is the same each time. */
function isPlain(text: string): boolean {
  return /^[\w\s.'"[\]{}:,-]*$/.test(text) && !/\bawait\b/.test(text)
}

/** The words of the calls and properties of a chain, in order; arguments are left out. */
function verbsOf(text: string): readonly string[] {
  let outer = ''
  let depth = 0
  for (const character of text) {
    if ('([{'.includes(character)) depth += 1
    else if (')]}'.includes(character)) depth -= 1
    else if (depth === 0) outer += character
  }
  const words = outer.match(/[A-Za-z_]\w*!?/g) ?? []
  const told = words.filter(
    (word) =>
      !/^(?:to|be|been|have|has|with|that|and|self|this|t|assert|expect|require|Assert|Assertions|await|resolves|eventually|should|tap|chai|soft|it|do|end)$/.test(
        word,
      ),
  )
  return told.length === 0 ? words.slice(-1) : told
}

function lastCall(text: string): number {
  let depth = 0
  for (let at = text.length - 1; at >= 0; at -= 1) {
    const character = text[at] ?? ''
    if (')]}'.includes(character)) depth += 1
    else if ('([{'.includes(character)) {
      depth -= 1
      if (depth === 0) return at
    }
  }
  return text.length
}

function closeOf(text: string, open: number): number {
  let depth = 0
  for (let at = open; at < text.length; at += 1) {
    if ('([{'.includes(text[at] ?? '')) depth += 1
    else if (')]}'.includes(text[at] ?? '')) {
      depth -= 1
      if (depth === 0) return at
    }
  }
  return text.length - 1
}

/** Of the call whose bracket stands at `open`: its arguments' texts. */
function argumentsOf(text: string, open: number): readonly string[] {
  if (open >= text.length || open < 0) return []
  const inside = text.slice(open + 1, closeOf(text, open))
  if (inside.trim() === '') return []
  const parts: string[] = []
  let [depth, from, quote] = [0, 0, '']
  for (let at = 0; at < inside.length; at += 1) {
    const character = inside[at] ?? ''
    if (quote !== '') {
      if (character === '\\') at += 1
      else if (character === quote) quote = ''
    } else if ('"\'`'.includes(character)) quote = character
    else if ('([{'.includes(character)) depth += 1
    else if (')]}'.includes(character)) depth -= 1
    else if (character === ',' && depth === 0) {
      parts.push(inside.slice(from, at))
      from = at + 1
    }
  }
  return [...parts, inside.slice(from)].filter((part) => part.trim() !== '')
}
