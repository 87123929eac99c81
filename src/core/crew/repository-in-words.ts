// The repository that a request names in its words: "fix the login in https://host/owner/repo". Without a model, so it takes only what
// can hardly mean anything else.
import { repositoryOf } from '../vocabulary/code-host.ts'
import type { WorkspaceSource } from '../vocabulary/task.ts'

const URLS = /https?:\/\/[^\s<>"'`)\]}]+/giu
const HOSTS =
  /^(?:(?:www\.)?(?:github\.com|gitlab\.com|bitbucket\.org|codeberg\.org)|(?:git|gitea|gitlab|github|forgejo|code)\.[a-z0-9.-]+)$/
/** First parts of paths on those hosts that are nobody's name. */
const NO_OWNERS = new Set(
  'about account admin api apps assets blog collections contact customer-stories docs enterprise events explore features gist help issues join login marketplace mobile new notifications orgs pricing pulls readme search security session settings signup site sponsors stars topics trending user users'.split(
    ' ',
  ),
)

/** Null where none is named, more than one is, or it may as well be a page to look at. Pure. */
export function repositoryInWords(words: string): Extract<WorkspaceSource, { type: 'git' }> | null {
  const urls = [...new Set(words.slice(0, 20_000).match(URLS) ?? [])].map((url) => url.replace(/[.,;:!?…]+$/, ''))
  const [only] = urls
  if (only === undefined || urls.length > 1) return null
  const named = repositoryOf(only)
  if (named.type === 'invalid') return null
  const { host, origin, path } = named.place
  const parts = path.split('/')
  const [owner = '', name = '', tree, ...ref] = parts
  const isNamedSo = /\.git\/*$/.test(only)
  if (!isNamedSo && !HOSTS.test(host)) return null
  if (owner === '' || name === '' || NO_OWNERS.has(owner.toLowerCase())) return null
  if (parts.length === 2) return { type: 'git', url: `${origin}/${path}`, ref: null, paths: [] }
  if (tree !== 'tree' || ref.length !== 1 || isNamedSo) return null
  return { type: 'git', url: `${origin}/${owner}/${name}`, ref: ref[0] ?? null, paths: [] }
}
