// What of a folder is worth reading: not what tools make, not what by custom holds secrets, not what is no text.
import { basename, extname } from 'node:path'

const TOOL_FOLDERS: ReadonlySet<string> = new Set(
  'node_modules .git .hg .svn .venv venv __pycache__ .cache .next .nuxt .tox .mypy_cache .pytest_cache .gradle .idea .vscode .factotum .terraform'.split(
    ' ',
  ),
)
const GENERATED: ReadonlySet<string> = new Set(
  'package-lock.json npm-shrinkwrap.json yarn.lock pnpm-lock.yaml bun.lockb Cargo.lock poetry.lock uv.lock Pipfile.lock composer.lock Gemfile.lock go.sum'.split(
    ' ',
  ),
)
const SECRETS =
  /^(\.env(\..+)?|\.netrc|\.pgpass|\.npmrc|\.pypirc|id_(rsa|dsa|ecdsa|ed25519)|.*\.(pem|key|p12|pfx|keystore|jks|kdbx))$/i
const NO_SECRETS = /\.(example|sample|template)$/i
const DOCUMENTS: ReadonlySet<string> = new Set('.pdf .docx .xlsx .pptx .odt .ods .odp .epub .rtf'.split(' '))
const CODE: ReadonlySet<string> = new Set(
  '.ts .tsx .js .jsx .mjs .cjs .py .rb .go .rs .java .kt .kts .swift .c .h .cc .cpp .hpp .cs .php .pl .lua .r .scala .sh .bash .ps1 .sql .css .scss .html .vue .svelte .json .yaml .yml .toml .ini .xml .gradle .tf .proto .graphql'.split(
    ' ',
  ),
)
/** How much of a file tells whether it is text. */
const LOOKED_AT = 8_192

export function isToolFolder(name: string): boolean {
  return TOOL_FOLDERS.has(name)
}

export function isDocument(path: string): boolean {
  return DOCUMENTS.has(extname(path).toLowerCase())
}

export function isCode(path: string): boolean {
  return CODE.has(extname(path).toLowerCase())
}

/** In a few words; null where the name speaks against nothing. */
export function reasonToSkip(path: string): string | null {
  const name = basename(path)
  // Git lists what was once added by mistake, too.
  if (path.split('/').some(isToolFolder)) return 'what tools put there'
  if (SECRETS.test(name) && !NO_SECRETS.test(name)) return 'such files hold secrets'
  if (GENERATED.has(name) || /\.(min\.(js|css)|map)$/i.test(name)) return 'made by a program'
  return null
}

/** Null where it is none: bytes that text never has. */
export function decodeText(bytes: Uint8Array): string | null {
  const wide =
    bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : null
  if (wide !== null) return new TextDecoder(wide).decode(bytes)
  if (bytes.subarray(0, LOOKED_AT).includes(0)) return null
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    const text = new TextDecoder('windows-1252').decode(bytes)
    // Old western texts have a few such letters; what has many of these was never meant to be read.
    return /[\u0001-\u0008\u000e-\u001a]/.test(text) ? null : text
  }
}
