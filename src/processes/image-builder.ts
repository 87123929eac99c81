// Whether images are built, and by which engine of the machine: the operator's word.
import { join } from 'node:path'
import { createEngineImageBuilder } from '../adapters/containers/engine-image-builder.ts'
import { createNoImageBuilder } from '../adapters/containers/no-image-builder.ts'
import type { Config } from '../config.ts'
import type { ImageBuilder } from '../core/ports/image-builder.ts'
import type { Workspaces } from '../core/ports/workspaces.ts'

const OFF = 'Images are not built here: the operator can name an engine for it with CONTAINER_BUILDS.'

export function imageBuilder(
  { CONTAINER_BUILDS: engine, DATA_DIR }: Pick<Config, 'CONTAINER_BUILDS' | 'DATA_DIR'>,
  workspaces: Pick<Workspaces, 'exportTo'>,
): ImageBuilder {
  if (engine === '') return createNoImageBuilder(OFF)
  return createEngineImageBuilder({
    engine,
    workspaces,
    folder: join(DATA_DIR, 'builds'),
    now: () => performance.now(),
  })
}
