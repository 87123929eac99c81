// What code of other languages plainly shows: what it starts, deletes and reaches, and whether it hides what it does.
import type { Arg, Effect } from './effect.ts'
import { asks, destroys, hides, NOT_KNOWN, starts, together, unknown } from './effect.ts'
import { hostOfUrl } from './network-programs.ts'
import { unescaped } from './outputs.ts'

const DESTROYS =
  /rmtree|unlink|\bremove(dirs)?\s*\(|\brmdir|rmSync|\brm\s*\(|rimraf|truncate|deleteTree|rm_rf|rm_r\b|FileUtils\.rm|delete_?file|mkfs|shred|File\.delete|wipe/i
const NETWORK =
  /\b(socket|urllib|urlopen|requests|httpx|http\.client|fetch|https?\.(get|request)|axios|net\.connect|createConnection|ftplib|smtplib|paramiko|IO::Socket|LWP|Net::|open-uri|TCPSocket|fsockopen|curl_exec|file_get_contents)\b/
/** It makes code of text, or finds what it calls by a name that it makes up. */
export const EVALUATES =
  /(?<![.\w])exec\s*\(|\bexecfile|\beval\b|__import__|importlib|getattr|globals|locals\(|__builtins__|__class__|__subclasses__|(?<!re\.)compile\(|marshal|pickle|ctypes|cffi|Function\s*\(|process\.(binding|dlopen|mainModule)|\b(?:require|import)\s*\(\s*(?!\s|'[^'\\]*'\s*\)|"[^"\\]*"\s*\))|constructor\s*[([]|\.constructor|Reflect|create_function|instance_eval|class_eval|public_send|\bsend\s*\(?\s*[^'"\s)]|loadstring|(?<![.\w])load\s*\(|\b(globalThis|global|window|self|process|module|os|sys|subprocess|builtins|Kernel|Object)\s*\[|\[[^\]\n]{0,200}['"]\s{0,9}\+|\+\s*['"][^\]'"]*['"]\s*\]\s*\(|vm\.run|runIn\w*Context|do shell script|\bdo\s+['"]|createRequire|assert\s*\(\s*['"]/
const DECODES =
  /base64|b64decode|fromhex|unhexlify|codecs|atob|Buffer\.from|fromCharCode|\bpack\s*\(?|unpack|\bchr\s*\(|\\x[\da-f]{2}|\\u\{?[\da-f]{2}|\\[0-7]{3}|\[::-1\]|reverse|rot13|\.join\(/i
const STARTS =
  /\bsystem\b|popen|spawn|subprocess|child_process|\bexec\w*\s*\(|execv|\bpty\b|\bfork|\bqx\b|\bopen3?\s*\(?\s*['"]\s*\||\|\s*['"]|shell_exec|passthru|proc_open|pcntl|Kernel|os\.execute|io\.popen|Deno\.(run|Command)|Bun\.(spawn|\$)|\$`|\bsyscall|\bsetuid|process\.kill|os\.kill|execa|zx\b/i

/** What is longer is not looked through. */
const LONGEST_CODE = 20_000
const MOST_TEXTS = 200

const STRING = String.raw`(?:(?<prefix>[bBuUrRfF]{0,2})(?:"(?<double>(?:[^"\\]|\\.)*)"|'(?<single>(?:[^'\\]|\\.)*)')|${'`'}(?<ticked>(?:[^${'`'}\\]|\\.)*)${'`'}|\{(?<braced>[^}]*)\})`
const SHELL_CALL = new RegExp(
  String.raw`(?:os\.system|os\.popen|subprocess\.(?:run|call|check_call|check_output|Popen|getoutput)|execSync|exec|system|shell_exec|passthru|popen|os\.execute|io\.popen|qx)\s*\(?\s*${STRING}`,
  'g',
)
const LIST_CALL =
  /(?:subprocess\.(?:run|call|check_call|check_output|Popen)\s*\(\s*\[([^\]]*)\]|(?:spawnSync|spawn|execFileSync|execFile)\s*\(\s*(['"][^'"]*['"](?:\s*,\s*\[[^\]]*\])?))/g
/** They only say where the calls come from. */
const IMPORTS =
  /\bimport\s+subprocess\b|\bfrom\s+subprocess\s+import\s+(?:PIPE|DEVNULL|STDOUT)\b|\b(?:const|let|var)\s*\{[^}:]{0,300}\}\s*=\s*require\(\s*['"](?:node:)?child_process['"]\s*\)|\bimport\s*\{(?:(?! as )[^}]){0,300}\}\s*from\s*['"](?:node:)?child_process['"]|require\(\s*['"](?:node:)?child_process['"]\s*\)(?=\s*\.\s*(?:exec|spawn)\w*\s*\()|\bsubprocess\.(?:PIPE|DEVNULL|STDOUT|TimeoutExpired|CalledProcessError)\b/g

/** As far as addresses stand there; what it really reaches is decided on when it does. */
function hostsIn(code: string): readonly Arg[] {
  const urls = [...code.matchAll(/\b(?:https?|wss?):\/\/[^\s'"`\\)]+/g)].map(([url]) => hostOfUrl(url))
  if (urls.length > 0) return urls
  return /\b(localhost|127\.0\.0\.1|0\.0\.0\.0|AF_UNIX|TestClient|testclient|::1)\b/.test(code) ? ['localhost'] : [null]
}

/**
 * Whatever the language: calls of a shell with plain text are read, deletions and connections seen, what is hidden is said to be.
 * What stands in a file (`isFile`) may start programs of its own, as all of the project's files may.
 */
export function textEffect(name: string, code: string, isFile: boolean): Effect {
  if (code.length > LONGEST_CODE) return hides(`what ${name} would run is not known`)
  const effects: Effect[] = [unknown(`${name} runs code`)]
  const isTicked = /^(perl|ruby|php|irb)/.test(name)
  const texts = [...code.matchAll(SHELL_CALL)].map(({ groups = {} }) => {
    const { prefix = '', double, single, ticked, braced } = groups
    if (ticked !== undefined) return unescaped(ticked.replace(/\$\{[^}]*\}/g, NOT_KNOWN), true)
    const text = double ?? single ?? braced ?? ''
    return unescaped(/f/i.test(prefix) ? text.replace(/\{[^}]*\}/g, NOT_KNOWN) : text, true)
  })
  const lists = [...code.matchAll(LIST_CALL)].map(([, list, called]) => literalsIn(list ?? called ?? ''))
  const ticks = isTicked ? [...code.matchAll(/`([^`]*)`/g)].map(([, text]) => text ?? '') : []
  const runs = [
    ...[...texts, ...ticks]
      .filter((text) => !(isFile && text.startsWith(NOT_KNOWN)))
      .map((text) => ({ type: 'shell' as const, text })),
    ...lists
      .filter((words) => words.length > 0 && !(isFile && words[0] === null))
      .map((words) => ({ type: 'command' as const, words })),
  ]
  if (runs.length > 0) effects.push(starts(`${name} starts it`, ...runs))
  const deeds = deletionsIn(code)
  if (deeds !== null) effects.push(destroys('the code deletes', deeds))
  // In a file it is decided on when it connects.
  if (NETWORK.test(code) && !isFile) effects.push(asks('the code uses the network', hostsIn(code)))
  if (hidesIn(code, isFile, isTicked)) effects.push(hides('what the code starts can not be seen'))
  return together(...effects)
}

function hidesIn(code: string, isFile: boolean, isTicked: boolean): boolean {
  const spelled = unescaped(code, true)
  if (isFile)
    return (
      [code, spelled].some((text) => EVALUATES.test(text) && DECODES.test(code)) ||
      (DECODES_ALONE.test(code) && STARTS.test(spelled))
    )
  const rest = code.replace(SHELL_CALL, '').replace(LIST_CALL, '').replace(IMPORTS, '')
  if (EVALUATES.test(rest) || STARTS.test(rest) || (isTicked && /\bsend\b|\bload\b|\|/.test(rest) && STARTS.test(rest)))
    return true
  return (
    spelled !== code &&
    (EVALUATES.test(spelled.replace(SHELL_CALL, '')) ||
      STARTS.test(spelled.replace(SHELL_CALL, '').replace(LIST_CALL, '').replace(IMPORTS, '')))
  )
}

/** Beside a start of programs, these are hardly for anything else. */
const DECODES_ALONE =
  /b64decode|unhexlify|fromhex|atob\s*\(|fromCharCode|['"]base64['"]|rot13|\\x[\da-f]{2}\\x[\da-f]{2}/i

const DELETION =
  /(?:\b(?:shutil\.)?rmtree|\b(?:fs\w*\.)?(?:promises\.)?(?:rmSync|rmdirSync|unlinkSync|unlink|rmdir|truncateSync|truncate|rimrafSync|rimraf|rm)|\bos\.(?:remove|unlink|rmdir|removedirs)|FileUtils\.rm\w*|File\.delete|Dir\.rmdir)\s*\(?\s*(?:[fFrR]?"([^"\\{}$]*)"|[fFrR]?'([^'\\{}$]*)')(?=\s*[,)\n;]|\s*$)/g

/** The paths that it deletes; null among them where they are not known, null alone where it deletes nothing. */
function deletionsIn(code: string): readonly Arg[] | null {
  const paths = [...code.matchAll(DELETION)].map(([, double, single]) => double ?? single ?? null)
  const rest = code
    .replace(DELETION, '')
    .replace(/\b(?:import|from)\b[^\n;]*/g, '')
    .replace(/\{[^{}]*\}\s*=\s*require\([^)]*\)/g, '')
  const isMore = DESTROYS.test(rest)
  return paths.length === 0 && !isMore ? null : [...new Set([...paths, ...(isMore ? [null] : [])])]
}

function literalsIn(text: string): readonly Arg[] {
  const pieces = text.replace(/['"]\s*,\s*\[/g, (whole) => whole.replace('[', '')).split(',')
  return pieces.slice(0, MOST_TEXTS).flatMap((piece): readonly Arg[] => {
    const plain = /^\s*[bru]{0,2}(?:'([^']*)'|"([^"]*)")\s*\]?\s*$/.exec(piece)
    if (plain !== null) return [plain[1] ?? plain[2] ?? null]
    const quotedOnes = [...piece.matchAll(/['"]([^'"]*)['"]/g)].map(([, word]) => word ?? '')
    return quotedOnes.length > 0 ? quotedOnes : piece.trim() === '' ? [] : [null]
  })
}
