// The commonest slips of the keyboard in the words by which requests are told apart.

const KEYWORDS =
  'create build generate write website application python static command please remember change repair failing convert server title prefer always hello world colour purple yellow orange explain landing background implement develop homepage program another instead'.split(
    ' ',
  )
/** Words one letter away from a keyword that are words themselves. */
const NOT_SLIPS = new Set(
  'would white wrote built guild chance charge serves severe sever tile titles places tests texts state creates created creator writer writes builds built worlds words commands programs programme servers service failings hollow cello jello repairs always allways statics changes changed charged explains preferred prefers commend sailing falling filing failings convent converts purples orangey yellowy mellow bellow fellow nother bother other colours color colored pleased pleases pleas wild bold behold develops developed develope applications websites'.split(
    ' ',
  ),
)
const SHORT_SLIPS: Readonly<Record<string, string>> = {
  plz: 'please',
  pls: 'please',
  plese: 'please',
  pleae: 'please',
  creat: 'create',
  craete: 'create',
  crate: 'create',
  mke: 'make',
  mkae: 'make',
  mak: 'make',
  maek: 'make',
  amke: 'make',
  biuld: 'build',
  bulid: 'build',
  buld: 'build',
  webiste: 'website',
  wesbite: 'website',
  webstie: 'website',
  webapp: 'web app',
  webap: 'web app',
  wep: 'web',
  teh: 'the',
  hte: 'the',
  adn: 'and',
  thx: 'thanks',
  thnx: 'thanks',
  tahnks: 'thanks',
  thnaks: 'thanks',
  ty: 'thanks',
  whta: 'what',
  waht: 'what',
  hwo: 'how',
  u: 'you',
  ur: 'your',
  ya: 'you',
  blu: 'blue',
  gren: 'green',
  rde: 'red',
  drak: 'dark',
  pyhton: 'python',
  pyton: 'python',
  pythn: 'python',
  tset: 'test',
  tsets: 'tests',
  fx: 'fix',
  fxi: 'fix',
  rnu: 'run',
  wanna: 'want to',
  gonna: 'going to',
  gimme: 'give me',
  lemme: 'let me',
}

/** What a word in small letters was meant to be; null where it is no slip that is known. A longer one is a slip of one letter. */
export function mended(word: string): string | null {
  if (Object.hasOwn(SHORT_SLIPS, word)) return SHORT_SLIPS[word] ?? null
  if (word.length < 5 || word.length > 13 || NOT_SLIPS.has(word) || KEYWORDS.includes(word)) return null
  return KEYWORDS.find((keyword) => keyword.length >= 5 && isOneSlip(word, keyword)) ?? null
}

/** One letter more, less or other, or two neighbours swapped; a plural or past form is no slip. */
function isOneSlip(word: string, keyword: string): boolean {
  if (Math.abs(word.length - keyword.length) > 1 || word.startsWith(keyword)) return false
  let start = 0
  while (start < word.length && word[start] === keyword[start]) start += 1
  const [one, other] = [word.slice(start), keyword.slice(start)]
  if (one.length === other.length) {
    return (
      one.slice(1) === other.slice(1) || (one[0] === other[1] && one[1] === other[0] && one.slice(2) === other.slice(2))
    )
  }
  return one.length > other.length ? one.slice(1) === other : one === other.slice(1)
}
