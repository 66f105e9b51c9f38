import { z } from 'zod';

const TUNNELS = z.object({
  tunnels: z.array(z.object({ public_url: z.string(), proto: z.string(), config: z.object({ addr: z.string() }) })),
});

/** Returns the address where Twilio reaches us: as configured, otherwise from a local ngrok. The Host header is never used. */
export async function publicBaseUrl(configured: string | undefined, port: number): Promise<string> {
  if (configured !== undefined) return configured;
  const tunnels = await ngrokTunnels();
  const secure = tunnels.filter(({ proto }) => proto === 'https');
  const ours = secure.find(({ config }) => config.addr.replace(/\/$/, '').endsWith(String(port))) ?? only(secure);
  if (ours === undefined) {
    throw new Error(
      `PUBLIC_BASE_URL is not set and no ngrok tunnel to port ${String(port)} was found: set it, or run "ngrok http ${String(port)}"`,
    );
  }
  return ours.public_url;
}

async function ngrokTunnels(): Promise<z.output<typeof TUNNELS>['tunnels']> {
  try {
    const response = await fetch('http://127.0.0.1:4040/api/tunnels', {
      headers: { accept: 'application/json' },
      signal: AbortSignal.timeout(1000),
    });
    return TUNNELS.parse(await response.json()).tunnels;
  } catch {
    return [];
  }
}

function only<T>(list: readonly T[]): T | undefined {
  return list.length === 1 ? list[0] : undefined;
}
