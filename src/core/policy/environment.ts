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
  /^(\s*--(max-old-space-size=\d+|no-warnings|no-deprecation|enable-source-maps|trace-\w+|experimental-[\w-]+|stack-size=\d+)\s*)*$/

export function changesWhatRuns(name: string, value: Arg): boolean {
  if (name === 'NODE_OPTIONS' && value !== null && HARMLESS_NODE.test(value)) return false
  if (name === 'GIT_PAGER' || name === 'PAGER' || name === 'MANPAGER') return value !== 'cat' && value !== ''
  if (/^GIT_((AUTHOR|COMMITTER)_(NAME|EMAIL|DATE)|TERMINAL_PROMPT|MERGE_AUTOEDIT|OPTIONAL_LOCKS)$/.test(name))
    return false
  return CHANGES.test(name)
}
