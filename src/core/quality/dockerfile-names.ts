// Which files are Dockerfiles, told from their paths.
const DOCKERFILE = /(?:^|\/)(?:Dockerfile|Containerfile)(?:\.[\w.-]+)?$|\.dockerfile$/i
const FOREIGN = /(?:^|\/)(?:node_modules|vendor|\.venv|venv|fixtures?|testdata|templates?|examples?)\//

export function isDockerfile(path: string): boolean {
  return DOCKERFILE.test(path) && !FOREIGN.test(path) && !path.endsWith('.dockerignore')
}
