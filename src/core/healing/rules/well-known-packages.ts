// Packages that everybody knows by these names: the only ones that are added to a project without anybody having asked for them.

export const NODE_PACKAGES: ReadonlySet<string> = new Set(
  `express koa fastify hono cors helmet morgan compression cookie-parser body-parser multer dotenv axios lodash dayjs moment uuid nanoid
  chalk commander yargs minimist glob fast-glob rimraf mkdirp fs-extra chokidar ws socket.io zod ajv joi yup pg mysql2 sqlite3
  better-sqlite3 mongodb mongoose redis ioredis knex sequelize react react-dom preact vue svelte redux zustand classnames marked
  cheerio jsdom puppeteer playwright grammy telegraf jsonwebtoken bcrypt bcryptjs winston pino debug semver yaml js-yaml csv-parse
  jest vitest mocha chai sinon supertest typescript tsx esbuild vite webpack rollup eslint prettier fast-check`.split(
    /\s+/,
  ),
)

/** By the name of the module that is imported. */
export const PYTHON_PACKAGES: ReadonlyMap<string, string> = new Map([
  ...`requests flask django fastapi uvicorn starlette pydantic sqlalchemy alembic numpy pandas scipy matplotlib seaborn httpx aiohttp
  click typer rich jinja2 pytest hypothesis redis celery psycopg2 psycopg pymongo boto3 tqdm lxml openpyxl markdown aiogram aiofiles
  gunicorn werkzeug marshmallow attrs freezegun responses`
    .split(/\s+/)
    .map((name) => [name, name] as const),
  ['yaml', 'PyYAML'],
  ['PIL', 'Pillow'],
  ['bs4', 'beautifulsoup4'],
  ['cv2', 'opencv-python-headless'],
  ['sklearn', 'scikit-learn'],
  ['dotenv', 'python-dotenv'],
  ['dateutil', 'python-dateutil'],
  ['jwt', 'PyJWT'],
  ['multipart', 'python-multipart'],
  ['rest_framework', 'djangorestframework'],
])
