// The offline router: decides by rules what a request is. It errs towards saying no: a recipe that builds something
// else than what was asked would be worse than none.
import type { RecipeName } from './project.ts'
import { greetingIn } from './recipes/greeting.ts'
import { themeIn } from './recipes/theme.ts'
import { shellCommandIn } from './shell-commands.ts'
import type { SmallTalk } from './small-talk.ts'
import { isStatement, smallTalkIn } from './small-talk.ts'

export type Classification =
  | { readonly type: 'build'; readonly recipe: RecipeName }
  | { readonly type: 'shell'; readonly command: string }
  | { readonly type: 'about-me' }
  | { readonly type: 'question' }
  /** Asks for software, but for more or other than a recipe makes. `because` completes "I can't, since it asks for …". */
  | { readonly type: 'beyond'; readonly because: string }
  /** Wants nothing done. */
  | { readonly type: 'small-talk'; readonly kind: SmallTalk }
  /** Not clear: one short question to the person. */
  | { readonly type: 'unclear'; readonly ask: string }

/** A request is not longer: what comes behind is not read. */
const READ = 2_000
const POLITE =
  /^(?:(?:hey|hi|yo|ok(?:ay)?|first(?:ly)?|also|next|finally|so|now|well|factotum|bot)[,!.]?\s+(?=\S)|hello[,!.]\s+(?!world)|(?:please|kindly|just|then)\b[,]?\s*|(?:can|could|would|will) you\s+(?:please\s+|be so (?:kind|nice) (?:and|as to|to)\s+)?(?!explain|tell|describe)|i(?:'d| would) like (?:you )?to (?!have an? )(?:have you )?|i (?:want|need) you to |i (?:want|need)(?= an? )|i(?:'d| would) like(?: to have)?(?= an? )|basically,? |what i (?:want|need) is |(?:i think )?we need (?=an? )|(?:the|my|some) tests? (?:fails?|are (?:red|broken|failing))(?:,| and|, so) (?=make|fix)|let'?s |help me (?:to )?|go ahead and |i was wondering if you (?:can|could) |(?:would|is) it (?:be )?possible to )\s*/i
const BUILD =
  /^(?:create|make|build|write|generate|develop|implement|code|scaffold|bootstrap|set ?up|produce|start|design|give me|prepare|program)\b/i
const QUESTION =
  /^(?:what|what's|how|why|when|where|who|whom|whose|which|is|are|was|were|do(?! (?:something|it|that|this|the (?:following|same)|these|some|everything|anything|better|more|again)\b)|does|did|has|have|should|shall|may|might|can i|could i|explain|tell me|describe|define|compare|summari[sz]e|translate(?! (?:the|my|our) (?:readme|docs?|page|site|app|file|documentation))|discuss|teach|remind me (?=what|who|when|where|how)|difference|(?:can|could|would|will) you (?:please )?(?:explain|tell|describe))\b/i
const ABOUT_ME =
  /^(?:help|what can you do|what do you do|who are you|what are you|what'?s your name|what is your name|what are your (?:skills|abilities|capabilities)|are you (?:offline|online|an? (?:ai|bot|robot))|which model (?:are you|do you use)|what model (?:are you|do you use)|how can you help(?: me)?|what do you know|\/?start|\/?help|what(?:'s| is) factotum|(?:i need|can you|could you|please) help(?: me)?|help me|tell me about yourself|introduce yourself)\s*[?!.]*$/i

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
/** What a page has is no page. */
const PART_OF_PAGE =
  /\b(?:page|site|app)(?:'s)? (?:background|title|heading|header|footer|colou?rs?|font|layout|width|button)s?\b/i
const IMPERATIVE =
  /^(?:add|remove|delete|install|uninstall|deploy|send|e-?mail|book|order|buy|find|search|download|upload|open|close|refactor|rename|move|copy|upgrade|update|migrate|optimi[sz]e|improve|convert|clean|format|publish|push|merge|commit|schedule|remind|call|play|draw|paint|compose|sing|calculate|train|scrape|analy[sz]e|check|test|monitor|connect|integrate|configure|restart|stop|kill|shut|turn|show|list|get|fetch|read|print|run|execute|rewrite|port|document|review|look|plan|record|save|store|back ?up|restore|sort|count|extract|replace|change|set|switch|use|put|try|post|tweet|charge|pay|translate|transfer|simulate|compile|bundle|profile|benchmark|encrypt|reply|answer|clone|fork|host|launch|serve|give)\b/i
const VAGUE =
  /^(?:please )?(?:(?:fix|repair|improve|change|update|do|make|continue|finish|redo|undo|delete|remove|test|check|start|stop|run|try|deploy|open|show|send|build|create|write|add|correct|debug|solve|go|go on|carry on|help|optimi[sz]e|refactor|publish|rename|translate|move|handle|use)(?: me)?(?: with)?(?: (?:it|this|that|these|those|them|something|anything|stuff|things|everything|the (?:thing|stuff|rest|other one|bug|error|problem|issue|code|program)|one|mine|some|all))?(?: (?:again|better|nicer|faster|prettier|work|working|now|please|up|on|good|nice|pretty|great|cool|happen|else|a (?:bit|little)|more|less|for me|there|here|properly|right|perfect|work again|to work|look|looking|beautiful|professional))*)[\s.!?]{0,10}$/i
const RESTYLE = /^(?:make|turn|change|set|switch|paint|colou?r|style|restyle) (?:it|the|this|its|my)\b/i

/** Pure, and quick for any input. The same words always give the same answer; `request` is best in plain words. */
export function classify(request: string): Classification {
  const literal = shellCommandIn(withoutPoliteness(request.trim()))
  if (literal !== null) return { type: 'shell', command: literal }
  const said = request.slice(0, READ).trim()
  const talk = smallTalkIn(said)
  if (talk !== null) return { type: 'small-talk', kind: talk }
  const text = withoutPoliteness(said)
  if (ABOUT_ME.test(text) || ABOUT_ME.test(said)) return { type: 'about-me' }
  if (QUESTION.test(text)) return { type: 'question' }
  return orderIn(text) ?? withoutOrder(text, said)
}

function orderIn(text: string): Classification | null {
  if (FIX.test(text) && isTestRepair(text)) return { type: 'build', recipe: 'fix-tests' }
  if (isLook(text) && RESTYLE.test(text)) return { type: 'build', recipe: 'restyle' }
  if (titleChangeIn(text) !== null || LOOK_AND_TITLE.test(text)) return { type: 'build', recipe: 'restyle' }
  return BUILD.test(text) || isNounPhrase(text) ? buildingRecipe(text) : null
}

function withoutOrder(text: string, said: string): Classification {
  if (/\?\s{0,5}$/.test(text) && /\p{L}/u.test(text)) return { type: 'question' }
  if (text.split(/\s+/).length <= 8 && VAGUE.test(text)) return { type: 'unclear', ask: questionAbout(text) }
  if ((BUILD.test(text) || FIX.test(text) || IMPERATIVE.test(text)) && /\S\s+\S/.test(text)) {
    return { type: 'beyond', because: 'something that none of my recipes makes' }
  }
  if (isStatement(said) && !TROUBLE.test(text)) return { type: 'small-talk', kind: 'statement' }
  return { type: 'unclear', ask: questionAbout(text) }
}

const TROUBLE = /\b(?:broken|crash\w*|does(?:n'?t| not) work|fails?|wrong)\b/i

/** At most 200 characters. */
function questionAbout(text: string): string {
  const words = text.replaceAll(/[\s.!?]+/g, ' ').trim()
  if (words === '') return 'What would you like me to do?'
  if (/^(?:please )?(?:fix|repair|correct|debug|solve)\b/i.test(words))
    return 'What should I fix, and what goes wrong with it?'
  if (
    /^(?:please )?(?:improve|optimi[sz]e|refactor)\b|\bbetter|nicer|prettier|faster|beautiful|professional\b/i.test(
      words,
    )
  ) {
    return 'What should be better about it: the colours, the words, or what it does?'
  }
  if (/^(?:please )?(?:delete|remove)\b/i.test(words)) return 'What exactly should I remove?'
  if (/^(?:please )?(?:create|build|make|write|add)\b/i.test(words)) return 'What should I make, and what is it for?'
  if (TROUBLE.test(words)) {
    return 'What happens, and what should happen instead?'
  }
  if (words.length <= 60) return `What should I do about “${words}”?`
  return 'What would you like me to do with this?'
}

/** The text asks for nothing but other colours of what is there. */
export function isLook(text: string): boolean {
  return themeIn(text) !== null && outsideOf(text, RESTYLE_WORDS).length === 0
}

/** As change.ts puts the two together. */
const LOOK_AND_TITLE = /^make it [a-z]+(?: [a-z]+)? and change the title to "[^"]{1,160}"$/
const TITLE_CHANGE =
  /^(?:(?:change|set|rename|replace|switch|update) (?:it|(?:(?:the|its|my) )?(?:title|heading|headline|header|text|greeting|name|words?|message|page|app|site|start page))(?: (?:of|on) (?:it|(?:the|my) (?:page|app|site|website|start page)))? (?:to|into|as|with|by)(?: say| read)?|(?:call|name|title) it|(?:and )?(?:it|the (?:page|app|site|title|heading|greeting|text)) (?:should|must|shall|has to|needs to) (?:say|read|show|display|be|be called)|(?:let|make|have) (?:it|the (?:page|app|site|title|heading)) (?:say|read|show|display|be called)|(?:the )?(?:title|heading|text|greeting) (?:is|:))\s*:?\s+(.{1,160})$/i

/** The words that a page is to show from now on; null when the text asks for more than that, or for something else. */
export function titleChangeIn(text: string): string | null {
  const wanted = TITLE_CHANGE.exec(text.replace(/[\s.!]{1,10}$/, ''))?.[1]
  if (wanted === undefined) return null
  const quoted = /^["“”«»'‘`]([^"“”«»`\n]{1,120})["“”«»'’`](?: instead| now| please|,? please)*$/.exec(wanted)?.[1]
  const words = (quoted ?? wanted.replace(/,?(?: instead| please| now){1,3}$/i, '')).trim()
  if (words === '' || (quoted === undefined && (isLook(words) || words.split(/\s+/).length > 8))) return null
  if (
    quoted === undefined &&
    /^(?:an? |able |bigger|smaller|better|faster|nicer|centred|centered|more |less |bold|responsive|in (?:the )?)/i.test(
      words,
    )
  )
    return null
  return words.replaceAll('"', "'")
}

function buildingRecipe(text: string): Classification | null {
  const plain = unquotedPart(text)
  const recipe = targetOf(plain)
  if (recipe === null || PART_OF_PAGE.test(plain)) return null
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
  'a an the my me us our one some please new small simple tiny little basic minimal nice nicely pretty beautiful good looking clean modern plain quick working complete full single first please for in on with and using use that which is of to it from only no zero without any dependency dependencies create make build write generate develop implement code scaffold bootstrap set up setup produce start design give prepare program web app application webapp webserver server http page website site html css js javascript node nodejs python python3 stdlib standard library tests test tested unit unittest node:test readme hello world greeting look theme colour color style styled dark light blue green red purple orange pink teal yellow violet turquoise rose gold mode background dependency-free self-contained i want need would like you can could now just then really very also its own file files separate as project example demo starter sample serve serving serves run running runs port local localhost locally thing something'.split(
    ' ',
  ),
)
const RESTYLE_WORDS = new Set([
  ...PLAIN_WORDS,
  ...'turn change switch paint restyle accent background colors colours theme this that look all everything more version into be add use apply try enable bit little much'.split(
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
    /^(?:an? |one |new |simple |hello|python |todo|static |json |rest |web ?app |web ?site |landing page )/i.test(
      text,
    ) &&
    !/\b(?:is|are|was|were|has|had|have|do|does|did|should|needs?|works?|crash\w*|broke\w*|fail\w*|don't|not)\b/i.test(
      text,
    ) &&
    /\s/.test(text.trim()) &&
    text.split(/\s+/).length <= 14
  )
}

export function unquotedPart(text: string): string {
  return text.replaceAll(/["“”«»`][^"“”«»`\n]{1,120}["“”«»`]|(?<!\w)['‘][^\n]{1,120}?['’](?!\w)/g, ' ')
}

export function withoutPoliteness(text: string): string {
  let rest = text
  for (let round = 0; round < 5; round += 1) {
    const next = rest.replace(POLITE, '').trimStart()
    if (next === rest || next === '') break
    rest = next
  }
  return rest
}
