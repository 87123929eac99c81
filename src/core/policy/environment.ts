// Settings in the environment that change which programs run, or have others run beside them.
import type { Arg } from './effect.ts'

const CHANGES = new RegExp(
  [
    '^(PATH|LD_\\w+|DYLD_\\w+|BASH_ENV|ENV|PROMPT_COMMAND|PS[0-4]|SHELLOPTS|BASHOPTS|BASH_FUNC\\w*|IFS|SHELL|GIT_\\w+|NODE_OPTIONS|NODE_PATH',
    'PYTHON(PATH|STARTUP|HOME|INSPECT|WARNINGS|BREAKPOINT|USERBASE|EXECUTABLE)|PERL5?(OPT|LIB|DB|5OPT|5LIB|5DB|LIB)|RUBY(OPT|LIB)|PHPRC|PHP_INI_SCAN_DIR',
    '_?JAVA_(TOOL_)?OPTIONS|JDK_JAVA_OPTIONS|CLASSPATH|MAVEN_OPTS|GRADLE_OPTS|PAGER|MANPAGER|EDITOR|VISUAL|BROWSER|LESSOPEN|LESSCLOSE|SUDO_\\w+',
    'MAKEFLAGS|RUSTC(_WRAPPER)?|CARGO_\\w+|GOFLAGS|npm_config_\\w+|NPM_CONFIG_\\w+|YARN_\\w+|PIP_\\w+|UV_\\w+|TAR_OPTIONS|RSYNC_RSH|SSH_ASKPASS|CVS_RSH',
    'https?_proxy|HTTPS?_PROXY|ALL_PROXY|GCONV_PATH|WGETRC|CURL_HOME|KUBECONFIG|DOCKER_HOST|OPENSSL_CONF|OPENSSL_MODULES|TERMINFO|XDG_\\w+|FPATH|ZDOTDIR',
    'GREP_OPTIONS|FZF_DEFAULT_\\w+|VIMINIT|EXINIT|LOCPATH|NLSPATH|HOSTALIASES|RES_OPTIONS|TMUX|PROMPT)$',
  ].join('|'),
)

/** How large Node may grow and the like: they say nothing about what runs. */
const HARMLESS_NODE =
  /^\s*(--(max-old-space-size=\d+|no-warnings|no-deprecation|enable-source-maps|trace-\w+|experimental-[\w-]+|stack-size=\d+)(\s+|$))*$/

/** They say how much is told and kept, not what runs. */
const HARMLESS =
  /^(CARGO_(TERM_\w+|INCREMENTAL|NET_(OFFLINE|RETRY)|PROFILE_\w+)|PIP_(DISABLE_PIP_VERSION_CHECK|NO_CACHE_DIR|NO_INPUT|QUIET|ROOT_USER_ACTION|DEFAULT_TIMEOUT|PROGRESS_BAR|BREAK_SYSTEM_PACKAGES)|(npm_config|NPM_CONFIG)_(loglevel|LOGLEVEL|yes|YES|fund|FUND|audit|AUDIT|progress|PROGRESS|legacy_peer_deps|update_notifier|color|COLOR)|YARN_ENABLE_\w+|UV_(NO_PROGRESS|LINK_MODE|SYSTEM_PYTHON))$/
const HARMLESS_JAVA = /^\s*(-(X(m[xsn]|ss)\d+[kmgKMG]?|D[\w.]+=[\w./:-]*)(\s+|$))*$/
const HARMLESS_GO = /^\s*(-(mod=\w+|v|race|count=\d+|buildvcs=\w+|tags=[\w,]+|trimpath)(\s+|$))*$/
const OWN_FOLDERS = /^(?!.*\.\.)(\$\{?PWD\}?|\.|[A-Za-z_])[\w./:-]*(:\$\{?\w+PATH\}?)?$/
const USUAL_FOLDER =
  /^(\$\{?PATH\}?|((\$\{?PWD\}?|\$\(pwd\)|\.)\/)?([\w-]+\/)*(node_modules\/\.bin|\.?venv\/bin|vendor\/bin)|(\$\{?HOME\}?|~)\/(\.local|\.cargo|go|\.bun|\.deno|\.npm-global|\.pyenv|\.rbenv)\/(bin|shims)|\/usr(\/local)?(\/go)?\/s?bin|\/s?bin)$/

/** Where programs are usually installed, beside those that were found before. */
export function isUsualPath(value: string): boolean {
  return value
    .replace(/^"(.*)"$/s, '$1')
    .split(':')
    .every((folder) => USUAL_FOLDER.test(folder))
}

/** Programs of the project's own come before others, or are read by them: `project`. Anything may be what runs: `anything`. */
export function changesWhatRuns(name: string, value: Arg): 'nothing' | 'project' | 'anything' {
  if (!mayChangeWhatRuns(name, value)) return 'nothing'
  if (value === null) return 'anything'
  if (name === 'PATH' && isUsualPath(value)) return 'project'
  return (name === 'PYTHONPATH' || name === 'NODE_PATH') && OWN_FOLDERS.test(value) ? 'project' : 'anything'
}

function mayChangeWhatRuns(name: string, value: Arg): boolean {
  if (HARMLESS.test(name)) return false
  if (name === 'PYTHONWARNINGS') return value === null || !/^[a-z]+$/.test(value)
  if (/^(MAVEN_OPTS|GRADLE_OPTS|_?JAVA_(TOOL_)?OPTIONS)$/.test(name))
    return value === null || !HARMLESS_JAVA.test(value)
  if (name === 'GOFLAGS') return value === null || !HARMLESS_GO.test(value)
  if (name === 'NODE_OPTIONS' && value !== null && HARMLESS_NODE.test(value)) return false
  if (name === 'GIT_PAGER' || name === 'PAGER' || name === 'MANPAGER') return value !== 'cat' && value !== ''
  if (/^GIT_((AUTHOR|COMMITTER)_(NAME|EMAIL|DATE)|TERMINAL_PROMPT|MERGE_AUTOEDIT|OPTIONAL_LOCKS)$/.test(name))
    return false
  return CHANGES.test(name)
}
