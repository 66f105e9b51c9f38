import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { FAILED, failing, printed, quotations, voicemailThenHuman, WON } from './calls.js';
import { removePrograms, runPage, type PageOptions } from './page-program.js';

afterAll(removePrograms);

type Answer = (request: Request) => Promise<Response>;
type Exported = Readonly<Record<string, unknown>>;

/** As Next.js chooses a handler: by the method. */
const byMethod = (exported: Exported): Answer => {
  return (request) => (exported[request.method] as Answer)(request);
};
const answering = (exported: Exported): Answer => exported['answer'] as Answer;

const NEXT: PageOptions = { publicBaseUrl: 'https://calls.example.com/voice', handler: byMethod };

const quoted = quotations('web-standard');
afterAll(() => {
  expect(quoted.left()).toEqual([]);
});

afterEach(() => {
  // Where the page of Next.js keeps it.
  delete (globalThis as { calls?: unknown }).calls;
});

describe.each<[string, PageOptions]>([
  ['next', NEXT],
  ['web-standard', { handler: answering }],
])('the program of docs/hosts/%s.md', (page, options) => {
  it('a voicemail and then a human answer: the human talks with the caller, and the log has nothing', async () => {
    const lines = printed();
    const { app, ask } = await runPage(page, options);
    expect(await voicemailThenHuman(app)).toMatchObject(WON);
    expect((await ask('/audio/ringback-us.wav')).headers.get('content-type')).toBe('audio/wav');
    expect(lines()).toEqual([]);
  });

  it.each<[string, (request: Request) => unknown]>([
    ['was read', (request) => request.text()],
    ['is being read', (request) => void request.text()],
    ['is locked', (request) => request.body?.getReader()],
  ])('a body that %s: 500, and the log says what to do', async (_, read) => {
    // Given
    const lines = printed();
    const { app } = await runPage(page, {
      ...options,
      handler: (exported) => async (request) => {
        await read(request);
        return options.handler!(exported)(request);
      },
    });
    // When
    const story = await voicemailThenHuman(app);
    // Then
    expect(story).toMatchObject({ ...FAILED, problems: failing(/11200.*500/) });
    quoted.seen(
      'web-standard',
      lines().map((line) => line.replace('/voice/', '/')),
    );
  });
});

describe('the program of docs/hosts/web-standard.md', () => {
  /** A call whose requests something makes anew. */
  async function remade(make: (request: Request) => unknown) {
    const { app } = await runPage('web-standard', {
      handler: (exported) => async (request) => answering(exported)((await make(request)) as Request),
    });
    return voicemailThenHuman(app);
  }

  it('a new request without the body: 500, and the log says so', async () => {
    const lines = printed();
    const story = await remade(({ url, method, headers }) => {
      return new Request(url, { method, headers: { ...Object.fromEntries(headers), 'content-length': '300' } });
    });
    expect(story).toMatchObject(FAILED);
    quoted.seen('web-standard', lines());
  });

  it('a new request without the headers: 403, and the log says that there is no signature', async () => {
    const lines = printed();
    const story = await remade(async (request) => {
      const body = new URLSearchParams(await request.text());
      return new Request(request.url, { method: 'POST', body });
    });
    expect(story).toMatchObject(FAILED);
    quoted.seen('web-standard', lines());
  });

  it('a new request with the same headers and body does no harm, whatever its host is', async () => {
    const story = await remade(async (request) => {
      const url = request.url.replace('https://calls.example.com', 'http://localhost:3000');
      return new Request(url, { method: request.method, headers: request.headers, body: await request.arrayBuffer() });
    });
    expect(story).toMatchObject(WON);
  });

  it('a path that is not ours is left to the app', async () => {
    const { app, ask } = await runPage('web-standard', { handler: answering });
    await voicemailThenHuman(app);
    expect(await (await ask('/')).text()).toBe('Hello');
  });
});

it('the program of docs/hosts/next.md does nothing when it is only imported, and makes one forwarding for all requests', async () => {
  // Given
  const imported: unknown[] = [];
  const kept = globalThis as { calls?: unknown };
  const { app } = await runPage('next', {
    ...NEXT,
    handler: (exported) => {
      imported.push(kept.calls);
      return byMethod(exported);
    },
  });
  // When
  const first = await voicemailThenHuman(app);
  const { calls } = kept;
  const second = await voicemailThenHuman(app);
  // Then
  expect(imported).toEqual([undefined]);
  expect([first, second]).toMatchObject([WON, WON]);
  expect(kept.calls).toBe(calls);
});
