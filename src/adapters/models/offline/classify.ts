// The offline router: decides by rules what a request is. It errs towards saying no: a recipe that builds something
// else than what was asked would be worse than none.
import type { RecipeName } from './project.ts'
import { greetingIn } from './recipes/greeting.ts'
import { themeIn } from './recipes/theme.ts'
import { shellCommandIn } from './shell-commands.ts'

export type Classification =
  | { readonly type: 'build'; readonly recipe: RecipeName }
  | { readonly type: 'shell'; readonly command: string }
  | { readonly type: 'about-me' }
  | { readonly type: 'question' }
  /** Asks for software, but for more or other than a recipe makes. `because` completes "I can't, since it asks for …". */
  | { readonly type: 'beyond'; readonly because: string }
  | { readonly type: 'unclear' }

const POLITE =
  /^(?:(?:hey|hi|ok(?:ay)?|so|now|well|factotum|bot)[,!.]?\s+(?=\S)|hello[,!.]\s+(?!world)|(?:please|kindly|just|then)\b[,]?\s*|(?:can|could|would|will) you\s+(?:please\s+)?(?!explain|tell|describe)|i(?:'d| would) like (?:you )?to (?:have you )?|i (?:want|need) you to |i (?:want|need)(?= an? )|i(?:'d| would) like(?= an? )|let'?s |help me (?:to )?|go ahead and )\s*/i
const BUILD =
  /^(?:create|make|build|write|generate|develop|implement|code|scaffold|bootstrap|set ?up|produce|start|design|give me|prepare|program)\b/i
const QUESTION =
  /^(?:what|what's|how|why|when|where|who|whom|whose|which|is|are|was|were|do|does|did|has|have|should|shall|may|might|can i|could i|explain|tell me|describe|define|compare|summari[sz]e|translate|discuss|teach|difference|(?:can|could|would|will) you (?:please )?(?:explain|tell|describe))\b/i
const ABOUT_ME =
  /^(?:help|what can you do|what do you do|who are you|what are you|what'?s your name|what is your name|what are your (?:skills|abilities|capabilities)|are you (?:offline|online|an? (?:ai|bot|robot))|which model (?:are you|do you use)|what model (?:are you|do you use)|how can you help(?: me)?|what do you know|hi|hello|hey|good (?:morning|evening|afternoon)|\/?start|\/?help)(?: there)?\s*[?!.]*$/i

/** What no recipe contains: asked for, it makes the request more than a recipe can honestly answer. */
const FEATURES =
  /\b(log-?ins?|sign-?(?:in|up)s?|auth\w*|accounts?|passwords?|oauth|jwt|databases?|db|sqlite\w*|postgres\w*|mysql|mongo\w*|redis|orm|chat\w*|messenger|games?|tetris|snake|chess|upload\w*|payments?|checkout|shop|e-?commerce|stripe|cart|react|vue|svelte|angular|next(?:\.?js)|nuxt|express(?:\.?js)?|fastify|nest(?:js)?|koa|hono|django|flask|fastapi|bottle|tailwind|bootstrap css|docker\w*|kubernetes|deploy\w*|web ?sockets?|real-?time|emails?|maps?|weather|scrap\w+|crawl\w*|machine learning|ai|llm|gpt\S*|blockchain|crypto\w*|mobile|android|ios|desktop|electron|graphql|grpc|typescript|golang|go lang|rust|java|kotlin|swift|ruby|rails|php|laravel|c\+\+|c#|\.net|elixir|scala|perl|haskell|dashboard|charts?|calendar|booking\w*|notifications?|calculator|clock|timer|quiz|blog engine|cms|admin panel)\b/i
const API =
  /\b(?:(?:json|rest(?:ful)?|http|crud|web)[- ]*)*(?:api|apis|rest service|json service|web service|crud (?:service|server|backend)|backend)\b/i
const WEB_APP =
  /\b(?:web ?-?(?:app(?:lication)?|server)|(?:app|application) for the web|http server|node(?:\.?js)? (?:app|application|server)|hello,?[ -]world (?:app|application|server|program with a page))\b/i
const SITE =
  /\b(?:static|html|landing|web|home|single|simple)?[ -]?(?:web ?-?sites?|sites?|web ?-?pages?|landing pages?|home ?pages?|html (?:pages?|files?|documents?)|static pages?|page)\b/i
const CLI =
  /\b(?:command[- ]line|cli|terminal|console|shell)[- ](?:tool|app(?:lication)?|program|utility|script|interface|command)s?\b|\bcli\b/i
const KNOWN_TOOL =
  /\b(?:tool|program|script|utility|command|app)\b.*\b(?:count\w*|pretty-?\s?print\w*|format\w*|convert\w*|csv)\b|\b(?:word[- ]?count\w*|json[- ](?:pretty[- ]?print\w*|format\w*)|csv[- ]to[- ]json)\b/i
const PYTHON = /\bpython\w*\b/i
const TESTS =
  /\b(?:unit |failing |failed |broken |red |all |the |my |these |those |this |that |our |project'?s? )*tests?\b|\btest (?:suite|case|failures?)\b/i
const FIX =
  /^(?:fix|repair|correct|debug|solve|find (?:and fix )?the bug|make\b.*\b(?:pass|green|work)\b|get\b.*\b(?:pass\w*|green|to work)\b)/i
const RESTYLE = /^(?:make|turn|change|set|switch|paint|colou?r|style|restyle) (?:it|the|this|its|my)\b/i

/** Pure. The same words always give the same answer. */
export function classify(request: string): Classification {
  const text = withoutPoliteness(request.trim())
  if (text === '') return { type: 'unclear' }
  if (ABOUT_ME.test(text) || ABOUT_ME.test(request.trim())) return { type: 'about-me' }
  const command = shellCommandIn(text)
  if (command !== null) return { type: 'shell', command }
  if (QUESTION.test(text)) return { type: 'question' }
  if (FIX.test(text) && isTestRepair(text)) return { type: 'build', recipe: 'fix-tests' }
  if (RESTYLE.test(text) && themeIn(text) !== null && outsideOf(text, RESTYLE_WORDS).length === 0) {
    return { type: 'build', recipe: 'restyle' }
  }
  if (BUILD.test(text) || isNounPhrase(text)) {
    const built = buildingRecipe(text)
    if (built !== null) return built
  }
  if (text.endsWith('?')) return { type: 'question' }
  return BUILD.test(text) || FIX.test(text)
    ? { type: 'beyond', because: 'something that none of my recipes makes' }
    : { type: 'unclear' }
}

function buildingRecipe(text: string): Classification | null {
  const plain = unquotedPart(text)
  const recipe = targetOf(plain)
  if (recipe === null) return null
  const feature = FEATURES.exec(subjectless(plain, recipe))?.[0]
  if (feature !== undefined)
    return { type: 'beyond', because: `“${feature.toLowerCase()}”, which no recipe of mine contains` }
  if (recipe === 'web-app' || recipe === 'python-web') {
    const rest = greetingIn(text) === null ? outsideOf(plain, PLAIN_WORDS) : []
    if (rest.length > 0)
      return { type: 'beyond', because: `“${rest.slice(0, 4).join(' ')}”, and my web app only shows a greeting` }
  }
  return { type: 'build', recipe }
}

function targetOf(text: string): RecipeName | null {
  const python = PYTHON.test(text)
  if (CLI.test(text) || KNOWN_TOOL.test(text)) return python ? null : 'cli'
  if (API.test(text)) return python ? null : 'json-api'
  if (WEB_APP.test(text)) return python ? 'python-web' : 'web-app'
  if (SITE.test(text)) return python ? 'python-web' : 'static-site'
  return null
}

/** The text without the words that only name what the thing is about: an API for "accounts" needs no log-in. */
function subjectless(text: string, recipe: RecipeName): string {
  if (recipe === 'json-api')
    return text
      .replace(/\b(?:for|of|to manage|managing|that manages?) (?:a |an |my |the |our )?(?:list of )?\w+/i, ' ')
      .replace(/\b\w+ (?=(?:(?:json|rest(?:ful)?|http|crud) )*api\b)/i, (word) =>
        FEATURES.test(word) && /^(?:graphql|grpc|ai|weather|chat|auth\w*|payments?)/i.test(word) ? word : ' ',
      )
  if (recipe === 'static-site')
    return text.replace(
      /\b(?:for|about|called|named)\b.*$/i,
      (rest) => /\b(?:with|and|using)\b.*$/i.exec(rest)?.[0] ?? '',
    )
  return text
}

const PLAIN_WORDS = new Set(
  'a an the my me us our one some new small simple tiny little basic minimal nice nicely pretty beautiful good looking clean modern plain quick working complete full single first please for in on with and using use that which is of to it from only no zero without any dependency dependencies create make build write generate develop implement code scaffold bootstrap set up setup produce start design give prepare program web app application webapp webserver server http page website site html css js javascript node nodejs python python3 stdlib standard library tests test tested unit unittest node:test readme hello world greeting look theme colour color style styled dark light blue green red purple orange pink teal yellow violet turquoise rose gold mode background dependency-free self-contained i want need would like you can could now just then really very also its own file files separate as project example demo starter sample serve serving serves run running runs port local localhost locally thing something'.split(
    ' ',
  ),
)
const RESTYLE_WORDS = new Set([
  ...PLAIN_WORDS,
  ...'turn change switch paint restyle accent background colors colours theme this that look all everything more version into be'.split(
    ' ',
  ),
])

function outsideOf(text: string, known: ReadonlySet<string>): readonly string[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}][\p{L}\p{N}:.'-]*/gu) ?? []
  return words
    .map((word) => word.replace(/[.':-]+$/, ''))
    .filter(
      (word) =>
        !known.has(word) && !known.has(word.replaceAll('-', '')) && !word.split('-').every((part) => known.has(part)),
    )
}

function isTestRepair(text: string): boolean {
  if (outsideOf(text, REPAIR_WORDS).length > 4) return false
  return TESTS.test(text) || /\bbug\b.*\b(?:here|code|workspace|project|program)\b|\bthe (?:bug|code)\b/i.test(text)
}

const REPAIR_WORDS = new Set([
  ...PLAIN_WORDS,
  ...'fix repair correct debug solve find bug bugs get pass passes passing green work works failing failed fails fail broken red all these those this there are suite case cases failure failures so because currently until again they'.split(
    ' ',
  ),
])

/** "a hello world web app": a wish without a verb, and with no verb of another kind. */
function isNounPhrase(text: string): boolean {
  return (
    /^(?:an? |one |new |simple |hello|python |todo|static |json |rest )/i.test(text) &&
    !/\b(?:is|are|was|were|has|had|have|do|does|did|should|needs?|works?|crash\w*|broke\w*|fail\w*|don't|not)\b/i.test(
      text,
    ) &&
    text.split(/\s+/).length <= 14
  )
}

function unquotedPart(text: string): string {
  return text.replaceAll(/["“”«»`][^"“”«»`\n]{1,120}["“”«»`]|(?<!\w)['‘][^\n]{1,120}?['’](?!\w)/g, ' ')
}

function withoutPoliteness(text: string): string {
  let rest = text
  for (let round = 0; round < 5; round += 1) {
    const next = rest.replace(POLITE, '').trimStart()
    if (next === rest || next === '') break
    rest = next
  }
  return rest
}
