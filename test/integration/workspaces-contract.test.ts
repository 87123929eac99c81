// The workspaces in git and their fake, against what every one promises.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import { createMemoryWorkspaces } from '../../src/adapters/memory/workspaces.ts'
import type { MemoryFiles } from '../../src/adapters/memory/workspaces.ts'
import { workspacesContract } from '../contract/workspaces.ts'
import type { WorkspaceBench } from '../contract/workspaces.ts'
import { prepareGround } from '../hostile/ground.ts'
import { filesIn, workspaceFiles } from '../hostile/workspace-files.ts'

const ground = prepareGround()

workspacesContract('git', async (t) => ((await ground.isUsable(t)) ? gitBench(t) : null))
workspacesContract('memory', async () => memoryBench())

function gitBench(t: TestContext): WorkspaceBench {
  const folder = (): string => {
    const path = mkdtempSync(join(tmpdir(), 'factotum-folder-'))
    t.after(() => rmSync(path, { recursive: true }))
    chmodSync(path, 0o755)
    return path
  }
  return {
    ...workspaceFiles(ground.dataDir),
    workspaces: ground.workspaces,
    newTask: ground.newTask,
    directoryWith: (files) => {
      const path = folder()
      for (const [name, text] of Object.entries(files)) {
        mkdirSync(dirname(join(path, name)), { recursive: true })
        writeFileSync(join(path, name), text)
      }
      return path
    },
    exportTarget: () => {
      const path = folder()
      return { path, read: () => filesIn(path) }
    },
  }
}

function memoryBench(): WorkspaceBench {
  const files: MemoryFiles = new Map()
  const directories: Record<string, Readonly<Record<string, string>>> = {}
  const exported = new Map<string, ReadonlyMap<string, Uint8Array>>()
  const texts = (map: ReadonlyMap<string, Uint8Array> | undefined) =>
    Object.fromEntries([...(map ?? [])].map(([path, bytes]) => [path, Buffer.from(bytes).toString('utf8')]))
  return {
    workspaces: createMemoryWorkspaces({
      files,
      directories,
      onExport: (directory, content) => void exported.set(directory, content),
    }),
    newTask: ground.newTask,
    write: (taskId, path, text) => void files.get(taskId)?.set(path, Buffer.from(text)),
    remove: (taskId, path) => {
      for (const name of files.get(taskId)?.keys() ?? []) {
        if (name === path || name.startsWith(`${path}/`)) files.get(taskId)?.delete(name)
      }
    },
    read: (taskId) => texts(files.get(taskId)),
    directoryWith: (content) => {
      const path = `folder-${Object.keys(directories).length}`
      directories[path] = content
      return path
    },
    exportTarget: () => {
      const path = `target-${exported.size}`
      return { path, read: () => texts(exported.get(path)) }
    },
  }
}
