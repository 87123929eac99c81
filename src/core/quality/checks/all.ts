// Every runner there is, in the order in which people read of them.
import type { Runner } from '../runner.ts'
import { npmAudit, pipAudit } from './audits.ts'
import { cargoTest, goTest } from './compiled-tests.ts'
import { compose } from './compose.ts'
import { dockerfile } from './dockerfile.ts'
import { biome, eslint, oxlint } from './javascript-lint.ts'
import { javascriptSyntax } from './javascript-syntax.ts'
import { links } from './links.ts'
import { lockFile } from './lock-file.ts'
import { nodeTest } from './node-test.ts'
import { npmTest } from './npm-test.ts'
import { jest, mocha, vitest } from './other-test-runners.ts'
import { packageJson } from './package-json.ts'
import { pythonSyntax } from './python-syntax.ts'
import { pytest, unittest } from './python-tests.ts'
import { mypy, pyright } from './python-types.ts'
import { ruff } from './ruff.ts'
import { bandit, semgrep } from './security-scanners.ts'
import { tsc } from './tsc.ts'

export const RUNNERS: readonly Runner[] = [
  packageJson,
  npmTest,
  nodeTest,
  vitest,
  jest,
  mocha,
  javascriptSyntax,
  pytest,
  unittest,
  goTest,
  cargoTest,
  pythonSyntax,
  ruff,
  mypy,
  pyright,
  tsc,
  eslint,
  oxlint,
  biome,
  links,
  bandit,
  semgrep,
  lockFile,
  npmAudit,
  pipAudit,
  dockerfile,
  compose,
]
