// Makes a request plain before the rules read it: mends the commonest slips of the keyboard, and puts simple German, French and
// Spanish requests into the English words that the rules know. What stands in quotation marks or code stays as it is.

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

type Language = {
  readonly signs: RegExp
  readonly phrases: readonly (readonly [RegExp, string])[]
  readonly words: Words
}
type Words = Readonly<Record<string, string>>

const LANGUAGES: readonly Language[] = [
  {
    signs:
      /(?<!\p{L})(?:erstell\p{L}*|bau\p{L}{0,2}|mach|mache|schreib|schreibe|bitte|danke|eine|einen|ein|führe|warum|wieso|welche\p{L}?|farbe|webseite|webanwendung|programmier\p{L}*|ich|kannst|erkläre|hallo|guten|repariere|zeige|zeig|moin|vielen|dank|nein|tschüss|bist|heißt|wie)(?!\p{L})/giu,
    phrases: [
      [/^(?:bitte )?führe? (.{1,200}?) aus[.!]?$/iu, 'run $1'],
      [
        /^((?:(?:nein|und|ok|okay|jetzt|bitte|danke|ach|super|toll|doch)[,.!]? ){0,3})(?:mach|mache|färbe?) (?:es|sie|die seite|das) (?:bitte )?(?:jetzt )?/iu,
        '$1make it ',
      ],
      [/(?<!\p{L})(?:kannst|könntest|würdest) du (?:mir )?(?:bitte )?/giu, 'please '],
      [/(?<!\p{L})ich (?:möchte|hätte gern|will|brauche) /giu, 'i want '],
      [/(?<!\p{L})(?:vielen dank|danke (?:schön|sehr|dir))(?!\p{L})/giu, 'thanks '],
      [/(?<!\p{L})wie (?:heißt du|ist dein name)(?!\p{L})/giu, "what's your name"],
      [/(?<!\p{L})wie heiße ich(?!\p{L})/giu, 'what is my name'],
      [/(?<!\p{L})was kannst du(?!\p{L})/giu, 'what can you do'],
      [/(?<!\p{L})wer bist du(?!\p{L})/giu, 'who are you'],
      [/(?<!\p{L})guten (?:morgen|tag|abend)(?!\p{L})/giu, 'hello'],
      [/(?<!\p{L})(?:die|das|der) (?=(?:["“„«][^"”“»\n]{0,120}["”“»] )?(?:sagt|zeigt|grüßt))/giu, 'that '],
      [/(["“„«][^"”“»\n]{1,120}["”“»]) (?:sagt|zeigt|anzeigt)/giu, 'says $1'],
      [/(?<!\p{L})ändere (?:den|die) (?:titel|überschrift) (?:zu|in|auf) /giu, 'change the title to '],
      [/(?<!\p{L})repariere? (?:bitte )?die (?:fehlschlagenden|kaputten|roten) tests?/giu, 'fix the failing tests'],
    ],
    words: {
      erstelle: 'create',
      erstell: 'create',
      erstellen: 'create',
      baue: 'build',
      bau: 'build',
      bauen: 'build',
      mach: 'make',
      mache: 'make',
      schreib: 'write',
      schreibe: 'write',
      programmiere: 'write',
      mir: 'me',
      bitte: 'please',
      danke: 'thanks',
      nein: 'no',
      ja: 'yes',
      hallo: 'hello',
      moin: 'hello',
      tschüss: 'bye',
      eine: 'a',
      ein: 'a',
      einen: 'a',
      einer: 'a',
      kleine: 'small',
      einfache: 'simple',
      kleines: 'small',
      einfaches: 'simple',
      webseite: 'website',
      internetseite: 'website',
      homepage: 'homepage',
      webanwendung: 'web app',
      'web-app': 'web app',
      seite: 'page',
      sagt: 'says',
      zeigt: 'shows',
      blau: 'blue',
      grün: 'green',
      rot: 'red',
      lila: 'purple',
      gelb: 'yellow',
      rosa: 'pink',
      dunkel: 'dark',
      dunkelblau: 'dark blue',
      dunkelrot: 'dark red',
      dunkelgrün: 'dark green',
      hell: 'light',
      für: 'for',
      über: 'about',
      mit: 'with',
      meine: 'my',
      meinen: 'my',
      mein: 'my',
      und: 'and',
      was: 'what',
      wie: 'how',
      warum: 'why',
      wieso: 'why',
      wann: 'when',
      wer: 'who',
      wo: 'where',
      welche: 'which',
      welcher: 'which',
      welches: 'which',
      erkläre: 'explain',
      erklär: 'explain',
      ist: 'is',
      sind: 'are',
      nochmal: 'again',
      jetzt: 'now',
      den: 'the',
      die: 'the',
      der: 'the',
      das: 'the',
      zeige: 'show',
      zeig: 'show',
      dateien: 'files',
      alle: 'all',
      kommandozeilenprogramm: 'command line tool',
      wörter: 'words',
      zählt: 'counts',
      test: 'test',
    },
  },
  {
    signs:
      /(?<!\p{L})(?:voudrais|veux|je|des|crée|créer|créez|cree|fais|faites|écris|construis|une|merci|bonjour|salut|avec|pourquoi|quelle?|qui|peux|pourrais|explique|rends|change[rz]?|mets|svp|moi|est-ce|lance|exécute|au revoir)(?!\p{L})/giu,
    phrases: [
      [/s['’]il (?:te|vous) pla[iî]t/giu, 'please'],
      [/^fais(?:-moi| moi) /giu, 'make '],
      [/(?<!\p{L})(?:peux|pourrais|pouvez)[- ](?:tu|vous) /giu, 'please '],
      [/(?<!\p{L})(?:rends|mets|fais)[- ](?:le|la|les) (?:en )?/giu, 'make it '],
      [/(?<!\p{L})je (?:veux|voudrais|souhaite) /giu, 'i want '],
      [/api (json|rest)/giu, '$1 API'],
      [/application web|appli web/giu, 'web app'],
      [/site (?:web|internet)/giu, 'website'],
      [/page web/giu, 'web page'],
      [/(?<!\p{L})qu['’]est-ce (?:que c['’]est )?qu[e'’]\s?/giu, 'what is '],
      [/(?<!\p{L})qui (?=(?:dit|affiche))/giu, 'that '],
      [/(?<!\p{L})(?:exécute|lance) (?=`)/giu, 'run '],
    ],
    words: {
      crée: 'create',
      cree: 'create',
      créer: 'create',
      créez: 'create',
      fais: 'make',
      faites: 'make',
      écris: 'write',
      construis: 'build',
      moi: 'me',
      une: 'a',
      un: 'a',
      petite: 'small',
      petit: 'small',
      simple: 'simple',
      dit: 'says',
      affiche: 'shows',
      bleu: 'blue',
      bleue: 'blue',
      vert: 'green',
      verte: 'green',
      rouge: 'red',
      violet: 'purple',
      jaune: 'yellow',
      rose: 'pink',
      sombre: 'dark',
      clair: 'light',
      merci: 'thanks',
      non: 'no',
      oui: 'yes',
      bonjour: 'hello',
      salut: 'hello',
      avec: 'with',
      pour: 'for',
      des: 'some',
      mon: 'my',
      ma: 'my',
      et: 'and',
      en: 'in',
      pourquoi: 'why',
      comment: 'how',
      quand: 'when',
      quelle: 'which',
      quel: 'which',
      explique: 'explain',
      est: 'is',
      le: 'the',
      la: 'the',
      les: 'the',
      svp: 'please',
      maintenant: 'now',
    },
  },
  {
    signs:
      /(?<!\p{L})(?:crea|crear|haz|hazme|hacer|escribe|construye|una|gracias|hola|por favor|qué|cómo|cuál|quién|puedes|podrías|quiero|necesito|ejecuta|explica|ponlo|ponla|hazlo|hazla|adiós|buenos)(?!\p{L})/giu,
    phrases: [
      [/por favor/giu, 'please'],
      [/(?<!\p{L})(?:puedes|podrías|podría) (?:crear(?:me)?|hacer(?:me)?)(?!\p{L})/giu, 'please create'],
      [/(?<!\p{L})(?:quiero|necesito|quisiera) /giu, 'i want '],
      [/(?<!\p{L})(?:ponl[oa]|hazl[oa]) (?:en |de color |más )?/giu, 'make it '],
      [/(?<!\p{L})cómo me llamo(?!\p{L})/giu, 'what is my name'],
      [/aplicación web/giu, 'web app'],
      [/(?:página|sitio) web/giu, 'website'],
      [/(?<!\p{L})que (?=(?:diga|dice|muestre|muestra)(?!\p{L}))/giu, 'that '],
      [/buenos días|buenas (?:tardes|noches)/giu, 'hello'],
    ],
    words: {
      crea: 'create',
      crear: 'create',
      haz: 'make',
      hazme: 'make me',
      escribe: 'write',
      construye: 'build',
      una: 'a',
      un: 'a',
      pequeña: 'small',
      sencilla: 'simple',
      diga: 'says',
      dice: 'says',
      muestre: 'shows',
      azul: 'blue',
      verde: 'green',
      rojo: 'red',
      roja: 'red',
      morado: 'purple',
      amarillo: 'yellow',
      rosa: 'pink',
      oscuro: 'dark',
      claro: 'light',
      gracias: 'thanks',
      hola: 'hello',
      con: 'with',
      para: 'for',
      sobre: 'about',
      mi: 'my',
      y: 'and',
      en: 'in',
      qué: 'what',
      cómo: 'how',
      cuál: 'which',
      quién: 'who',
      es: 'is',
      la: 'the',
      el: 'the',
      de: 'of',
      ejecuta: 'run',
      explica: 'explain',
      ahora: 'now',
      adiós: 'bye',
    },
  },
]

/** At most this much is read: a request is found before (long-paste.ts). */
const READ = 2_000
const CODE_OR_QUOTED = /(`[^`\n]{0,400}`|"[^"\n]{0,200}"|“[^”\n]{0,200}”|„[^“”\n]{0,200}[“”]|«[^»\n]{0,200}»)/

/** The request in plain English words, as far as they are known. Linear in a bounded text; idempotent for English. */
export function plainWords(text: string): string {
  const read = text.slice(0, READ).replaceAll(/[’‘]/g, "'")
  const language = languageOf(read)
  const told = language === null ? read : phrasesOf(read, language)
  return told
    .split(CODE_OR_QUOTED)
    .map((part, index) => (index % 2 === 1 ? part.replace(/^„(.*)[“”]$/, '“$1”') : wordsOf(part, language)))
    .join('')
}

function languageOf(text: string): Language | null {
  const outside = text.split(CODE_OR_QUOTED).filter((_, index) => index % 2 === 0)
  const words = Math.max(
    1,
    outside
      .join(' ')
      .split(/\s+/)
      .filter((word) => word !== '').length,
  )
  let best: { readonly language: Language; readonly share: number } | null = null
  for (const language of LANGUAGES) {
    const signs = outside.reduce((count, part) => count + (part.match(language.signs)?.length ?? 0), 0)
    const share = signs / words
    if (signs > 0 && share >= 0.15 && share > (best?.share ?? 0)) best = { language, share }
  }
  return best?.language ?? null
}

function phrasesOf(text: string, language: Language): string {
  return language.phrases.reduce((told, [pattern, english]) => told.replace(pattern, english), text.trim())
}

function wordsOf(text: string, language: Language | null): string {
  return text.replaceAll(/[\p{L}][\p{L}-]*/gu, (word) => {
    const lower = word.toLowerCase()
    const known = (language !== null && Object.hasOwn(language.words, lower) ? language.words[lower] : null) ?? null
    if (known !== null) return known
    if (Object.hasOwn(SHORT_SLIPS, lower)) return SHORT_SLIPS[lower] ?? word
    return mended(lower) ?? word
  })
}

/** The keyword that a longer word is one slip away from; null where it is none. */
function mended(word: string): string | null {
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
