import type { IncomingMessage } from 'node:http';

const LOOPBACK_HOST = /^(localhost|127\.0\.0\.1|\[::1\])(:[0-9]{1,5})?$/i;
const LOOPBACK_ADDRESS = /^(127\.[0-9.]+|::1|::ffff:127\.[0-9.]+)$/;

/** Headers added by tunnels or proxies. With one of them, "from this machine" means from anywhere. */
const FORWARDING =
  /^(forwarded|forwarded-for|via|x-forwarded|x-forwarded-.*|x-real-ip|x-original-.*|client-ip|.*-client-ip|.*-connecting-ip|cf-.*|ngrok-.*|tailscale-.*|x-azure-.*|x-envoy-.*|x-amzn-trace-id|cdn-loop)$/;

/** True for a name of this machine itself; another name that leads here is an attack (DNS rebinding). */
export function isLoopbackHost(host: string | undefined): boolean {
  return LOOPBACK_HOST.test(host ?? '');
}

/**
 * Decides which requests are answered without a password or a token: none, unless `publicBaseUrl` is a loopback address, and then
 * those sent on this machine, to this machine, with no trace of a proxy. A public address leads here through a tunnel or proxy,
 * which need not say so. **A raw TCP forward leaves no trace** (`ssh -L`, `kubectl port-forward`, `socat`), nor does a proxy on
 * this machine that rewrites `Host` and adds no header: what they pass on counts as sent on this machine.
 */
export function openOnThisMachine(publicBaseUrl: string): (request: IncomingMessage) => boolean {
  const isPrivate = isLoopbackHost(new URL(publicBaseUrl).host);
  return (request) =>
    isPrivate &&
    // No browser uses it, but nginx does towards its upstream by default.
    request.httpVersion !== '1.0' &&
    isLoopbackHost(request.headers.host) &&
    LOOPBACK_ADDRESS.test(request.socket.remoteAddress ?? '') &&
    !Object.keys(request.headers).some((name) => FORWARDING.test(name));
}
